import type { Candidate } from '../../../src/domain/batch/reasons.js';
import {
  newBatchState,
  tenantEnded,
  tenantStarted,
  waveOf,
  type BatchState,
  type NewBatch,
  type SizedWave,
} from '../../../src/domain/batch/state.js';
import { positionsOf } from '../../../src/domain/batch/ledger.js';
import type { Ending } from '../../../src/domain/batch/limits.js';

export const NOW = Date.parse('2026-03-02T10:00:00Z');
export const BY = { by: 'tester', reason: 'test' };

/** A batch of waves `one`, `two` … of these settings, at full width. */
export function aBatch(waves: Partial<SizedWave>[], more: Partial<NewBatch> = {}): BatchState {
  const names = ['one', 'two', 'three'];
  return newBatchState({
    startedAt: '2026-03-02T09:00:00Z',
    startedBy: 'starter',
    content: 'content',
    reference: 'reference',
    limits: {},
    targets: {},
    ...more,
    waves: waves.map((wave, index) => ({
      name: names[index] ?? '',
      size: 3,
      maxConcurrency: 2,
      slowStart: false,
      order: 'file',
      ...wave,
    })),
  });
}

export function candidate(wave: number, at: number, more: Partial<Candidate> = {}): Candidate {
  return { id: `w${wave}t${at}`, wave, at, endpoints: [], targets: [], window: null, ...more };
}

/** The next tenant of the wave starts. */
export function start(state: BatchState, wave = state.wave, more: Partial<Candidate> = {}, since = NOW): string {
  const [at = -1] = positionsOf(waveOf(state, wave).ledger, ['not-started'], { limit: 1 });
  const { id, endpoints, targets } = candidate(wave, at, more);
  tenantStarted(state, { id, wave, at, endpoints, targets, since });
  return id;
}

/** Tenants of the wave under way start and end, one after the other. */
export function runs(state: BatchState, ...endings: Ending[]): void {
  for (const ending of endings) tenantEnded(state, { tenantId: start(state), ending }, NOW);
}

/** The next tenant of the wave is prepared. */
export function prepares(state: BatchState, wave = state.wave): void {
  const tenantId = start(state, wave);
  for (const one of state.inFlight) if (one.id === tenantId) one.prepares = true;
  tenantEnded(state, { tenantId, ending: 'skipped' }, NOW);
}
