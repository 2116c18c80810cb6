import { setTimeout as pause } from 'node:timers/promises';
import type { Migrations, TenantEnd } from '../client.js';
import type { Waiting } from '../domain/tenant-status.js';

/** Where following a tenant led: its end, or a point where only a person can go on. */
export type Followed = { end: TenantEnd } | { waiting: Waiting };

const ASK_EVERY_MS = 500;
/** Only after this many equal looks is "it waits" believed: a tenant may be just about to go on. */
const LOOKS_BEFORE_BELIEVED = 5;

/** Follows one tenant's run to its end, or until it waits for somebody. */
export async function followTenant(migrations: Migrations, tenantId: string): Promise<Followed> {
  for (let looks = 0; ; await pause(ASK_EVERY_MS)) {
    const end = await migrations.tenantEnd(tenantId);
    if (end) return { end };
    const waiting = (await migrations.tenantStatus(tenantId))?.waiting;
    looks = waiting ? looks + 1 : 0;
    if (waiting && looks >= LOOKS_BEFORE_BELIEVED) return { waiting };
  }
}
