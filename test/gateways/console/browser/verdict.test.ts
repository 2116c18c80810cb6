import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapField } from '../../../../src/gateways/console/browser/page-map.js';
import { MASKED, type Reading } from '../../../../src/gateways/console/browser/reading.js';
import { judge, type Said } from '../../../../src/gateways/console/browser/verdict.js';

const FIELD: MapField = { kind: ['text'], secret: false, same: 'exact', optional: false, step: 1, label: ['x'] };
const ADDRESS: MapField = { ...FIELD, same: 'url' };
const FIELDS: [string, MapField][] = [
  ['appKey', FIELD],
  ['address', ADDRESS],
  ['side', FIELD],
];
const BEFORE = { appKey: 'old', address: 'https://e9', side: 'kept' };
const WANTED = { appKey: 'new', address: 'https://e10' };

function verdictOf(after: Record<string, Reading>, kind: Said['kind'] = 'ok', text?: string) {
  const said: Said = { kind, ...(text === undefined ? {} : { text }) };
  return judge({ fields: FIELDS, before: BEFORE, wanted: WANTED, after, said, sides: true });
}

describe('the verdict on a save', () => {
  it.each([
    ['ok', 'not-kept'],
    ['error', 'save-rejected'],
    ['busy', 'busy'],
    ['denied', 'no-right'],
    ['nothing', 'answer-lost'],
    ['login', 'needs-login'],
  ] as const)('is, where the page said %s and the old values stand, %s', (kind, code) => {
    expect(verdictOf(BEFORE, kind)).toMatchObject({ result: 'trouble', code, fields: ['appKey', 'address'] });
  });

  it.each(['ok', 'error', 'busy', 'denied', 'nothing'] as const)('is written, whatever the page said: %s', (kind) => {
    expect(verdictOf({ ...BEFORE, ...WANTED }, kind)).toMatchObject({ result: 'written' });
  });

  it('keeps an error that was said although everything was stored', () => {
    expect(verdictOf({ ...BEFORE, ...WANTED }, 'error', '系统异常')).toMatchObject({ warning: '系统异常' });
    expect(verdictOf({ ...BEFORE, ...WANTED }, 'ok', '保存成功')).not.toHaveProperty('warning');
  });

  it('names what was not stored where something was', () => {
    expect(verdictOf({ ...BEFORE, appKey: 'new' })).toMatchObject({ code: 'partly-kept', fields: ['address'] });
  });

  it('takes a third value, and a field that nobody set, for somebody else’s', () => {
    expect(verdictOf({ ...BEFORE, ...WANTED, appKey: 'third' })).toMatchObject({ code: 'changed-meanwhile' });
    expect(verdictOf({ ...BEFORE, ...WANTED, side: 'other' })).toMatchObject({ fields: ['side'] });
  });

  it('takes two spellings of an address for one', () => {
    expect(verdictOf({ ...BEFORE, ...WANTED, address: 'https://E10/' })).toMatchObject({ result: 'written' });
    expect(verdictOf({ ...BEFORE, ...WANTED, appKey: 'NEW' })).toMatchObject({ code: 'changed-meanwhile' });
  });

  it('names a secret that shows as stars, and believes nothing where that is all', () => {
    expect(verdictOf({ ...BEFORE, ...WANTED, appKey: MASKED })).toMatchObject({
      result: 'written',
      unreadable: ['appKey'],
    });
    const stars: Record<string, Reading> = { ...BEFORE, appKey: MASKED, address: MASKED };
    expect(verdictOf(stars, 'nothing')).toMatchObject({ code: 'answer-lost' });
    expect(verdictOf(stars, 'ok')).toMatchObject({ result: 'written' });
  });

  it('is written only where everything that can be read is as wanted', () => {
    const value = fc.constantFrom<Reading>('old', 'new', 'third', '', MASKED);
    const readings = fc.record({ one: value, two: value, side: value });
    const kind = fc.constantFrom<Said['kind']>('ok', 'error', 'busy', 'denied', 'nothing', 'login');
    fc.assert(
      fc.property(readings, readings, readings, kind, (before, wanted, after, said) => {
        const fields: [string, MapField][] = ['one', 'two', 'side'].map((key) => [key, FIELD]);
        const { side: _, ...set } = wanted;
        const verdict = judge({ fields, before, wanted: set, after, said: { kind: said }, sides: true });
        if (verdict.result !== 'written') return;
        for (const key of ['one', 'two'] as const) {
          expect(after[key] === wanted[key] || after[key] === MASKED).toBe(true);
        }
        expect(after.side).toBe(before.side);
      }),
      { numRuns: 500 },
    );
  });
});
