import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/plan.js';
import { prepared, staleFindings } from '../../src/domain/prepared.js';

const change = (target: string, before: string | null, after: string | null): Change => ({
  step: 'callback',
  target,
  before,
  after,
});
const URL = change('callback.url', 'https://e9.example/a', 'https://e10.example/b');

describe('what was planned, against what would be written now', () => {
  const CASES: [string, Change[] | null, Change[], [subject: string | undefined, message: string][]][] = [
    ['the same', [URL], [URL], []],
    ['in another order', [URL, change('x', '1', '2')], [change('x', '1', '2'), URL], []],
    [
      'somebody changed the field',
      [URL],
      [{ ...URL, before: 'https://x.example' }],
      [['callback.url', 'planned from https://e9.example/a, now https://x.example, wanted https://e10.example/b']],
    ],
    [
      'the file wants something else',
      [URL],
      [{ ...URL, after: 'https://new.example' }],
      [
        [
          'callback.url',
          'planned from https://e9.example/a, now https://e9.example/a, wanted https://new.example (planned https://e10.example/b)',
        ],
      ],
    ],
    [
      'one more field differs',
      [],
      [change('category:7', null, 'https://e10.example/c')],
      [['category:7', 'was as wanted; now nothing, wanted https://e10.example/c']],
    ],
    [
      'somebody did it already',
      [URL],
      [],
      [
        [
          'callback.url',
          'was planned from https://e9.example/a to https://e10.example/b; now nothing needs to be written',
        ],
      ],
    ],
    ['what was planned is gone', null, [URL], [[undefined, 'what was planned can no longer be read']]],
  ];

  it.each(CASES)('%s', (_, planned, now, told) => {
    const findings = staleFindings(planned, now);
    expect(findings.map(({ subject, message }) => [subject, message])).toEqual(told);
    for (const { code, severity } of findings) expect([code, severity]).toEqual(['PLAN-STALE', 'blocking']);
  });

  it('a prepared tenant says how much is planned', () => {
    expect(prepared({ changes: [URL] }).reason).toBe('prepared: 1 change is planned, nothing was written');
    expect(prepared({ changes: [URL, URL] }).reason).toBe('prepared: 2 changes are planned, nothing was written');
  });
});
