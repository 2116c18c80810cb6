import { expect, it } from 'vitest';
import { csv, jsonLines } from '../../src/cli/rows.js';

const finding = (code: string) => ({ code, severity: 'warning', message: 'words' });
const report = {
  schemaVersion: 1,
  batch: 'spring',
  total: 2,
  tenants: [
    { tenant: 'acme', outcome: 'migrated', grade: 'C', findings: [finding('TLS-EXPIRES'), finding('PEOPLE-SKIPPED')] },
    { tenant: '=cmd', outcome: null, needsAttention: true, undo: { proved: 3 }, steps: [{ step: 'preflight' }] },
  ],
};
const lines = (answer: object): unknown[] =>
  jsonLines(answer)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

it('JSON Lines are the rows as JSON has them, each with the batch that it is of', () => {
  expect(lines(report)).toEqual(report.tenants.map((tenant) => ({ schemaVersion: 1, batch: 'spring', ...tenant })));
});

it('CSV has a column for each plain value, codes of what was found, and nothing that a spreadsheet would carry out', () => {
  expect(csv(report)).toBe(
    '\uFEFFschemaVersion,batch,tenant,outcome,grade,findings,needsAttention\n' +
      '1,spring,acme,migrated,C,TLS-EXPIRES PEOPLE-SKIPPED,\n' +
      "1,spring,'=cmd,,,,true",
  );
});

it('an order is a row for each tenant or scope that it was for', () => {
  const refused = [{ tenantId: 'b', why: 'it is migrated' }];
  expect(lines({ schemaVersion: 1, batch: 'spring', accepted: ['a'], refused, passedOver: ['c'] })).toEqual([
    { schemaVersion: 1, batch: 'spring', tenant: 'a', answer: 'accepted' },
    { schemaVersion: 1, batch: 'spring', tenant: 'b', answer: 'refused', why: 'it is migrated' },
    { schemaVersion: 1, batch: 'spring', tenant: 'c', answer: 'passed-over' },
  ]);
  const waves = { accepted: [{ wave: 'one' }], refused: [{ on: { batch: true }, why: 'it is paused' }] };
  expect(csv(waves)).toBe('\uFEFFanswer,wave,why\naccepted,one,\nrefused,,it is paused');
});

it('an answer without a list is one row, and an empty list none', () => {
  expect(lines({ schemaVersion: 1, tenant: 'acme', underWay: true })).toEqual([
    { schemaVersion: 1, tenant: 'acme', underWay: true },
  ]);
  expect(lines({ schemaVersion: 1, orders: [] })).toEqual([]);
  expect(lines({ schemaVersion: 1, valid: true, errors: [] })).toEqual([{ schemaVersion: 1, valid: true, errors: [] }]);
  // A large batch is counted, and not listed.
  expect(lines({ ...report, tenants: [] })).toHaveLength(1);
});
