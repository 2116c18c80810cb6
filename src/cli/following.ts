import { setTimeout as pause } from 'node:timers/promises';
import type { Migrations, TenantEnd } from '../client.js';
import { nextAction } from '../domain/details.js';
import type { Step } from '../domain/steps.js';
import type { TenantStatus } from '../domain/tenant-status.js';
import { isOpen } from '../domain/work-orders/work-order.js';

/** What a tenant waits for: a decision, or a work order (its number). */
interface Asked {
  step: Step;
  order: number | null;
  /** Who does what next. */
  next: string;
}

/** Where following a tenant led: its end, or a point where only a person can go on. */
export type Followed = { end: TenantEnd } | { asked: Asked };

const ASK_EVERY_MS = 500;
/** Only after this many equal looks is "it waits" believed: a tenant may be just about to go on. */
const LOOKS_BEFORE_BELIEVED = 5;

/** Follows one tenant's run to its end, or until it waits for somebody. `file`: for the commands that are printed. */
export async function followTenant(migrations: Migrations, tenantId: string, file: string): Promise<Followed> {
  for (let looks = 0; ; await pause(ASK_EVERY_MS)) {
    const end = await migrations.tenantEnd(tenantId);
    if (end) return { end };
    const status = await migrations.tenantStatus(tenantId);
    const asked = status && askedBy(status, file);
    looks = asked ? looks + 1 : 0;
    if (asked && looks >= LOOKS_BEFORE_BELIEVED) return { asked };
  }
}

/** What a tenant asks of a person; undefined where it goes on by itself. */
function askedBy(status: TenantStatus, file: string): Asked | undefined {
  const order = status.orders.find(isOpen);
  const step = order?.step ?? status.waiting?.step;
  return step && { step, order: order?.number ?? null, next: nextAction(status, file) };
}
