import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createOutput } from '../../src/cli/output.js';
import { tenantTable } from '../../src/cli/tables.js';
import { emptyReport } from '../../src/reports/tenant-report.js';

const stdout = new PassThrough();
const out = createOutput('text', 'en', { stdout, stderr: stdout, color: false, now: Date.now });
const tenant = emptyReport('spring', { id: 'acme', name: '' }, 'all');

it('names the run in which something became of a tenant, and what it was where that is known', () => {
  const ended = { ...tenant, outcome: 'blocked', ofEarlierRun: true } as const;
  const words = (more: object) => tenantTable([{ ...ended, ...more }], out);
  expect(words({})).toMatch(/in an earlier run of the batch *$/);
  expect(words({ reason: 'no licence' })).toMatch(/in an earlier run of the batch: no licence *$/);
  expect(words({ codes: ['CONSOLE-REFUSED'] })).toMatch(/in an earlier run of the batch: CONSOLE-REFUSED \w/);
  expect(words({ inBatch: 'autumn' })).toMatch(/in batch autumn *$/);
});
