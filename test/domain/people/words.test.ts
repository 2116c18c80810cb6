import { describe, expect, it } from 'vitest';
import { gradeRule } from '../../../src/domain/people/grade.js';
import { MATCH_RULES } from '../../../src/domain/people/matching.js';
import { outcomeTexts, reasonTexts } from '../../../src/domain/people/outcomes.js';

const HAN = /\p{Script=Han}/u;

describe.each([
  ['outcomes', outcomeTexts],
  ['reasons', reasonTexts],
  ['grades', gradeRule],
  ['rules', Object.fromEntries(MATCH_RULES.map((rule) => [rule.name, rule]))],
])('the words for %s', (_what, texts) => {
  it.each(Object.entries(texts))('%s: one text in each language', (_name, { en, zh }) => {
    expect(zh).toMatch(HAN);
    expect(en).not.toMatch(HAN);
    expect(en.length).toBeGreaterThan(3);
  });

  it('differ from each other', () => {
    const all = Object.values(texts);
    expect(new Set(all.map(({ zh }) => zh)).size).toBe(all.length);
    expect(new Set(all.map(({ en }) => en)).size).toBe(all.length);
  });
});
