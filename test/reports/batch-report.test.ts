import { describe, expect, it } from 'vitest';
import type { Ending } from '../../src/domain/batch/limits.js';
import { batchReport } from '../../src/reports/batch-report.js';
import { emptyReport, type TenantReport } from '../../src/reports/tenant-report.js';

const tenant = (id: string, outcome: Ending | null, more: Partial<TenantReport> = {}): TenantReport => ({
  ...emptyReport('spring', { id, name: id }, 'all'),
  outcome,
  ...more,
});

describe('the outcome of a report', () => {
  const well = tenant('well', 'migrated');
  const blocked = tenant('blocked', 'blocked');
  const idle = tenant('idle', null);
  const prepared = tenant('prepared', 'skipped', { step: 'snapshot' });
  const dropped = tenant('dropped', 'skipped');

  it.each(['done', 'done-with-warnings', 'partial', 'stopped-by-limit', 'aborted', null] as const)(
    'is %s where the batch says so of these tenants',
    (outcome) => {
      expect(batchReport('spring', [well, idle], { outcome, ofThese: true }).outcome).toBe(outcome);
    },
  );

  it.each([
    ['done', [well], 'aborted'],
    ['done', [well], 'partial'],
    ['partial', [well, blocked], 'stopped-by-limit'],
    ['partial', [well, dropped], 'partial'],
    ['stopped-by-limit', [well, idle], 'stopped-by-limit'],
    ['aborted', [idle], 'aborted'],
    ['aborted', [prepared], 'aborted'],
    [null, [well, idle], null],
    // The batch was of others: that it is over says nothing of one that has not begun.
    [null, [well, idle], 'done'],
    [null, [prepared], null],
    [null, [], 'done'],
  ] as const)('of fewer is %s: what they come to by themselves', (expected, tenants, outcome) => {
    expect(batchReport('spring', tenants, { outcome, ofThese: false }).outcome).toBe(expected);
  });
});

it('counts what stopped tenants also where only the codes of the lists are known', () => {
  const message = 'it is empty';
  const tenants = [
    tenant('listed', 'blocked', { codes: ['E10-EMPTY'] }),
    tenant('read', 'blocked', { findings: [{ code: 'E10-EMPTY', severity: 'blocking', message }] }),
    tenant('warned', 'migrated', { findings: [{ code: 'CLOCK-SKEW', severity: 'warning', message }] }),
  ];
  expect(batchReport('spring', tenants, { outcome: null, ofThese: true }).causes).toEqual([
    { code: 'E10-EMPTY', count: 2, tenants: ['listed', 'read'] },
  ]);
});
