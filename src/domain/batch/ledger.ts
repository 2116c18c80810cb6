import type { Ending } from './limits.js';

/**
 * What a coordinator knows of one tenant of a wave. `prepared`: preflight and snapshot are done, nothing is written yet.
 * `parked`: started, and waiting for a held endpoint, a person's first look, or its maintenance window.
 */
export type TenantState = Open | Ending;

/** Not over. */
export type Open = 'not-started' | 'prepared' | 'running' | 'parked';

export function isOpen(state: TenantState): state is Open {
  return state === 'not-started' || state === 'prepared' || state === 'running' || state === 'parked';
}

/** One letter each, so that ten thousand tenants are ten kilobytes over Continue-As-New. */
const LETTERS = {
  'not-started': '.',
  prepared: '-',
  running: '*',
  parked: 'p',
  migrated: 'm',
  'migrated-with-warnings': 'w',
  'already-migrated': 'a',
  blocked: 'b',
  'rolled-back': 'r',
  'rollback-incomplete': 'i',
  cancelled: 'c',
  skipped: 's',
  terminated: 't',
  'timed-out': 'o',
} as const satisfies Record<TenantState, string>;

const STATES = new Map(Object.entries(LETTERS).map(([state, letter]) => [letter as string, state as TenantState]));

/** Where every tenant of a wave stands, by its position in the wave, with the counts kept beside it. Changed in place. */
export interface Ledger {
  /** `CHUNK` letters each, so that a change copies little. */
  chunks: string[];
  counts: Partial<Record<TenantState, number>>;
}

const CHUNK = 1_000;

/** Nobody of `size` tenants has started. */
export function newLedger(size: number): Ledger {
  const ledger: Ledger = { chunks: [], counts: {} };
  extend(ledger, size);
  return ledger;
}

export function sizeOf({ chunks }: Ledger): number {
  return chunks.length === 0 ? 0 : (chunks.length - 1) * CHUNK + (chunks.at(-1)?.length ?? 0);
}

export function count(ledger: Ledger, ...states: readonly TenantState[]): number {
  return states.reduce((sum, state) => sum + (ledger.counts[state] ?? 0), 0);
}

/** Throws on a position that the wave does not have. */
export function stateAt({ chunks }: Ledger, at: number): TenantState {
  const state = STATES.get(chunks[Math.floor(at / CHUNK)]?.[at % CHUNK] ?? '');
  if (state === undefined) throw new Error(`the wave has no tenant ${at}`);
  return state;
}

export function setState(ledger: Ledger, at: number, to: TenantState): void {
  const from = stateAt(ledger, at);
  const [index, offset] = [Math.floor(at / CHUNK), at % CHUNK];
  const chunk = ledger.chunks[index] ?? '';
  ledger.chunks[index] = chunk.slice(0, offset) + LETTERS[to] + chunk.slice(offset + 1);
  add(ledger, from, -1);
  add(ledger, to, 1);
}

/** Tenants that join while the batch runs stand behind the others. */
export function extend(ledger: Ledger, by: number): void {
  for (let left = by; left > 0;) {
    const last = ledger.chunks.at(-1);
    if (last === undefined || last.length === CHUNK) ledger.chunks.push('');
    const at = ledger.chunks.length - 1;
    const chunk = ledger.chunks[at] ?? '';
    const more = Math.min(left, CHUNK - chunk.length);
    ledger.chunks[at] = chunk + LETTERS['not-started'].repeat(more);
    left -= more;
  }
  add(ledger, 'not-started', by);
}

/** Positions in one of these states, in order, from `from` on, `limit` at most. */
export function positionsOf(
  { chunks }: Ledger,
  states: readonly TenantState[],
  { from = 0, limit = Number.POSITIVE_INFINITY }: { from?: number; limit?: number } = {},
): number[] {
  const wanted = new Set<string>(states.map((state) => LETTERS[state]));
  const found: number[] = [];
  for (let index = Math.floor(from / CHUNK); index < chunks.length && found.length < limit; index += 1) {
    const chunk = chunks[index] ?? '';
    // What has ended is passed by a thousand at a time.
    if (![...wanted].some((letter) => chunk.includes(letter))) continue;
    for (let offset = index === Math.floor(from / CHUNK) ? from % CHUNK : 0; offset < chunk.length; offset += 1) {
      if (!wanted.has(chunk[offset] ?? '')) continue;
      found.push(index * CHUNK + offset);
      if (found.length >= limit) break;
    }
  }
  return found;
}

/** Positions in a row: the first of them, and how many. */
export type Range = [from: number, length: number];

/** Positions in this state as ranges: in the order of the file nearly all that have not started are one. */
export function rangesOf({ chunks, counts }: Ledger, state: TenantState): Range[] {
  const letter = LETTERS[state];
  const ranges: Range[] = [];
  if (counts[state] === undefined) return ranges;
  chunks.forEach((chunk, index) => {
    for (let from = chunk.indexOf(letter); from >= 0;) {
      let end = chunk === letter.repeat(chunk.length) ? chunk.length : from + 1;
      while (chunk[end] === letter) end += 1;
      const at = index * CHUNK + from;
      const last = ranges.at(-1);
      if (last !== undefined && last[0] + last[1] === at) last[1] += end - from;
      else ranges.push([at, end - from]);
      from = chunk.indexOf(letter, end);
    }
  });
  return ranges;
}

function add({ counts }: Ledger, state: TenantState, by: number): void {
  const sum = (counts[state] ?? 0) + by;
  if (sum === 0) Reflect.deleteProperty(counts, state);
  else counts[state] = sum;
}
