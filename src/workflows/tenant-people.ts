import { workflowInfo } from '@temporalio/workflow';
import type { SnapshotResult } from '../activities/snapshot.js';
import { isBlocking } from '../domain/findings.js';
import { idempotencyKey } from '../domain/ids.js';
import type { WantedPeopleSync } from '../domain/people.js';
import type { PeopleReport } from '../domain/people/report.js';
import type { Said } from '../domain/said.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { findingOfFailure, refused } from './failures.js';
import { FRESH_MS, now } from './people-look.js';
import { foreseenInWords } from './people-report.js';
import type { Progress } from './progress.js';
import type { SyncPeopleInput, SyncPeopleResult } from './sync-people.js';

/** The people of a tenant that is migrated: looked at before the first write, and synced after the switch. */
export interface TenantPeople {
  /** What the run would do, while nothing is written: too much of it ends the tenant as it is, instead of undoing it. */
  ahead(): Promise<{ note: Said }>;
  /** What was looked at is of another day by now. */
  isOld(): boolean;
  sync(taken: SnapshotResult): Promise<{ written: number; note: Said }>;
  /** For what is looked at, or synced, from now on. */
  liftGuard(by: string, reason: string): void;
  /** What was foreseen, until something is written. */
  report(): PeopleReport | null;
  /** What heads are to be held against at the end; null where everybody was compared, since they have nothing to add. */
  heads(): WantedPeopleSync | null;
}

export function tenantPeople({
  tenant,
  policy,
  syncPeople,
  progress,
  prepares,
  isUntouched,
  decided,
}: {
  tenant: Tenant;
  policy: Policy;
  syncPeople: (input: SyncPeopleInput) => Promise<SyncPeopleResult>;
  progress: Progress;
  /** The tenant ends before its first write. */
  prepares: boolean;
  /** Nothing is written yet. */
  isUntouched: () => boolean;
  /** The settings that its sync has told to be about to write. */
  decided: () => WantedPeopleSync | null;
}): TenantPeople {
  let foreseen: PeopleReport | null = null;
  let people: PeopleReport | null = null;
  let ran: WantedPeopleSync | null = null;
  let { guardLifted } = tenant.people;
  let readings = 0;
  let readingHolds = false;
  let failedRuns = 0;
  let lookedAt = 0;
  const freshMs = policy.peopleFreshMs ?? FRESH_MS;

  /** What was read before may have been mended since; a run of the console is asked for anew only where one has failed. */
  function synced(of: Pick<SyncPeopleInput, 'snapshot' | 'until'>): Promise<SyncPeopleResult> {
    const key = idempotencyKey(workflowInfo().firstExecutionRunId, 'sync-people');
    if (!readingHolds) readings += 1;
    readingHolds = false;
    return syncPeople({
      ...of,
      tenant: guardLifted ? { ...tenant, people: { ...tenant.people, guardLifted } } : tenant,
      key: failedRuns === 0 ? key : `${key}/${failedRuns}`,
      run: `${key}/${readings}`,
    });
  }

  return {
    async ahead() {
      progress.tell({
        en: 'looks at what the run would do, before anything is written',
        zh: '写入前先查看同步会带来的变化',
      });
      const { findings, note, report, read } = await synced({ snapshot: null, until: 'guard' });
      foreseen = report;
      const [wrong] = findings.filter(isBlocking);
      if (wrong) throw refused(wrong);
      readingHolds = true;
      lookedAt = read?.at ?? now();
      // The run tells them as they are then.
      if (prepares) progress.found(findings);
      return { note: report ? foreseenInWords(report) : note };
    },
    isOld: () => now() - lookedAt > freshMs,
    async sync({ sealed, plan }) {
      if (!plan.changes.some(({ target }) => target === 'people-sync.run')) {
        return { written: 0, note: { en: 'as wanted already: no run is started', zh: '已符合要求：不启动同步' } };
      }
      const result = await synced({ snapshot: sealed }).catch((error: unknown) => {
        if (findingOfFailure(error).code === 'PEOPLE-SYNC-FAILED') failedRuns += 1;
        throw error;
      });
      progress.found(result.findings);
      people = result.report;
      ran = result.wanted;
      return { written: result.ran ? 1 : 0, note: result.note };
    },
    liftGuard(by, reason) {
      guardLifted = { by, reason };
      // Whoever lifts it has seen what was read, and nothing of ours has changed it.
      readingHolds = isUntouched();
    },
    report: () => (isUntouched() ? foreseen : people),
    heads: () => (people?.by === 'list' ? null : (ran ?? decided())),
  };
}
