import { parseArgs } from 'node:util';
import { nextMove } from '../src/domain/batch/schedule.js';
import { newBatchState, tenantEnded, tenantStarted, waveOf, type BatchState } from '../src/domain/batch/state.js';
import { batchStatus } from '../src/domain/batch/status.js';
import { rangesOf } from '../src/domain/batch/ledger.js';
import { report, short } from './support/numbers.js';

// The coordinator's decisions alone, with tenants that end at once: what they cost for each tenant as batches grow, and how large
// the state is that a coordinator carries into its next run. Ten times the tenants must cost ten times as much, not more.
const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '1000,10000,100000' }, window: { type: 'string', default: '50' } },
});
const window = Number(values.window);
const PAGE = 40;

const rows = values.sizes.split(',').map((size) => runBatch(Number(size)));
report(`The coordinator's logic alone, window ${window}`, rows);

function runBatch(size: number) {
  const state = aBatch(size);
  const heapBefore = heap();
  const since = process.cpuUsage();
  let moves = 0;
  let started = 0;
  let widest = 0;
  let page: number[] = [];
  for (let move = nextMove(state, moves); move.do !== 'over'; move = nextMove(state, moves)) {
    moves += 1;
    if (move.do === 'start') {
      const wave = move.waves[0] ?? 0;
      // As the store does it: the next page of those that have not started.
      if (page.length === 0) page = nextPage(state, wave);
      const at = page.shift() ?? 0;
      tenantStarted(state, { id: `tenant-${wave}-${at}`, wave, at, endpoints: [], targets: [], since: moves });
      started += 1;
      if (started % 1_000 === 0) widest = Math.max(widest, JSON.stringify(state).length);
    } else if (move.do === 'wait') {
      const [first] = state.inFlight;
      if (!first) throw new Error('waits for nobody');
      tenantEnded(state, { tenantId: first.id, ending: 'migrated' }, moves);
      batchStatus('bench', state, moves, false);
    } else if (move.do === 'enter') {
      state.wave += 1;
    } else {
      throw new Error(`unexpected move: ${move.do}`);
    }
  }
  const used = process.cpuUsage(since);
  const seconds = (used.user + used.system) / 1e6;
  if (started !== size) throw new Error(`${started} of ${size} started`);
  return {
    tenants: size,
    moves,
    'CPU seconds': short(seconds),
    'µs for a tenant': short((seconds / size) * 1e6),
    'state, JSON bytes at its widest': widest,
    'bytes for a tenant': short(widest / size),
    'heap MiB more': short(heap() - heapBefore),
  };
}

/** The first of the first range: nobody here is held back by something of their own. */
function nextPage(state: BatchState, wave: number): number[] {
  const [first] = rangesOf(waveOf(state, wave).ledger, 'not-started');
  const [from, length] = first ?? [0, 0];
  return Array.from({ length: Math.min(length, PAGE) }, (_, offset) => from + offset);
}

/** A canary of one in a hundred, and the rest. */
function aBatch(size: number): BatchState {
  const canary = Math.ceil(size / 100);
  const settings = { maxConcurrency: window, slowStart: false, order: 'file' } as const;
  return newBatchState({
    startedAt: '2026-01-01T00:00:00.000Z',
    startedBy: 'bench',
    content: '0'.repeat(64),
    reference: '0'.repeat(16),
    waves: [
      { ...settings, name: 'canary', size: canary, maxErrors: { percent: 2 } },
      {
        ...settings,
        name: 'rest',
        size: size - canary,
        maxErrors: { percent: 2 },
        maxErrorRate: { percent: 20, last: 20 },
      },
    ],
    limits: { maxErrors: { percent: 5 } },
    targets: {},
  });
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
