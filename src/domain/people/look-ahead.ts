import type { Change } from '../plan.js';
import type { PeopleChoice, QiyuesuoAccess } from '../tenant.js';

/**
 * Whether everybody is looked at before the first write of a migration. Only an adapter of the console has a list of a private
 * cloud's people (`facts/qiyuesuo.md` §4.1), and where a run is not to be made, or heads alone are counted, there is nothing to see.
 * A console that is on E10 with another form than ours shows units that are not those of the run.
 */
export function looksAhead(
  {
    qiyuesuo: { deployment, driver },
    people: { compare },
  }: { qiyuesuo: Pick<QiyuesuoAccess, 'deployment' | 'driver'>; people: Pick<PeopleChoice, 'compare'> },
  changes: readonly Change[],
): boolean {
  if (deployment !== 'private' || driver !== 'api' || compare === 'count') return false;
  const targets = changes.map(({ target }) => target);
  const isOnE9 = targets.includes('integration.oaVersion');
  const isOurs = !targets.some((target) => target.startsWith('integration.'));
  return targets.includes('people-sync.run') && (isOnE9 || isOurs);
}
