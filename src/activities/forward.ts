import { renderForward } from '../domain/forward-block.js';
import type { Sealed } from '../domain/outcomes.js';
import type { Tenant } from '../domain/tenant.js';
import { Conflict, GatewayError } from '../gateways/errors.js';
import type { Seal } from '../gateways/seal.js';
import { NotYet, StepRefused } from './failures.js';
import type { TenantInput } from './reads.js';
import { Snapshot } from './snapshot.js';
import type { OpenSystems, Systems } from './systems.js';
import type { Written } from './writes.js';

/** The forward of the old category path at the reverse proxy: written where this worker manages it, proved from outside. */
export function createForwardActivities({ open, seal }: { open: OpenSystems; seal: Seal }) {
  return {
    /** Puts the forward into the managed file of the site's proxy; says so where this worker is not told to. */
    async applyForward({
      tenant,
      pages,
      snapshot,
    }: TenantInput & { snapshot: Sealed }): Promise<Written & { managed: boolean }> {
      const proxy = open(tenant, pages).proxy();
      if (!proxy) return { written: 0, managed: false };
      const text = renderForward({ tenantId: tenant.id });
      const seen = await proxy.readForward();
      if (seen !== text && seen !== seal.open(snapshot, Snapshot).forward) {
        const call = { system: 'proxy', method: 'read', path: 'the managed file' } as const;
        throw new Conflict(call, { text: 'not as in the snapshot: somebody edited it since' });
      }
      // Also where the file stands already: an attempt that was cut off may not have loaded it.
      await proxy.applyForward(text);
      return { written: seen === text ? 0 : 1, managed: true };
    },

    /** Sees from outside that the forward which we wrote is in force: nginx needs a moment after the reload, not more. */
    async seeForward({ tenant, pages }: TenantInput): Promise<void> {
      const missing = await missingForward(tenant, open(tenant, pages));
      if (missing === null) return;
      const message = `the forward was written and loaded, but the old category path does not lead to E10: ${missing.why}`;
      throw new StepRefused({ code: 'PROXY-FORWARD-MISSING', message, subject: 'proxy' }, { retryable: true });
    },

    /** Polls until somebody's proxy forwards. While they work on it, it may well be down. */
    async awaitForward({ tenant, pages }: TenantInput): Promise<void> {
      const missing = await missingForward(tenant, open(tenant, pages));
      if (missing === null) return;
      throw new NotYet(`the old category path is not forwarded yet: ${missing.why}`, missing.afterMs);
    },
  };
}

/** Why the equality probe of both paths (`facts/weaver.md` §4.3) sees no forward; null where it sees one. */
async function missingForward(tenant: Tenant, systems: Systems): Promise<Missing | null> {
  try {
    const verdict = await systems.routes().probeForward(tenant.e10.address);
    return verdict.forwarded ? null : { why: verdict.why };
  } catch (error) {
    if (error instanceof GatewayError) return { why: error.message, ...askedAfter(error) };
    throw error;
  }
}

interface Missing {
  why: string;
  /** When it may be asked again, if it said so. */
  afterMs?: number;
}

/** A page that announces hours of maintenance does not keep a forward from being seen that is there sooner. */
const LOOK_WITHIN_MS = 60_000;

function askedAfter({ retryAfterMs }: GatewayError): { afterMs?: number } {
  return retryAfterMs === undefined ? {} : { afterMs: Math.min(retryAfterMs, LOOK_WITHIN_MS) };
}
