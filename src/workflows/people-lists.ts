import { ApplicationFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { ComparedWith, ForeseenPeople, GuardMode, ReconciledPeople } from '../activities/people-lists.js';
import type { PeopleChunk, PeopleReadingPart } from '../activities/people-reading.js';
import type { ScopeUnit } from '../domain/people.js';
import type { ListReading, PeopleReport } from '../domain/people/report.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import { peopleActivities } from './activity-groups.js';
import { causeOf } from './failures.js';

/** The lists of one sync, wherever their file is. */
export interface PeopleLists {
  /** The task queue of the worker that has them; undefined before anything is read. */
  readonly home: string | undefined;
  /** How every list was read that has been read to its end. */
  readonly readings: ListReading[];
  /** What is not compared, and why. */
  readonly without: ComparedWith['without'];
  /** Reads what is not read yet. `onChunk` is told how many people there are so far; what it waits for is waited for between chunks. */
  read(part: PeopleReadingPart, onChunk: (people: number) => Promise<void>): Promise<void>;
  /** `unseen`: which units are chosen is not known. */
  foresee(units: ScopeUnit[] | null, guard: GuardMode, unseen?: boolean): Promise<ForeseenPeople>;
  /** After `read('after')`. `beforeLost`: who was there before the run had to be read after it. */
  reconcile(units: ScopeUnit[] | null): Promise<ReconciledPeople & { beforeLost: boolean }>;
  sample(units: ScopeUnit[] | null): Promise<ReconciledPeople>;
  seal(): Promise<KeptPeople>;
}

/** How people stand after a run. */
export type PeopleAfter = ReconciledPeople & { beforeLost?: boolean };

/** What is left of the lists: what stands for the sealed result, and whether it could not be sealed. */
export type KeptPeople = Pick<PeopleReport, 'reference' | 'unsealed'>;

const ListsUnread = 'ListsUnread';
/** Two workers of a site that both lose their disks, again and again, are no longer waited for. */
const MOST_MOVES = 5;
/** A worker that dies so often by one and the same work dies of it. */
const MOST_DEATHS = 20;

/**
 * The file of a sync lies on one worker's disk. The first chunk goes to any worker of the site, unless one is known to have it
 * (`begunAt`), the others to that one alone; when it does not come back, the next one reads everything anew
 * (`activities/people-lists.ts`).
 */
export function peopleLists(of: { tenant: Tenant; run: string }, policy: Policy, begunAt?: string): PeopleLists {
  let home = begunAt;
  const readings = new Map<string, ListReading>();
  let without: ComparedWith['without'] = {};

  async function atHome<T>(work: (activities: ReturnType<typeof peopleActivities>) => Promise<T>): Promise<T> {
    let moves = 0;
    for (let deaths = 0; ;) {
      try {
        return await work(peopleActivities(policy, home));
      } catch (error) {
        // Attempts are for systems that do not answer; a worker that dies has read on meanwhile.
        if (isTimeout(error, TimeoutType.HEARTBEAT) && ++deaths <= MOST_DEATHS) continue;
        const isGone = isTimeout(error, TimeoutType.SCHEDULE_TO_START);
        if (home === undefined || !isGone || ++moves > MOST_MOVES) throw error;
        home = undefined;
      }
    }
  }

  async function read(part: PeopleReadingPart, onChunk: (people: number) => Promise<void>): Promise<void> {
    let after: PeopleChunk['marks'] = [];
    for (let number = 0; ; number++) {
      const chunk = await atHome((activities) => activities.readPeople({ ...of, part, after, without, number }));
      home = chunk.home;
      after = chunk.marks;
      without = { ...without, ...chunk.without };
      for (const reading of chunk.readings) readings.set(reading.list, reading);
      await onChunk(chunk.people);
      if (chunk.done) return;
    }
  }

  const compared = (units: ScopeUnit[] | null) => ({ ...of, units, without });
  const silently = (): Promise<void> => Promise.resolve();

  return {
    get home() {
      return home;
    },
    get readings() {
      return [...readings.values()];
    },
    get without() {
      return without;
    },
    read,
    async foresee(units, guard, unseen = false) {
      return again(
        () => atHome(({ foreseePeople }) => foreseePeople({ ...compared(units), guard, unseen })),
        () => read('before', silently),
      );
    },
    async reconcile(units) {
      let beforeLost = false;
      const reconciled = await again(
        () => atHome(({ reconcilePeople }) => reconcilePeople(compared(units))),
        async () => {
          beforeLost = true;
          await read('before', silently);
          await atHome(({ foreseePeople }) => foreseePeople({ ...compared(units), guard: 'off' }));
          await read('after', silently);
        },
      );
      return { ...reconciled, beforeLost };
    },
    async sample(units) {
      return again(
        () => atHome(({ samplePeople }) => samplePeople(compared(units))),
        () => read('before', silently),
      );
    },
    async seal() {
      if (home === undefined) return { reference: null, unsealed: false };
      try {
        return { ...(await peopleActivities(policy, home).sealPeople(of)), unsealed: false };
      } catch (error) {
        if (isCancellation(error)) throw error;
        return { reference: null, unsealed: true };
      }
    },
  };
}

/** Where a worker lacks what is to be compared, it is read there first. */
async function again<T>(work: () => Promise<T>, readFirst: () => Promise<void>): Promise<T> {
  for (let moves = 0; ; moves++) {
    try {
      return await work();
    } catch (error) {
      const cause = causeOf(error);
      const isUnread = cause instanceof ApplicationFailure && cause.type === ListsUnread;
      if (!isUnread || moves >= MOST_MOVES) throw error;
      await readFirst();
    }
  }
}

/** Nobody took it, so that worker is not there any more; or nobody beats, so it died in the middle. */
function isTimeout(error: unknown, type: TimeoutType): boolean {
  const cause = causeOf(error);
  return cause instanceof TimeoutFailure && cause.timeoutType === type;
}
