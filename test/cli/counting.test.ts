import { describe, expect, it } from 'vitest';
import type { ParsedBatch } from '../../src/batch-file/parse.js';
import { countedReport, countsTell, endingsOf } from '../../src/cli/counting.js';
import { exitCodeOf } from '../../src/cli/exit-codes.js';
import type { Migrations, TenantRow } from '../../src/client.js';
import { batchStatus, type BatchStatus } from '../../src/domain/batch/status.js';
import { aBatch, NOW } from '../domain/batch/a-batch.js';

const MANY = 10_000;
const statusOf = (more: Partial<BatchStatus>): BatchStatus => ({
  ...batchStatus('spring', aBatch([{ size: MANY }]), NOW, false),
  notStarted: 0,
  ...more,
});

describe('the counts of a batch', () => {
  it.each([
    ['tell all of its many tenants', {}, MANY, true],
    ['tell also of one that is over', { over: true }, MANY, true],
    ['do not tell of fewer: those are looked for one by one', { total: 500 }, 500, false],
    ['do not tell of others than it has', { total: 20 }, MANY, false],
    ['do not tell what became of those that still ran at its end', { over: true, parked: 1 }, MANY, false],
  ])('%s', (_, more, tenants, expected) => {
    expect(countsTell(statusOf(more), tenants)).toBe(expected);
  });

  it.each([
    [['w1'], { running: 6, waiting: 1 }],
    [[], { running: 7 }],
  ])('know of a tenant that waits under the name of another batch: %j', async (waiting, counts) => {
    const asked = { count: 1, tenants: ['w1'], only: false };
    const rows = waiting.map((tenantId) => [tenantId, { tenantId, needsAttention: true } as TenantRow] as const);
    const lists: Pick<Migrations, 'notWell' | 'waitingIn' | 'newestRuns'> = {
      notWell: () => Promise.resolve([]),
      waitingIn: () => Promise.resolve(0),
      newestRuns: (_, ids) => Promise.resolve(new Map(ids.join() === 'w1' ? rows : [])),
    };
    const batch = { batch: 'spring', tenants: [] } as unknown as ParsedBatch;
    const status = statusOf({
      running: 3,
      parked: 4,
      prepared: 1,
      endings: { migrated: 8, skipped: 1 },
      asking: asked,
    });
    const report = await countedReport(lists, { file: 'f', batch, selected: [] }, { status });
    expect(report.counts).toEqual({ ...counts, migrated: 8, skipped: 2 });
  });

  it.each([
    [0, { endings: { migrated: MANY }, over: true }],
    [8, { endings: { migrated: 1 }, notStarted: 9 }],
    [8, { endings: { migrated: 1 }, prepared: 9 }],
    [8, { endings: { migrated: 9, skipped: 1 } }],
    [3, { endings: { migrated: 9, skipped: 1 }, over: true }],
    [5, { endings: { blocked: 1 }, running: 9 }],
    [3, { endings: { blocked: 1, 'rolled-back': 1 }, parked: 9 }],
    [7, { endings: { 'rolled-back': 1, 'rollback-incomplete': 1 }, parked: 9 }],
  ])('come to %i where they are %j', (code, more) => {
    expect(exitCodeOf(endingsOf(statusOf(more)))).toBe(code);
  });
});
