import { categoriesMode } from '../domain/categories.js';
import { ownedForward } from '../domain/owned-forward.js';
import type { Tenant } from '../domain/tenant.js';
import { sortUndo, type OwnedValue } from '../domain/undo.js';
import { Rejected } from '../gateways/errors.js';
import type { ReverseProxy } from '../gateways/proxy/proxy.js';
import { NOTHING_UNDONE, type UndoResult } from './restore.js';
import type { Snapshot } from './snapshot.js';
import type { Systems } from './systems.js';

/**
 * Puts the managed file back where it still has our text, and loads it. A text that somebody else wrote since is `foreign`.
 * Only where this worker manages the proxy and the categories were forwarded; a forward that the operator made is the
 * operator's.
 */
export async function undoForward(
  tenant: Tenant,
  systems: Systems,
  before: Snapshot,
  leave: readonly string[],
): Promise<UndoResult> {
  const proxy = systems.proxy();
  if (!proxy || !forwards(tenant, before)) return NOTHING_UNDONE;

  const owned = ownedForward(tenant.id, { before: before.forward, found: await proxy.readForward(), begun: true });
  const { restore, foreign } = sortUndo([owned], leave);
  if (restore.length > 0) await proxy.applyForward(before.forward);
  else if (isBack(owned)) await loadAgain(tenant, systems, proxy, before.forward);
  return { restored: restore.length, foreign, left: [] };
}

/** The managed file for the proof of an undo; none where this worker manages no proxy. `begun`: the step that writes it was. */
export async function provableForward(
  tenant: Tenant,
  systems: Systems,
  before: Snapshot,
  begun: boolean,
): Promise<OwnedValue[]> {
  const proxy = systems.proxy();
  if (!proxy) return [];
  const found = await proxy.readForward();
  return [ownedForward(tenant.id, { before: before.forward, found, begun: begun && forwards(tenant, before) })];
}

function forwards(tenant: Tenant, before: Snapshot): boolean {
  return categoriesMode(tenant, before.categories) === 'forward';
}

function isBack({ before, wrote, found }: OwnedValue): boolean {
  return found === before && wrote !== before;
}

/**
 * The file is as before, but an attempt that was cut off may not have loaded it. A refusal by nginx counts only while the
 * forward is in force: where nginx never took it, there is nothing to load.
 */
async function loadAgain(tenant: Tenant, systems: Systems, proxy: ReverseProxy, before: string | null): Promise<void> {
  try {
    await proxy.applyForward(before);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const { forwarded } = await systems.routes().probeForward(tenant.e10.address);
    if (forwarded) throw error;
  }
}
