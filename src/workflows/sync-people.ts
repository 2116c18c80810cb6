import type { Finding } from '../domain/findings.js';
import type { Sealed } from '../domain/outcomes.js';
import type { WantedPeopleSync } from '../domain/people.js';
import type { Tenant } from '../domain/tenant.js';
import type { ActivityGroups } from './activity-groups.js';

export interface SyncPeopleInput {
  tenant: Tenant;
  snapshot: Sealed;
  /** The same for every attempt of this run of the tenant: the console starts one sync run for it. */
  key: string;
  /** Whether the plan has a sync run at all. */
  starts: boolean;
}

export interface SyncPeopleResult {
  wanted: WantedPeopleSync | null;
  findings: Finding[];
  note: string;
}

/** 人员同步: decide the scope, save it, start the run when no other is under way, wait for its end. `decided` is told before anything is written. */
export async function syncPeople(
  { tenant, snapshot, key, starts }: SyncPeopleInput,
  { reads, writes, polls }: ActivityGroups,
  decided: (wanted: WantedPeopleSync) => void,
): Promise<SyncPeopleResult> {
  if (!starts) return { wanted: null, findings: [], note: 'as wanted already: no run is started' };

  const wanted = await reads.planPeopleSync({ tenant, snapshot });
  decided(wanted);
  if (!wanted.startsRun) return { wanted, findings: [], note: 'no unit was chosen on E9: no run is started' };

  await writes.savePeopleSync({ tenant, wanted });
  const runId = await start();
  const { run, findings } = await polls.awaitPeopleSync({ tenant, runId });
  const counts = (['created', 'updated', 'disabled', 'failed'] as const).map((count) => `${run[count] ?? 0} ${count}`);
  return { wanted, findings, note: `${run.total ?? run.done ?? 0} people: ${counts.join(', ')}` };

  /** A run under way may have begun with the old settings, so ours starts after it: only ours is checked. */
  async function start(): Promise<string> {
    for (;;) {
      const { runId, inTheWay } = await writes.startPeopleSync({ tenant, key });
      if (!inTheWay) return runId;
      await polls.awaitOtherSync({ tenant, runId });
    }
  }
}
