import { expect, it } from 'vitest';
import type { Finding, FindingCode } from '../../src/domain/findings.js';
import { leftToFollowUp } from '../../src/domain/left-before.js';

const warning = (code: FindingCode): Finding => ({ code, severity: 'warning', message: code });
const note = (code: FindingCode): Finding => ({ ...warning(code), severity: 'info' });

it.each<[string, Finding[], Finding[] | null, FindingCode[]]>([
  ['warnings alone', [warning('PEOPLE-MISSING'), note('E10-UNPROVED')], null, ['PEOPLE-MISSING']],
  [
    'of people what a sync since has found, in place of what was found before',
    [warning('CATEGORY-OTHER-CALLBACK'), warning('PEOPLE-MISSING')],
    [warning('PEOPLE-AMBIGUOUS')],
    ['CATEGORY-OTHER-CALLBACK', 'PEOPLE-AMBIGUOUS'],
  ],
  ['nothing of people where a sync since was clean', [warning('PEOPLE-MISSING')], [], []],
  [
    'that the guard was lifted, whatever came since',
    [warning('PEOPLE-GUARD-LIFTED'), warning('PEOPLE-MISSING')],
    [],
    ['PEOPLE-GUARD-LIFTED'],
  ],
])('what is left to follow up: %s', (_what, ofRun, ofSyncSince, codes) => {
  expect(leftToFollowUp(ofRun, ofSyncSince).map(({ code }) => code)).toEqual(codes);
});
