import { expect, it } from 'vitest';
import { peopleGrade, type PeopleProof } from '../../../src/domain/people/grade.js';
import { noCounts } from '../../../src/domain/people/outcomes.js';

const perfect: PeopleProof = {
  source: 10,
  by: 'list',
  counts: { ...noCounts(), unchanged: 10 },
  differing: 0,
  stillActive: 0,
  uncertain: 0,
  tooManyMissing: false,
};

it.each<[string, Partial<PeopleProof>, string]>([
  ['everybody was compared and is right', {}, 'A'],
  [
    'new, linked, updated and disabled people are what a run does',
    { counts: { ...noCounts(), created: 3, linked: 9, updated: 1, disabled: 2 } },
    'A',
  ],
  ['a sample without a wrong one', { by: 'sample', sample: { size: 459, wrong: 0 } }, 'B'],
  ['a mere count', { by: 'count' }, 'B'],
  ['people were edited meanwhile', { uncertain: 1 }, 'B'],
  ['one is missing', { counts: { ...noCounts(), missing: 1 } }, 'C'],
  ['one is ambiguous', { counts: { ...noCounts(), ambiguous: 1 } }, 'C'],
  ['one has another number than in E10', { differing: 1 }, 'C'],
  ['one is still active', { stillActive: 1 }, 'C'],
  ['one of the sample is missing', { by: 'sample', sample: { size: 459, wrong: 1 } }, 'C'],
  ['too many are missing', { tooManyMissing: true }, 'D'],
  ['nobody was read', { source: 0 }, 'D'],
])('%s: %s', (_what, proof, grade) => {
  expect(peopleGrade({ ...perfect, ...proof })).toBe(grade);
});
