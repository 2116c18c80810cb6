import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  batchStatus,
  nextMove,
  noTenantStarted,
  tenantEnded,
  tenantStarted,
  type SizedWave,
} from '../../src/domain/batch-state.js';
import { isFailure, type Ending } from '../../src/domain/limits.js';

const ENDINGS: Ending[] = [
  'migrated',
  'migrated-with-warnings',
  'already-migrated',
  'blocked',
  'rolled-back',
  'rollback-incomplete',
  'cancelled',
  'terminated',
  'timed-out',
];

it('keeps its promises whatever ends in whatever order, told once or twice', () => {
  const wave = fc.record({
    size: fc.integer({ min: 1, max: 8 }),
    maxConcurrency: fc.integer({ min: 1, max: 4 }),
    limit: fc.integer({ min: 0, max: 3 }),
    strict: fc.boolean(),
  });
  const ends = fc.array(fc.record({ which: fc.nat(), ending: fc.constantFrom(...ENDINGS), twice: fc.boolean() }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(wave, ends, ({ size, maxConcurrency, limit, strict }, script) => {
      const waves: SizedWave[] = [{ name: 'w', size, maxConcurrency, maxErrors: { count: limit }, strict }];
      const [only] = waves as [SizedWave];
      const state = noTenantStarted(waves, '');
      const ended: Ending[] = [];
      let stoppedAt: number | undefined;
      for (const { which, ending, twice } of script) {
        while (nextMove(state, only, {}) === 'start') tenantStarted(state, `t${state.next}`);
        expect(state.inFlight.length).toBeLessThanOrEqual(maxConcurrency);
        const failed = ended.filter(isFailure).length;
        if (strict) expect(failed + state.inFlight.length).toBeLessThanOrEqual(Math.max(limit + 1, failed));
        if (state.stoppedBy !== null) stoppedAt ??= state.next;
        if (stoppedAt !== undefined) expect(state.next).toBe(stoppedAt);
        const tenantId = state.inFlight[which % Math.max(1, state.inFlight.length)];
        if (tenantId === undefined) break;
        for (let told = 0; told < (twice ? 2 : 1); told++) tenantEnded(state, { tenantId, ending }, only, {});
        ended.push(ending);
      }
      const status = batchStatus('b', state, waves, false);
      const counted = Object.values(status.endings).reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(ended.length);
      expect(counted + status.running).toBe(state.next);
    }),
  );
});
