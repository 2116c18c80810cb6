import { patched } from '@temporalio/workflow';
import type { ForeseenPeople } from '../activities/people-lists.js';
import type { PeopleReadingPart } from '../activities/people-reading.js';
import type { WantedPeopleSync } from '../domain/people.js';
import type { Policy } from '../domain/policy.js';
import type { Tenant } from '../domain/tenant.js';
import type { Gate } from './gate.js';
import { peopleLists, type KeptPeople, type PeopleLists } from './people-lists.js';
import type { Progress } from './progress.js';

/** What is to be saved, and what a run would do then; `foreseen` is null where heads alone are counted. */
export interface Ahead {
  wanted: WantedPeopleSync;
  foreseen: ForeseenPeople | null;
}

/** Where the lists of a look lie, since when they grow old, and how long it took. */
export interface ReadPeople {
  /** The task queue of the worker that has them. */
  home: string;
  /** In milliseconds since 1970. */
  at: number;
  tookMs: number;
}

/** A look at everybody, which grows old; the next one reads into a file of its own. */
export interface PeopleLook {
  /** Those of the newest look. */
  readonly lists: PeopleLists;
  /** Since when it grows old, and how long it took. */
  readonly looked: Omit<ReadPeople, 'home'>;
  /** Who there is, what is to be saved, and what the run would do: too much of it throws. `tell` hears of the settings first. */
  ahead(tell: (wanted: WantedPeopleSync) => Promise<void>): Promise<Ahead>;
  /** Answers for how long nobody read meanwhile. */
  read(part: PeopleReadingPart): Promise<number>;
  isStale(): boolean;
  /** Lets go of what was read: what follows is read anew. */
  anew(): Promise<void>;
  seal(): Promise<KeptPeople>;
  /** For whoever looks next at the same lists; absent where nothing was read. */
  left(): { read?: ReadPeople };
}

/** What was read of people holds for so long, unless the policy says otherwise. */
export const FRESH_MS = 3_600_000;

export function peopleLook({
  tenant,
  run,
  policy,
  before,
  rehearses,
  progress,
  gate,
  plan,
}: {
  tenant: Tenant;
  run: string;
  policy: Policy;
  /** What another look has read into these lists. */
  before: ReadPeople | undefined;
  rehearses: boolean;
  progress: Progress;
  gate: Gate;
  /** `exact`: everybody is compared, so heads are not counted. */
  plan: (exact: boolean) => Promise<WantedPeopleSync>;
}): PeopleLook {
  const freshMs = policy.peopleFreshMs ?? FRESH_MS;
  const compares = tenant.people.compare !== 'count';
  let lists = peopleLists({ tenant, run }, policy, before?.home);
  let readBefore = before;
  let looks = 1;
  let unsealed = false;
  let looked = { at: 0, tookMs: 0 };
  /** In runs of older versions pauses do not count before a night. */
  let heldMs = 0;

  async function ahead(tell: (wanted: WantedPeopleSync) => Promise<void>): Promise<Ahead> {
    const since = now();
    const idleMs = compares ? await read('before') : 0;
    const exact = compares && lists.without.e10 === undefined && lists.without.qiyuesuo === undefined;
    let wanted = await plan(exact);
    await tell(wanted);
    const foreseen = wanted.startsRun ? await foresee(wanted) : null;
    if (exact && foreseen?.scopeLost === true && wanted.unseen !== true) {
      // Who is outside of the scope cannot be told one by one: then heads are counted after all.
      const { source, active, lifted } = await plan(false);
      wanted = { ...wanted, source, active, ...(lifted === undefined ? {} : { lifted }) };
    }
    // Read anew by another worker, it is as old as that.
    const isAsBefore = lists.home === readBefore?.home;
    heldMs = idleMs > 0 && !patched('waits-are-age') ? idleMs : 0;
    looked = isAsBefore && readBefore ? readBefore : { at: now() - idleMs + heldMs, tookMs: now() - since };
    return { wanted, foreseen };
  }

  async function foresee({ units, unseen }: WantedPeopleSync): Promise<ForeseenPeople | null> {
    return compares && lists.without.e10 === undefined
      ? lists.foresee(units ?? null, rehearses ? 'tells' : 'stops', unseen)
      : null;
  }

  async function read(part: PeopleReadingPart): Promise<number> {
    const whose = {
      before: { en: 'everybody', zh: '全部人员' },
      after: { en: 'who is in Qiyuesuo now', zh: '契约锁现有人员' },
    }[part];
    let idleMs = 0;
    let since = now();
    await lists.read(part, async (people) => {
      progress.tell({ en: `reading ${whose.en}: ${people} so far`, zh: `正在读取${whose.zh}：已读 ${people} 人` });
      const chunkMs = now() - since;
      // A chunk is a matter of two minutes: this one has waited for a worker, or for a system that was off.
      idleMs += chunkMs > freshMs / 4 && patched('waits-are-age') ? chunkMs : 0;
      const asked = now();
      await gate.pass();
      idleMs += now() - asked;
      since = now();
    });
    return idleMs;
  }

  async function seal(): Promise<KeptPeople> {
    const { reference, unsealed: left } = await lists.seal();
    unsealed ||= left;
    return { reference, unsealed };
  }

  return {
    get lists() {
      return lists;
    },
    get looked() {
      return looked;
    },
    ahead,
    read,
    // How long reading itself takes is no reason to read again: it would take so long again.
    isStale: () => now() - looked.at + heldMs > freshMs,
    async anew() {
      await seal();
      readBefore = undefined;
      lists = peopleLists({ tenant, run: `${run}/${++looks}` }, policy);
    },
    seal,
    left: () => (lists.home === undefined ? {} : { read: { home: lists.home, ...looked } }),
  };
}

/** The workflow's own clock: the same again in a replay. */
export function now(): number {
  return Date.now();
}
