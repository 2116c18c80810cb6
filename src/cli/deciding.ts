import type { Answered, Migrations } from '../client.js';
import { ASKS_NOTHING } from '../domain/details.js';
import type { Decision } from '../domain/tenant-status.js';
import type { SelectedRow } from './by-state.js';
import { tellTenants } from './telling.js';

/**
 * Answers those that wait for a decision. Whoever waits for something else, as for a work order or a resume, is refused where it was
 * named, and passed over where a group was.
 */
export async function decideFor(
  migrations: Migrations,
  chosen: readonly SelectedRow[],
  decision: Decision,
  { named }: { named: boolean },
): Promise<Answered> {
  const told = named ? chosen : chosen.filter(waitsForDecision);
  const { accepted, refused } = await tellTenants(
    told.map(({ tenant }) => tenant.id),
    (id) => migrations.decide(id, decision),
  );
  return { accepted, refused: named ? refused : refused.filter(({ why }) => !why.startsWith(ASKS_NOTHING)) };
}

/** A work order is answered by `orders`. */
function waitsForDecision({ row }: SelectedRow): boolean {
  return row !== null && row.ending === null && row.needsAttention && row.order === null;
}
