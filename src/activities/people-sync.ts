import { Cron } from 'croner';
import { z } from 'zod';
import { says, type Finding } from '../domain/findings.js';
import { sameScope, type WantedPeopleSync } from '../domain/people.js';
import type { ProgressSample } from '../domain/people/report.js';
import type { SyncRun } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import { SYNC_RUNNING } from '../gateways/console/driver.js';
import { Conflict, Rejected, UnexpectedAnswer } from '../gateways/errors.js';
import { NotYet, StepRefused } from './failures.js';
import { keep, kept } from './kept.js';
import { lookAndWrite } from './look-and-write.js';
import type { TenantInput } from './reads.js';
import type { OpenSystems } from './systems.js';
import type { Written } from './writes.js';

export interface SyncOutcome {
  run: SyncRun;
  findings: Finding[];
  /** How it went on, as far as it was looked at: at most `MOST_SAMPLES`. */
  progress: ProgressSample[];
}

export interface StartedSync {
  runId: string;
  /** True: the run is not ours. */
  inTheWay: boolean;
}

const DEFAULT_POLL_MS = 5_000;
const UNKNOWN_RUN_MS = 60_000;
/** Enough for a plot; when there are more, every second one is dropped. */
const MOST_SAMPLES = 60;
/** `facts/official-procedure.zh.md` step 4: the schedule is in the console's own time. */
const USUAL_ZONE = 'Asia/Shanghai';

/** 人员同步. Qiyuesuo pulls the people itself; we prepare, guard, start and watch the run. No person leaves these activities. */
export function createPeopleSyncActivities({ open }: { open: OpenSystems }) {
  return {
    async savePeopleSync({ tenant, pages, wanted }: TenantInput & { wanted: WantedPeopleSync }): Promise<Written> {
      const driver = await open(tenant, pages).console();
      const { enabled, scope, schedule } = wanted;
      const written = await lookAndWrite({
        what: 'people-sync',
        look: () => driver.readPeopleSync(),
        differing: (seen) => [
          ...(seen.enabled === enabled ? [] : ['people-sync.enabled']),
          ...(sameScope(seen.scope, scope) ? [] : ['people-sync.scope']),
          ...(seen.schedule === schedule ? [] : ['people-sync.schedule']),
        ],
        save: (seen) => driver.savePeopleSync({ ...seen, enabled, scope, schedule }, seen),
      });
      return { written };
    },

    /** So that the console's schedule starts no run. Answers the settings as they stand then. */
    async switchOffPeopleSync({ tenant, pages }: TenantInput): Promise<WantedPeopleSync> {
      const driver = await open(tenant, pages).console();
      const { enabled, scope, schedule } = await driver.readPeopleSync();
      await lookAndWrite({
        what: 'people-sync',
        look: () => driver.readPeopleSync(),
        differing: (seen) => (seen.enabled ? ['people-sync.enabled'] : []),
        save: (seen) => driver.savePeopleSync({ ...seen, enabled: false }, seen),
      });
      const asFound = { enabled, scope, schedule };
      return { ...asFound, enabled: false, asFound, startsRun: false, source: null, active: null };
    },

    /**
     * The key was made by the workflow: asked again, the console answers the same run. `inTheWay`: another run is under way,
     * which may have begun before our settings were saved, so ours is not started yet.
     */
    async startPeopleSync({ tenant, pages, key }: TenantInput & { key: string }): Promise<StartedSync> {
      const driver = await open(tenant, pages).console();
      try {
        const { runId, inTheWay } = await driver.startPeopleSync(key);
        return { runId, inTheWay: inTheWay === true };
      } catch (error) {
        // Started, but the answer is no use: asked again with the same key.
        if (error instanceof UnexpectedAnswer && error.maybeWritten !== false) throw new NotYet(error.message);
        // Another run is under way, and the answer does not tell which: nothing to watch, so asked again later.
        if (error instanceof Conflict && error.code === SYNC_RUNNING) throw new NotYet(error.message, UNKNOWN_RUN_MS);
        throw error;
      }
    },

    /** Polls until a run that is not ours is over, however it ends: the console has one at a time. */
    async awaitOtherSync({ tenant, pages, runId }: TenantInput & { runId: string }): Promise<void> {
      const driver = await open(tenant, pages).console();
      try {
        refuseRunning(await driver.readSyncRun(runId), 'another people sync goes first');
      } catch (error) {
        if (error instanceof Rejected && error.status === 404) return;
        throw error;
      }
    },

    /** When the console's schedule starts its next run, in milliseconds since 1970. */
    nightlyRun({ tenant, schedule }: TenantInput & { schedule: string }): Promise<number> {
      const next = new Cron(schedule, { timezone: tenant.people.zone ?? USUAL_ZONE, mode: '5-part' }).nextRun();
      if (next === null) {
        const what = says({
          en: `the schedule ${schedule} never comes: nothing starts a run`,
          zh: `定时 ${schedule} 永远不会到来：没有任何任务会启动同步`,
        });
        throw new StepRefused({ code: 'PEOPLE-SYNC-FAILED', ...what, subject: 'people.schedule' });
      }
      return Promise.resolve(next.getTime());
    },

    /** Polls by retry, as often as the console itself asks for. Nothing synchronised is an error, not a success. */
    async awaitPeopleSync({ tenant, pages, runId }: TenantInput & { runId: string }): Promise<SyncOutcome> {
      const run = await (await open(tenant, pages).console()).readSyncRun(runId);
      const progress = keptProgress(run);
      refuseRunning(run, 'people sync');
      if (run.state === 'failed') {
        const what = says({
          en: `the people sync failed after ${run.done ?? 0} people: the console's page of the run says why`,
          zh: `人员同步在处理 ${run.done ?? 0} 人后失败：原因见控制台的同步页面`,
        });
        throw new StepRefused({ code: 'PEOPLE-SYNC-FAILED', ...what, subject: runId });
      }
      if ((run.total ?? run.done) === 0) {
        const what = says({
          en: 'the people sync ended as a success with nobody in it: nothing synchronised is an error',
          zh: '人员同步显示成功，但未同步任何人：视为错误',
        });
        throw new StepRefused({ code: 'PEOPLE-SYNC-FAILED', ...what, subject: runId });
      }
      return { run, findings: runFindings(tenant, run), progress };
    },
  };
}

/** Keeps one more look at the run beside those of the attempts before. */
function keptProgress({ done, total }: SyncRun): ProgressSample[] {
  const before = Kept.safeParse(kept());
  const { since, samples } = before.success ? before.data : { since: Date.now(), samples: [] };
  if (done === undefined) return samples;
  const sample: ProgressSample = [Math.round((Date.now() - since) / 1_000), done, total ?? null];
  const all = samples.length < MOST_SAMPLES ? samples : samples.filter((_, index) => index % 2 === 0);
  const progress = [...all, sample];
  keep({ since, samples: progress });
  return progress;
}

const Kept = z.object({
  since: z.number(),
  samples: z.array(z.tuple([z.number(), z.number(), z.number().nullable()])),
});

/** Asks again later, when the console itself says, while the run has not ended. */
function refuseRunning({ state, total, done = 0, retryAfterSeconds }: SyncRun, what: string): void {
  if (state !== 'queued' && state !== 'running') return;
  const afterMs = retryAfterSeconds === undefined ? DEFAULT_POLL_MS : retryAfterSeconds * 1_000;
  throw new NotYet(`${what}: ${total === undefined ? state : `${done} of ${total}`}`, afterMs);
}

function runFindings(tenant: Tenant, run: SyncRun): Finding[] {
  const failed = run.failed ?? 0;
  if (failed === 0) return [];
  const people = run.total ?? run.done ?? failed;
  const what = says({
    en: `${failed} of ${people} people could not be synchronised`,
    zh: `${people} 人中有 ${failed} 人同步失败`,
  });
  return [{ code: 'PEOPLE-SYNC-FAILED', severity: 'warning', ...what, subject: run.runId }];
}
