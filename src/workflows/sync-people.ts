import { CancellationScope, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { SyncOutcome } from '../activities/people-sync.js';
import type { Told } from '../domain/evidence.js';
import type { Finding } from '../domain/findings.js';
import type { Sealed } from '../domain/outcomes.js';
import type { WantedPeopleSync } from '../domain/people.js';
import { liftFindings, peopleFindings, type PeopleReport } from '../domain/people/report.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Said } from '../domain/said.js';
import type { Tenant } from '../domain/tenant.js';
import type { Seen } from '../domain/work-orders/answers.js';
import { activityGroups, activityQueue } from './activity-groups.js';
import { createGate } from './gate.js';
import { peopleSyncDecidedSignal, peopleSyncNightSignal, peopleSyncStandsSignal, type Asker } from './messages.js';
import type { PeopleAfter } from './people-lists.js';
import { now, peopleLook, type Ahead, type ReadPeople } from './people-look.js';
import { peopleNight } from './people-night.js';
import {
  comparedReport,
  countedReport,
  countFindings,
  countsOf,
  headsOf,
  inWords,
  liftOf,
  noted,
  rehearsalFindings,
} from './people-report.js';
import { createProgress } from './progress.js';
import { telling } from './told.js';
import { withHands } from './work-orders.js';

export interface SyncPeopleInput {
  tenant: Tenant;
  policy?: Policy;
  /** Whose lists: another attempt of a person reads anew, one of the server does not. */
  run: string;
  /** The console starts one sync run for it, and answers that one for ever: another attempt of a person has another key. */
  key: string;
  /** Of a migration: the scope as E9 had it. Null: the tenant has moved already. */
  snapshot: Sealed | null;
  /** What people said that the console shows; only where its driver is `manual`, and the tenant's run asks them. */
  pages?: Seen;
  /** When the nightly run starts that is waited for already, in milliseconds since 1970. */
  night?: number;
  /** Ends before anything is written. */
  until?: 'guard';
  /** What a look has read into the same lists. */
  read?: ReadPeople;
}

export interface SyncPeopleResult {
  /** Null in the public cloud, which has no sync of ours to start. */
  wanted: WantedPeopleSync | null;
  /** Whether a run was made. */
  ran: boolean;
  findings: Finding[];
  note: Said;
  report: PeopleReport | null;
  /** What came to light on the console's pages, for the parent to keep; absent where nothing did. */
  told?: Told;
  /** What was read, for the sync that follows; only of a look, and where there was anything to read. */
  read?: ReadPeople;
}

/**
 * 人员同步 (`facts/official-procedure.zh.md` step 4), as a child of `migrateTenant` or alone: reads everybody, decides the scope, looks
 * at what the run would do, saves the settings, starts the run or waits for the nightly one, and says of everybody what became of
 * them. It may be started again at any point: every part of it looks first, or goes on where it stood.
 */
export async function syncPeople(input: SyncPeopleInput): Promise<SyncPeopleResult> {
  const told: Told = { pictures: [], findings: [] };
  const result = dated(await synced(input, told), input);
  return told.pictures.length + told.findings.length === 0 ? result : { ...result, told };
}

/** When it was, and whether it only looked: for whoever reads its report later. */
function dated(result: SyncPeopleResult, { until }: SyncPeopleInput): SyncPeopleResult {
  const { report } = result;
  if (report === null) return result;
  const at = new Date(now()).toISOString();
  return { ...result, report: { ...report, at, ...(until === undefined ? {} : { rehearsal: true as const }) } };
}

async function synced(input: SyncPeopleInput, told: Told): Promise<SyncPeopleResult> {
  const { tenant, snapshot, run, key, policy = DEFAULT_POLICY } = input;
  const { parent } = workflowInfo();
  const progress = createProgress({ tenantId: tenant.id, name: tenant.name, batch: null, wave: null }, ['sync-people']);
  const gate = createGate(tenant.id, undefined, progress, parent ? stands : undefined);
  const groups = activityGroups(policy, activityQueue(tenant));
  // A child leaves it to its parent to ask people.
  const { reads, writes, polls } = parent ? telling(groups, told) : withHands(groups, tenant, { progress, policy });
  const about = { tenant, ...(input.pages ? { pages: input.pages } : {}) };
  const compares = tenant.people.compare !== 'count';
  const isPublic = tenant.qiyuesuo.deployment === 'public';
  const rehearses = input.until === 'guard';
  const look = peopleLook({
    tenant,
    run,
    policy,
    before: input.read,
    rehearses,
    progress,
    gate,
    plan: (exact) => reads.planPeopleSync({ ...about, snapshot, exact, rehearses }),
  });
  const night = peopleNight({
    about,
    policy,
    night: input.night,
    look,
    groups: { reads, writes },
    progress,
    tells: { decided, night: comesAt },
  });

  progress.enter('sync-people');
  try {
    if (isPublic) return await asTheyStand();
    // Where a night is waited for already, the settings for it are saved.
    let ahead =
      input.night === undefined ? await look.ahead(decided) : await night.orSwitchedOff(() => look.ahead(decided));
    if (!ahead.wanted.startsRun) return untouched(ahead);
    if (rehearses) return await foretold(ahead);

    for (await gate.pass(); look.isStale(); await gate.pass()) {
      await look.anew();
      ahead = await look.ahead(decided);
    }
    await writes.savePeopleSync({ ...about, wanted: ahead.wanted });
    if (tenant.people.run === 'nightly') ahead = await night.wait(ahead);
    return await reconciled(ahead, await ran());
  } finally {
    await CancellationScope.nonCancellable(() => look.lists.seal());
  }

  /** Told before anything is written, so that the undo knows what it was. */
  async function decided(wanted: WantedPeopleSync): Promise<void> {
    if (!parent || rehearses) return;
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(peopleSyncDecidedSignal, wanted);
  }

  async function stands(asker: Asker): Promise<void> {
    if (!parent) return;
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(peopleSyncStandsSignal, asker);
  }

  /** So that whoever asks again waits for this night and no other. */
  async function comesAt(at: number): Promise<void> {
    if (!parent) return;
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(peopleSyncNightSignal, at);
  }

  async function ran(): Promise<SyncOutcome> {
    progress.tell({ en: 'the run is under way', zh: '同步进行中' });
    return polls.awaitPeopleSync({ ...about, runId: await start() });
  }

  /**
   * A run under way may have begun with the old settings, so ours starts after it: only ours is checked. Where the schedule is to
   * start it, the one under way is that one; if it is over already, ours repeats it.
   */
  async function start(): Promise<string> {
    for (;;) {
      const { runId, inTheWay } = await writes.startPeopleSync({ ...about, key });
      if (!inTheWay || tenant.people.run === 'nightly') return runId;
      await polls.awaitOtherSync({ ...about, runId });
    }
  }

  async function reconciled(
    { wanted, foreseen }: Ahead,
    { run: synced, findings, progress: samples }: SyncOutcome,
  ): Promise<SyncPeopleResult> {
    const note = countsOf(synced);
    if (!foreseen) {
      const guardLifted = liftOf(tenant, wanted.lifted);
      // A migration counts heads once more when it verifies.
      if (parent && !compares)
        return { wanted, ran: true, findings: [...findings, ...liftFindings(guardLifted)], note, report: null };
      const differing = compares ? [] : countFindings(synced.total ?? synced.done, wanted);
      const grade = differing.length > 0 ? 'C' : 'B';
      const report = { ...countedReport(look.lists, await look.seal(), samples), guardLifted, grade } as const;
      const told = [...differing, ...peopleFindings(report)];
      return { wanted, ran: true, findings: [...findings, ...told], note: noted(note, headsOf(wanted)), report };
    }
    const after = await lookAtAll(wanted);
    const before = { ...foreseen, lifted: foreseen.lifted ?? wanted.lifted ?? null };
    const report = comparedReport(tenant, { before, after, samples, kept: await look.seal(), lists: look.lists });
    return {
      // Whoever was not compared one by one is counted at least, when the migration verifies.
      wanted: report.by === 'list' ? wanted : { ...wanted, source: wanted.source ?? after.source },
      ran: true,
      findings: [...findings, ...peopleFindings(report)],
      note: noted(note, inWords(report)),
      report,
    };
  }

  async function lookAtAll({ units = null }: WantedPeopleSync): Promise<PeopleAfter> {
    if (look.lists.without.qiyuesuo === undefined) await look.read('after');
    if (look.lists.without.qiyuesuo === undefined) {
      progress.tell({ en: 'comparing everybody', zh: '正在逐人核对' });
      return look.lists.reconcile(units);
    }
    progress.tell({ en: 'looking up a sample', zh: '正在抽查' });
    return look.lists.sample(units);
  }

  /** The public cloud brings its people itself: they are compared as they stand. */
  async function asTheyStand(): Promise<SyncPeopleResult> {
    await look.read('before');
    const isCompared = look.lists.without.e10 === undefined;
    const report = isCompared ? await compared() : countedReport(look.lists, await look.seal(), []);
    return { wanted: null, ran: false, findings: peopleFindings(report), note: inWords(report), report };

    async function compared(): Promise<PeopleReport> {
      const before = await look.lists.foresee(null, 'off');
      const stillActive = before.foreseen?.counts.disabled ?? 0;
      const kept = await look.seal();
      return comparedReport(tenant, { before, after: null, samples: [], kept, lists: look.lists, stillActive });
    }
  }

  async function foretold({ wanted, foreseen }: Ahead): Promise<SyncPeopleResult> {
    const note = noted({ en: 'nothing was written', zh: '未写入任何内容' }, headsOf(wanted));
    if (!foreseen) {
      const report = { ...countedReport(look.lists, await look.seal(), []), grade: null };
      return { wanted, ran: false, findings: peopleFindings(report), note, report, ...look.left() };
    }
    const compared = { before: foreseen, after: null, samples: [], kept: await look.seal(), lists: look.lists };
    const report = { ...comparedReport(tenant, compared), grade: null };
    const findings = [...rehearsalFindings(foreseen), ...peopleFindings(report)];
    return { wanted, ran: false, findings, note, report, ...look.left() };
  }

  function untouched({ wanted }: Ahead): SyncPeopleResult {
    const note = { en: 'no unit was chosen on E9: no run is started', zh: 'E9 未选择组织：不启动同步' };
    return { wanted, ran: false, findings: [], note, report: null, ...(rehearses ? look.left() : {}) };
  }
}
