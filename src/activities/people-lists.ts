import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import pMap from 'p-map';
import {
  guardVerdict,
  remapScope,
  scopeInE10,
  unitsFoundAgain,
  type ScopeUnit,
  type UnitsReport,
} from '../domain/people.js';
import { limitsOf, massChangeVerdict, NOBODY_IN_E10 } from '../domain/people/guard.js';
import { says } from '../domain/findings.js';
import type { ListReport, PeopleReport } from '../domain/people/report.js';
import type { PeopleListName } from '../domain/people/rows.js';
import { USUAL_CONFIDENCE } from '../domain/people/sample.js';
import type { Said } from '../domain/said.js';
import type { Tenant } from '../domain/tenant.js';
import { GatewayError, UnexpectedAnswer } from '../gateways/errors.js';
import type { Qiyuesuo } from '../gateways/qiyuesuo/qiyuesuo.js';
import type { ChunkMark } from '../people-store/reading.js';
import type { ToLookUp } from '../people-store/sample.js';
import type { PeopleStore, PeopleStores } from '../people-store/store.js';
import { StepRefused } from './failures.js';
import { readLists, type PeopleChunk, type PeopleReadingPart } from './people-reading.js';
import type { OpenSystems } from './systems.js';

export interface PeopleRunInput {
  tenant: Tenant;
  /** Whose file it is: the same for every chunk and every retry of one sync. */
  run: string;
}

/** What a run would do. */
export type ForeseenPeople = Pick<PeopleReport, 'lists' | 'units' | 'baseline' | 'foreseen'> & {
  source: number;
  /** Units of the scope are not certain in E10's own list: these. */
  scopeLost: boolean;
  lostUnits: string[];
  /** What the guard would have stopped it for, had it not been lifted. */
  lifted: Said | null;
  /** What it will stop a run for; only where it was to tell. */
  tooMuch: Said | null;
};

/** `tells`: in a rehearsal. `off`: the run has been made, or there is none to make. */
export type GuardMode = 'stops' | 'tells' | 'off';

/** What a run did. */
export type ReconciledPeople = Pick<PeopleReport, 'lists' | 'actual' | 'cameOut' | 'stillActive' | 'sample'> & {
  source: number;
  /** Why nobody could be looked up. */
  why: Said | null;
};

/** Files that are read into at once: each may take some hundred megabytes. */
const LISTS_AT_ONCE = 4;
/** Look-ups of a sample at once. */
const LOOK_UPS = 4;
const FOUND_AT_ONCE = 50;
export interface PeopleListsDeps {
  open: OpenSystems;
  stores: PeopleStores;
  /** The task queue of this worker alone, at a site. */
  homeAt: (site: string) => string;
}

/**
 * Lists of people and their comparison, on the disk of this worker. Nobody leaves these activities: results hold counts, codes and
 * names of units, digests and opaque ids.
 */
export function createPeopleListActivities({ open, stores, homeAt }: PeopleListsDeps) {
  // First chunks come by the queue of the site, which has many more places.
  const atOnce = pLimit(LISTS_AT_ONCE);

  async function withStore<T>({ tenant, run }: PeopleRunInput, work: (store: PeopleStore) => Promise<T>): Promise<T> {
    const store = await stores.open({ tenantId: tenant.id, runId: run });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  return {
    /**
     * Reads on from where the file stands. What has failed for the moment is asked again here, and anew once a page came in
     * between: so only a system which gives nothing at all uses up the attempts.
     */
    async readPeople({
      tenant,
      run,
      part,
      after,
      without = {},
      number = 0,
    }: PeopleRunInput & {
      part: PeopleReadingPart;
      after: ChunkMark[];
      without?: PeopleChunk['without'];
      /** How many chunks of this part there were before. */
      number?: number;
    }): Promise<PeopleChunk> {
      const of = { tenant, part, after, without, number, home: homeAt(tenant.site) };
      try {
        return await atOnce(() => readLists(of, open(tenant), (work) => withStore({ tenant, run }, work)));
      } catch (error) {
        // Before the first chunk is told nobody knows on which worker the file is, so nobody else could seal it.
        if (after.length === 0) await stores.seal({ tenantId: tenant.id, runId: run }).catch(() => undefined);
        throw error;
      }
    },

    /** What a run within these units would do. Throws `PEOPLE-GUARD` where that is too much, nobody has lifted it, and it `stops`. */
    async foreseePeople({
      tenant,
      run,
      units: chosen,
      unseen = false,
      without,
      guard = 'stops',
    }: PeopleRunInput &
      ComparedWith & {
        /** Nobody knows which units are chosen: of everybody in E10 only some may come, but whoever is not there goes in any case. */
        unseen?: boolean;
        guard?: GuardMode;
      }): Promise<ForeseenPeople> {
      return withStore({ tenant, run }, async (store) => {
        const scope = await scopeOf(store, chosen);
        const scopeLost = unseen || (chosen !== null && scope === null);
        const listed = scopeLost ? await store.units('e10') : [];
        // Where E10's units could not be read, nothing follows from none being found.
        const lost = listed.length > 0 ? remapScope(chosen ?? [], listed).unmapped : [];
        const lostUnits = lost.map(({ name }) => name);
        const baseline = without.e9 === undefined ? await store.compare({ comparison: 'baseline', scope: null }) : null;
        const lists = await reportsOf(store, [
          ...(without.e9 === undefined ? (['e9-people'] as const) : []),
          'e10-people',
          ...(without.qiyuesuo === undefined ? (['qiyuesuo-before'] as const) : []),
        ]);
        const people = lists.find(({ list }) => list === 'e10-people')?.people ?? 0;
        if (people === 0 && guard !== 'off') throw tooMuch(NOBODY_IN_E10);
        const units = without.e9 === undefined ? await unitsOf(store) : null;
        const before = { lists, units, baseline, scopeLost, lostUnits, lifted: null, tooMuch: null };
        if (without.qiyuesuo !== undefined) return { ...before, foreseen: null, source: people };
        const foreseen = await store.compare({ comparison: 'foreseen', scope });
        const { change, examples } = await store.massChange();
        const { source } = change;
        // Nobody can be found again, so everybody would seem to go: heads are all that there is.
        const { percent, count } = tenant.people.guard;
        const limits = limitsOf(unseen ? { percent, count } : tenant.people.guard);
        const verdict = foreseen.comparable
          ? massChangeVerdict(change, limits, examples)
          : guardVerdict(source, change.active, { guard: tenant.people.guard });
        const seen = { ...before, foreseen: foreseen.comparable ? foreseen : null, source };
        if (guard === 'off' || verdict.pass) return seen;
        const isLifted = tenant.people.guardLifted !== undefined && source > 0;
        if (isLifted) return { ...seen, lifted: verdict.why };
        if (guard === 'stops') throw tooMuch(verdict.why);
        return { ...seen, tooMuch: verdict.why };
      });
    },

    /** What the run did, person by person. */
    async reconcilePeople({ tenant, run, units }: PeopleRunInput & ComparedWith): Promise<ReconciledPeople> {
      return withStore({ tenant, run }, async (store) => {
        const actual = await store.compare({ comparison: 'actual', scope: await scopeOf(store, units) });
        const lists = await reportsOf(store, ['qiyuesuo-after']);
        const source = (await store.massChange()).change.source;
        if (!actual.comparable) return { ...NOTHING, lists, source };
        const [cameOut, stillActive] = [await store.foreseenAndActual(), await store.stillActive()];
        return { ...NOTHING, lists, source, actual, cameOut, stillActive };
      });
    },

    /** Where only single look-ups exist: as many people by chance as the confidence asks for. Goes on where it was stopped. */
    async samplePeople({ tenant, run, units }: PeopleRunInput & ComparedWith): Promise<ReconciledPeople> {
      const qiyuesuo = await open(tenant).qiyuesuo();
      const signal = Context.current().cancellationSignal;
      return withStore({ tenant, run }, async (store) => {
        const scope = await scopeOf(store, units);
        const drawn = await store.drawSample({ seed: run, confidence: USUAL_CONFIDENCE, scope });
        const source = drawn.people + drawn.withoutContact;
        try {
          for (
            let next = await store.nextToLookUp(FOUND_AT_ONCE);
            next.length > 0;
            next = await store.nextToLookUp(FOUND_AT_ONCE)
          ) {
            await lookUp(next, async ({ position, contact }) => {
              signal.throwIfAborted();
              await store.recordLookUp(position, (await found(qiyuesuo, contact))?.id ?? null);
            });
          }
        } catch (error) {
          if (!(error instanceof GatewayError) || error.retryable) throw error;
          const why = {
            en: `nobody could be looked up in Qiyuesuo: ${error.message}`,
            zh: `无法在契约锁中查询人员：${error.message}`,
          };
          return { ...NOTHING, source, why };
        }
        return { ...NOTHING, source, sample: await store.sampleResult(drawn) };
      });
    },

    /** Seals the file of a sync; what stands for it is the same in every worker. Repeated, it does nothing. */
    async sealPeople({ tenant, run }: PeopleRunInput): Promise<{ reference: string | null }> {
      const of = { tenantId: tenant.id, runId: run };
      await stores.seal(of);
      return { reference: stores.has(of) ? stores.referenceOf(of) : null };
    },
  };
}

function tooMuch(why: Said): StepRefused {
  return new StepRefused({ code: 'PEOPLE-GUARD', ...says(why), subject: 'people.guard' });
}

/** Within which units people are wanted, and what is not compared. */
export interface ComparedWith {
  units: ScopeUnit[] | null;
  without: PeopleChunk['without'];
}

/**
 * Looks all of them up, a few at once. When one fails no other is begun, and those under way are waited for: each of them still
 * writes down whom it found.
 */
async function lookUp(people: readonly ToLookUp[], one: (person: ToLookUp) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  const unlessFailed = async (person: ToLookUp): Promise<void> => {
    if (failures.length > 0) return;
    await one(person).catch((error: unknown) => failures.push(error));
  };
  await pMap(people, unlessFailed, { concurrency: LOOK_UPS });
  if (failures.length > 0) throw failures[0];
}

/** An answer that is cut off is whole the next time. */
async function found(qiyuesuo: Qiyuesuo, contact: string): Promise<{ id: string } | undefined> {
  try {
    return await qiyuesuo.findPerson(contact);
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error;
    return qiyuesuo.findPerson(contact);
  }
}

const NOTHING: ReconciledPeople = {
  lists: [],
  actual: null,
  cameOut: [],
  stillActive: 0,
  sample: null,
  source: 0,
  why: null,
};

async function scopeOf(store: PeopleStore, units: readonly ScopeUnit[] | null): Promise<string[] | null> {
  return units === null ? null : scopeInE10(units, await store.units('e10'));
}

/** Null where E9's units, or E10's, could not be read. */
async function unitsOf(store: PeopleStore): Promise<UnitsReport | null> {
  const [e9, e10] = [await store.units('e9'), await store.units('e10')];
  return e9.length === 0 || e10.length === 0 ? null : unitsFoundAgain(e9, e10);
}

async function reportsOf(store: PeopleStore, lists: readonly PeopleListName[]): Promise<ListReport[]> {
  const reports: ListReport[] = [];
  for (const list of lists) reports.push(await store.report(list));
  return reports;
}
