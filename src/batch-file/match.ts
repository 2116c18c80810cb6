import { z } from 'zod';
import { patternProblem, type Selector } from '../domain/selectors.js';
import { problemText } from './problem-text.js';

const NOT_A_PATTERN = problemText(
  'SELECTOR',
  'not a pattern',
  'write a text like east|west, or a list of texts; put it in quotes if it is a number',
);

const Pattern = z.union([z.string(), z.array(z.string()).min(1)], { error: NOT_A_PATTERN }).meta({
  id: 'Pattern',
  description: 'A text, a|b for either, a* for all that begin so, !a for all others; or a list of such texts',
});

/** The selector of a wave. In the file a mapping of names to patterns, each a text or a list of texts. */
export const Match = z
  .object({
    id: Pattern.describe('Ids, e.g. acme-*').exactOptional(),
    site: Pattern.describe('Sites').exactOptional(),
    deployment: Pattern.describe('private or public').exactOptional(),
    driver: Pattern.describe('manual, browser or api').exactOptional(),
    version: Pattern.describe('4.3.7, or a range like >=4.3.6 <5').exactOptional(),
    address: Pattern.describe(
      'kept where E9 and E10 have the same address, moved where not; neither without the address of E9',
    ).exactOptional(),
    priority: z
      .union([Pattern, z.int().meta({ minimum: 1, maximum: 5 })], { error: NOT_A_PATTERN })
      .describe('1 to 5, e.g. 1|2')
      .exactOptional(),
  })
  .catchall(Pattern.describe('Values of a tag'))
  .transform((written, context): Selector => {
    const terms = Object.entries(written).map(([name, value]) => ({
      name,
      patterns: Array.isArray(value) ? value : [String(value)],
    }));
    for (const { name, patterns } of terms) {
      for (const [index, pattern] of patterns.entries()) {
        const problem = patternProblem(name, pattern);
        if (problem === undefined) continue;
        const path = Array.isArray(written[name]) ? [name, index] : [name];
        context.addIssue({ code: 'custom', path, message: problemText('SELECTOR', problem.message, problem.fix) });
      }
    }
    if (terms.length === 0) {
      const message = problemText('EMPTY-VALUE', 'is empty', 'add a condition, or write rest: true instead of match');
      context.addIssue({ code: 'custom', message });
    }
    return terms;
  });
