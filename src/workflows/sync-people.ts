import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ForeseenPeople } from '../activities/people-lists.js';
import type { SyncOutcome } from '../activities/people-sync.js';
import type { Told } from '../domain/evidence.js';
import type { Finding } from '../domain/findings.js';
import type { Sealed } from '../domain/outcomes.js';
import type { WantedPeopleSync } from '../domain/people.js';
import { liftFindings, peopleFindings, type PeopleReport } from '../domain/people/report.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { Seen } from '../domain/work-orders/answers.js';
import { activityGroups, activityQueue } from './activity-groups.js';
import { findingOfFailure, refused } from './failures.js';
import { createGate } from './gate.js';
import { peopleSyncDecidedSignal, peopleSyncNightSignal } from './messages.js';
import { peopleLists, type KeptPeople, type PeopleAfter } from './people-lists.js';
import { comparedReport, countedReport, inWords, liftOf } from './people-report.js';
import { createProgress } from './progress.js';
import { telling } from './told.js';
import { isForPeople, withHands } from './work-orders.js';

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

/** What is to be saved, and what a run would do then; `foreseen` is null where heads alone are counted. */
interface Ahead {
  wanted: WantedPeopleSync;
  foreseen: ForeseenPeople | null;
}

/** What was read of people holds for so long; a run by schedule is looked for so long after its time. */
export const FRESH_MS = 3_600_000;
const NIGHT_GRACE_MS = 60_000;

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
  const compares = tenant.people.compare !== 'count';
  const isPublic = tenant.qiyuesuo.deployment === 'public';
  const rehearses = input.until === 'guard';
  const freshMs = policy.peopleFreshMs ?? FRESH_MS;
  let lists = peopleLists({ tenant, run }, policy);
  let looks = 1;
  let unsealed = false;
  let looked = { at: 0, tookMs: 0, heldMs: 0 };

  progress.enter('sync-people');
  try {
    if (isPublic) return await asTheyStand();
    // Where a night is waited for already, the settings for it are saved.
    let ahead = input.night === undefined ? await look(decided) : await orSwitchedOff(() => look(decided));
    if (!ahead.wanted.startsRun) return untouched(ahead);
    if (rehearses) return await foretold(ahead);

    for (await gate.pass(); isStale(); await gate.pass()) {
      await anew();
      ahead = await look(decided);
    }
    await writes.savePeopleSync({ ...about, wanted: ahead.wanted });
    if (tenant.people.run === 'nightly') ahead = await night(ahead);
    return await reconciled(ahead, await ran());
  } finally {
    await CancellationScope.nonCancellable(() => lists.seal());
  }

  /** Who there is, what is to be saved, and what the run would do: too much of it throws. `tell` hears of the settings first. */
  async function look(tell: (wanted: WantedPeopleSync) => Promise<void>): Promise<Ahead> {
    const since = now();
    const heldMs = compares ? await read('before') : 0;
    const exact = compares && lists.without.e10 === undefined && lists.without.qiyuesuo === undefined;
    let wanted = await reads.planPeopleSync({ ...about, snapshot, exact, rehearses });
    await tell(wanted);
    const foreseen = wanted.startsRun ? await foresee(wanted) : null;
    if (exact && foreseen?.scopeLost === true) {
      // Who is outside of the scope cannot be told one by one: then heads are counted after all.
      const { source, active, lifted } = await reads.planPeopleSync({ ...about, snapshot, rehearses });
      wanted = { ...wanted, source, active, ...(lifted === undefined ? {} : { lifted }) };
    }
    looked = { at: now(), tookMs: now() - since, heldMs };
    return { wanted, foreseen };
  }

  async function foresee({ units }: WantedPeopleSync): Promise<ForeseenPeople | null> {
    return compares && lists.without.e10 === undefined
      ? lists.foresee(units ?? null, rehearses ? 'tells' : 'stops')
      : null;
  }

  /** Answers how long it was held up meanwhile. */
  async function read(part: 'before' | 'after'): Promise<number> {
    const whose = part === 'before' ? 'everybody' : 'who is in Qiyuesuo now';
    let heldMs = 0;
    await lists.read(part, async (people) => {
      progress.tell(`reading ${whose}: ${people} so far`);
      const since = now();
      await gate.pass();
      heldMs += now() - since;
    });
    return heldMs;
  }

  /** Whoever was paused while reading has read some of it before that. */
  function isStale(): boolean {
    return now() - looked.at + looked.heldMs > freshMs;
  }

  /** What follows is read into a file of its own. */
  async function anew(): Promise<void> {
    await kept();
    lists = peopleLists({ tenant, run: `${run}/${++looks}` }, policy);
  }

  async function kept(): Promise<KeptPeople> {
    const { reference, unsealed: left } = await lists.seal();
    unsealed ||= left;
    return { reference, unsealed };
  }

  /** Told before anything is written, so that the undo knows what it was. */
  async function decided(wanted: WantedPeopleSync): Promise<void> {
    if (!parent || rehearses) return;
    await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(peopleSyncDecidedSignal, wanted);
  }

  /** Waits until the console's schedule has started its run. Before that, what it would do is looked at once more. */
  async function night({ wanted, foreseen }: Ahead): Promise<Ahead> {
    const { schedule } = wanted;
    const at = input.night ?? (await reads.nightlyRun({ tenant, schedule }));
    // Whoever asks again, after a person has done something, waits for this night and no other.
    if (parent && input.night === undefined)
      await getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(peopleSyncNightSignal, at);
    let seen = foreseen;
    // What only people can see is not looked at again: each look is a trip of theirs.
    if (at - looked.at > freshMs && tenant.qiyuesuo.driver !== 'manual') {
      const marginMs = freshMs / 20;
      await waitUntil(at - marginMs - Math.max(freshMs / 4, 1.5 * looked.tookMs), schedule);
      // Whoever comes when no time is left can still switch it off.
      const leftMs = Math.max(1, at - marginMs - now());
      if (now() < at) seen = await orSwitchedOff(() => CancellationScope.withTimeout(leftMs, lookAgain));
    }
    await waitUntil(at + (policy.nightGraceMs ?? NIGHT_GRACE_MS), schedule);
    return { wanted, foreseen: seen };
  }

  async function waitUntil(at: number, schedule: string): Promise<void> {
    const ms = at - now();
    if (ms <= 0) return;
    progress.hold(`waits for the run that the schedule ${schedule} starts`, { byItself: true });
    await sleep(ms, { summary: `the nightly run, ${schedule}` });
    progress.hold(null);
  }

  async function lookAgain(): Promise<ForeseenPeople | null> {
    await anew();
    return (await look(() => Promise.resolve())).foreseen;
  }

  /** No run may start by its schedule of which nobody could see, in time, that it does not do too much. */
  async function orSwitchedOff<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (CancellationScope.current().consideredCancelled || isForPeople(error)) throw error;
      await decided(await writes.switchOffPeopleSync(about));
      const why = isCancellation(error) ? 'the look did not end in time' : findingOfFailure(error).message;
      throw refused({
        code: 'PEOPLE-SYNC-SWITCHED-OFF',
        severity: 'blocking',
        message: `the people sync was switched off in the console before its nightly run: ${why}`,
        subject: 'people-sync.enabled',
      });
    }
  }

  async function ran(): Promise<SyncOutcome> {
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
    { wanted, foreseen }: Ahead,
    { run: synced, findings, progress: samples }: SyncOutcome,
  ): Promise<SyncPeopleResult> {
    const counts = (['created', 'updated', 'disabled', 'failed'] as const).map(
      (count) => `${synced[count] ?? 0} ${count}`,
    );
    const note = `${synced.total ?? synced.done ?? 0} people: ${counts.join(', ')}`;
    if (!foreseen) {
      const guardLifted = liftOf(tenant, wanted.lifted);
      // A migration counts heads once more when it verifies.
      if (parent && !compares)
        return { wanted, ran: true, findings: [...findings, ...liftFindings(guardLifted)], note, report: null };
      const differing = compares ? [] : countFindings(synced.total ?? synced.done, wanted);
      const grade = differing.length > 0 ? 'C' : 'B';
      const report = { ...countedReport(lists, await kept(), samples), guardLifted, grade } as const;
      const told = [...differing, ...peopleFindings(report)];
      return { wanted, ran: true, findings: [...findings, ...told], note: `${note}${headsOf(wanted)}`, report };
    }
    const after = await lookAtAll(wanted);
    const before = { ...foreseen, lifted: foreseen.lifted ?? wanted.lifted ?? null };
    const report = comparedReport(tenant, { before, after, samples, kept: await kept(), lists });
    return {
      wanted,
      ran: true,
      findings: [...findings, ...peopleFindings(report)],
      note: `${note}; ${inWords(report)}`,
      report,
    };
  }

  async function lookAtAll({ units = null }: WantedPeopleSync): Promise<PeopleAfter> {
    if (lists.without.qiyuesuo === undefined) await read('after');
    if (lists.without.qiyuesuo === undefined) {
      progress.tell('comparing everybody');
      return lists.reconcile(units);
    }
    progress.tell('looking up a sample');
    return lists.sample(units);
  }

  /** The public cloud brings its people itself: they are compared as they stand. */
  async function asTheyStand(): Promise<SyncPeopleResult> {
    await read('before');
    const report = lists.without.e10 === undefined ? await compared() : countedReport(lists, await kept(), []);
    return { wanted: null, ran: false, findings: peopleFindings(report), note: inWords(report), report };

    async function compared(): Promise<PeopleReport> {
      const before = await lists.foresee(null, 'off');
      const stillActive = before.foreseen?.counts.disabled ?? 0;
      return comparedReport(tenant, { before, after: null, samples: [], kept: await kept(), lists, stillActive });
    }
  }

  async function foretold({ wanted, foreseen }: Ahead): Promise<SyncPeopleResult> {
    const note = `nothing was written${headsOf(wanted)}`;
    if (!foreseen) {
      const report = { ...countedReport(lists, await kept(), []), grade: null };
      return { wanted, ran: false, findings: peopleFindings(report), note, report };
    }
    const compared = { before: foreseen, after: null, samples: [], kept: await kept(), lists };
    const report = { ...comparedReport(tenant, compared), grade: null };
    const findings = [...rehearsalFindings(foreseen), ...peopleFindings(report)];
    return { wanted, ran: false, findings, note, report };
  }

  function untouched({ wanted }: Ahead): SyncPeopleResult {
    return { wanted, ran: false, findings: [], note: 'no unit was chosen on E9: no run is started', report: null };
  }
}

/** What a run would end with, and what somebody could decide before it. */
function rehearsalFindings({ lostUnits, tooMuch, foreseen }: ForeseenPeople): Finding[] {
  const findings: Finding[] = [];
  if (lostUnits.length > 0) {
    const message = `these units of the scope have no counterpart in E10 that is certain: ${lostUnits.join(', ')}`;
    findings.push({ code: 'PEOPLE-SCOPE-UNMAPPED', severity: 'blocking', message, subject: 'people-sync.scope' });
  }
  if (tooMuch !== null)
    findings.push({ code: 'PEOPLE-GUARD', severity: 'blocking', message: tooMuch, subject: 'people.guard' });
  const ambiguous = foreseen?.counts.ambiguous ?? 0;
  if (ambiguous > 0) {
    const message = `of ${ambiguous}, on either side, it is not certain who they are`;
    findings.push({ code: 'PEOPLE-AMBIGUOUS', severity: 'warning', message, subject: 'people' });
  }
  return findings;
}

/** Heads, where they were counted. */
function headsOf({ source, active }: WantedPeopleSync): string {
  if (source === null || active === null) return '';
  return `; E10 shows ${source} people within the scope, Qiyuesuo has ${active} active`;
}

/** A run that had fewer people than E10 shows, or more, where nobody is compared one by one. */
function countFindings(total: number | undefined, { source }: WantedPeopleSync): Finding[] {
  if (source === null || total === undefined || total === source) return [];
  const message = `the run had ${total} people, E10 shows ${source} within the scope`;
  return [{ code: 'PEOPLE-COUNT-DIFFERS', severity: 'warning', message, subject: 'people' }];
}

/** The workflow's own clock: the same again in a replay. */
export function now(): number {
  return Date.now();
}
