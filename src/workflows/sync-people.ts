import { CancellationScope, getExternalWorkflowHandle, sleep, workflowInfo } from '@temporalio/workflow';
import type { ForeseenPeople, ReconciledPeople } from '../activities/people-lists.js';
import type { SyncOutcome } from '../activities/people-sync.js';
import type { Told } from '../domain/evidence.js';
import type { Finding } from '../domain/findings.js';
import type { Sealed } from '../domain/outcomes.js';
import type { WantedPeopleSync } from '../domain/people.js';
import { gradeOfPeople, liftFindings, peopleFindings, type PeopleReport } from '../domain/people/report.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { Seen } from '../domain/work-orders/answers.js';
import { activityGroups, activityQueue } from './activity-groups.js';
import { createGate } from './gate.js';
import { peopleSyncDecidedSignal } from './messages.js';
import { peopleLists } from './people-lists.js';
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
  /** Ends before anything is written. */
  until?: 'guard';
}

export interface SyncPeopleResult {
  /** Null in the public cloud, which has no sync of ours to start. */
  wanted: WantedPeopleSync | null;
  /** Whether a run was made. */
  ran: boolean;
  findings: Finding[];
  note: string;
  report: PeopleReport | null;
  /** What came to light on the console's pages, for the parent to keep; absent where nothing did. */
  told?: Told;
}

/**
 * 人员同步 (`facts/official-procedure.zh.md` step 4), as a child of `migrateTenant` or alone: reads everybody, decides the scope, looks
 * at what the run would do, saves the settings, starts the run or waits for the nightly one, and says of everybody what became of
 * them. It may be started again at any point: every part of it looks first, or goes on where it stood.
 */
export async function syncPeople(input: SyncPeopleInput): Promise<SyncPeopleResult> {
  const told: Told = { pictures: [], findings: [] };
  const result = await synced(input, told);
  return told.pictures.length + told.findings.length === 0 ? result : { ...result, told };
}

async function synced(input: SyncPeopleInput, told: Told): Promise<SyncPeopleResult> {
  const { tenant, snapshot, run, key, policy = DEFAULT_POLICY } = input;
  const { parent } = workflowInfo();
  const progress = createProgress({ tenantId: tenant.id, name: tenant.name, batch: null, wave: null }, ['sync-people']);
  const gate = createGate(tenant.id, undefined, progress);
  const groups = activityGroups(policy, activityQueue(tenant));
  // A child leaves it to its parent to ask people.
  const { reads, writes, polls } = parent ? telling(groups, told) : withHands(groups, tenant, { progress, policy });
  const about = { tenant, ...(input.pages ? { pages: input.pages } : {}) };
  const lists = peopleLists({ tenant, run }, policy);
  const compares = tenant.people.compare !== 'count';
  const isPublic = tenant.qiyuesuo.deployment === 'public';

  progress.enter('sync-people');
  try {
    if (isPublic) return await looked();
    if (compares) await read('before');
    const wanted = await reads.planPeopleSync({ ...about, snapshot });
    await decided(wanted);
    if (!wanted.startsRun) {
      return { wanted, ran: false, findings: [], note: 'no unit was chosen on E9: no run is started', report: null };
    }
    const foreseen = compares && lists.without.e10 === undefined ? await lists.foresee(wanted.units ?? null) : null;
    if (input.until === 'guard') return await foretold(wanted, foreseen);

    await gate.pass();
    await writes.savePeopleSync({ ...about, wanted });
    const outcome = await ran(wanted);
    return await reconciled(wanted, foreseen, outcome);
  } finally {
    await CancellationScope.nonCancellable(() => lists.seal());
  }

  async function read(part: 'before' | 'after'): Promise<void> {
    const whose = part === 'before' ? 'everybody' : 'who is in Qiyuesuo now';
    await lists.read(part, async (people) => {
      progress.tell(`reading ${whose}: ${people} so far`);
      await gate.pass();
    });
  }

  /** Told before anything is written, so that the undo knows what it was. */
  async function decided(wanted: WantedPeopleSync): Promise<void> {
    if (!parent || input.until === 'guard') return;
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(peopleSyncDecidedSignal, wanted);
  }

  async function ran({ schedule }: WantedPeopleSync): Promise<SyncOutcome> {
    if (tenant.people.run === 'nightly') {
      progress.hold(`waits for the run that the schedule ${schedule} starts`, { byItself: true });
      await sleep(await reads.untilNightlyRun({ tenant, schedule }), { summary: `the nightly run, ${schedule}` });
      progress.hold(null);
    }
    progress.tell('the run is under way');
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
    wanted: WantedPeopleSync,
    foreseen: ForeseenPeople | null,
    { run: synced, findings, progress: samples }: SyncOutcome,
  ): Promise<SyncPeopleResult> {
    const counts = (['created', 'updated', 'disabled', 'failed'] as const).map(
      (count) => `${synced[count] ?? 0} ${count}`,
    );
    const note = `${synced.total ?? synced.done ?? 0} people: ${counts.join(', ')}`;
    if (!foreseen) {
      const guardLifted = liftOf(wanted.lifted);
      const report = compares ? { ...counted(samples), guardLifted } : null;
      const told = report ? peopleFindings(report) : liftFindings(guardLifted);
      return { wanted, ran: true, findings: [...findings, ...told], note, report };
    }
    let now: ReconciledPeople & { beforeLost?: boolean };
    if (lists.without.qiyuesuo === undefined) await read('after');
    if (lists.without.qiyuesuo === undefined) {
      progress.tell('comparing everybody');
      now = await lists.reconcile(wanted.units ?? null);
    } else {
      progress.tell('looking up a sample');
      now = await lists.sample(wanted.units ?? null);
    }
    const lifted = foreseen.lifted ?? wanted.lifted ?? null;
    const report = await reportOf({ ...foreseen, lifted }, now, samples);
    return {
      wanted,
      ran: true,
      findings: [...findings, ...peopleFindings(report)],
      note: `${note}; ${inWords(report)}`,
      report,
    };
  }

  /** The public cloud brings its people itself: they are compared as they stand. */
  async function looked(): Promise<SyncPeopleResult> {
    await read('before');
    if (lists.without.e10 !== undefined) {
      const report = counted([]);
      return { wanted: null, ran: false, findings: peopleFindings(report), note: inWords(report), report };
    }
    const seen = await lists.foresee(null, true);
    const report = await reportOf(seen, null, [], seen.foreseen?.counts.disabled);
    return { wanted: null, ran: false, findings: peopleFindings(report), note: inWords(report), report };
  }

  async function foretold(wanted: WantedPeopleSync, foreseen: ForeseenPeople | null): Promise<SyncPeopleResult> {
    const report = foreseen && { ...(await reportOf(foreseen, null, [])), grade: null };
    const findings = report ? peopleFindings(report) : [];
    return { wanted, ran: false, findings, note: 'nothing was written', report };
  }

  async function reportOf(
    { lists: before, baseline, foreseen, source, lifted, scopeLost }: ForeseenPeople,
    now: (ReconciledPeople & { beforeLost?: boolean }) | null,
    samples: PeopleReport['progress'],
    stillActive = now?.stillActive ?? 0,
  ): Promise<PeopleReport> {
    const by = now?.sample ? 'sample' : (now?.actual ?? (now === null && foreseen)) ? 'list' : 'count';
    const report = {
      reference: await lists.seal(),
      by,
      why: by === 'list' ? null : (now?.why ?? lists.without.qiyuesuo ?? NOTHING_IN_COMMON),
      lists: [...before, ...(now?.lists ?? [])],
      readings: lists.readings,
      baseline,
      foreseen,
      actual: now?.actual ?? null,
      cameOut: now?.cameOut ?? [],
      stillActive,
      sample: now?.sample ?? null,
      progress: samples,
      guardLifted: liftOf(lifted),
      beforeLost: now?.beforeLost ?? false,
      scopeLost,
    } satisfies Omit<PeopleReport, 'grade'>;
    return { ...report, grade: gradeOfPeople(report, now?.source ?? source, tenant.people.guard) };
  }

  /** `what`: what the guard would have stopped the run for. */
  function liftOf(what: string | null | undefined): PeopleReport['guardLifted'] {
    const { guardLifted } = tenant.people;
    return guardLifted && what ? { ...guardLifted, what } : null;
  }

  function counted(samples: PeopleReport['progress']): PeopleReport {
    return {
      reference: null,
      by: 'count',
      why: lists.without.e10 ?? NOTHING_IN_COMMON,
      grade: 'B',
      lists: [],
      readings: lists.readings,
      baseline: null,
      foreseen: null,
      actual: null,
      cameOut: [],
      stillActive: 0,
      sample: null,
      progress: samples,
      guardLifted: null,
      beforeLost: false,
      scopeLost: false,
    };
  }
}

const NOTHING_IN_COMMON = 'the two lists have no field in common by which people could be found again';

function inWords({ grade, by, actual, foreseen, sample }: PeopleReport): string {
  const judged = actual ?? foreseen;
  const how =
    by === 'list'
      ? `${judged?.people ?? 0} compared`
      : by === 'sample'
        ? `${sample?.lookedUp ?? 0} looked up`
        : 'head counts alone';
  return `${how}, grade ${grade ?? '–'}`;
}
