import type { SyncRun } from '../../../domain/settings.js';
import type { LookSeen } from './engine.js';
import type { PeoplePage } from './page-map.js';
import { plain } from './reading.js';

/** A run of the people sync as the page lists it: known by when it began, since pages show no ids. */
export type RunSeen = SyncRun;

const NUMBERS = ['total', 'done', 'created', 'updated', 'disabled', 'failed'] as const;
/** How soon a page is worth looking at again. */
const AGAIN_SECONDS = 5;

/** The rows of the list of runs. A state that the map does not know is a run under way: nothing is taken for finished. */
export function runsOf({ values }: PeoplePage['runs'], table: LookSeen['table']): RunSeen[] {
  return (table?.rows ?? []).flatMap(({ name, more }) => {
    // An empty list has a row that says so.
    if (!/\d/.test(name)) return [];
    const state = stateOf(values, more['state'] ?? '');
    const numbers = NUMBERS.flatMap((key): [string, number][] => {
      const text = (more[key] ?? '').replace(/[,，\s]/g, '');
      return /^\d+$/.test(text) ? [[key, Number(text)]] : [];
    });
    const wait = state === 'queued' || state === 'running' ? { retryAfterSeconds: AGAIN_SECONDS } : {};
    return [{ runId: name, state, ...Object.fromEntries(numbers), ...wait }];
  });
}

function stateOf(values: PeoplePage['runs']['values'], text: string): SyncRun['state'] {
  const shown = plain(text);
  const found = Object.entries(values).find(([, words]) => words.some((word) => plain(word) === shown));
  return (found?.[0] as SyncRun['state'] | undefined) ?? 'running';
}

/** The one that is not among those which were there before; of several the latest. */
export function newRun(runs: readonly RunSeen[], before: readonly string[]): RunSeen | undefined {
  return latest(runs.filter(({ runId }) => !before.includes(runId)));
}

export function runUnderWay(runs: readonly RunSeen[]): RunSeen | undefined {
  return latest(runs.filter(({ state }) => state === 'queued' || state === 'running'));
}

/** By the numbers in when it began: pages list the newest first, or last. */
function latest(runs: readonly RunSeen[]): RunSeen | undefined {
  const key = ({ runId }: RunSeen): string => (runId.match(/\d+/g) ?? []).map((part) => part.padStart(6, '0')).join('');
  return runs.reduce<RunSeen | undefined>((best, run) => (!best || key(run) > key(best) ? run : best), undefined);
}
