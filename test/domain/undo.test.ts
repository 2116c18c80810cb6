import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownedPeopleSync } from '../../src/domain/owned.js';
import { verdictOfUndo } from '../../src/domain/undo-verdict.js';
import { decideUndo, proveUndo, sortUndo, staysFilled } from '../../src/domain/undo.js';

const value = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null });
const owned = fc.record({ before: value, wrote: value, found: value });

describe('an undo', () => {
  it('restores exactly what still has the value that we wrote', () => {
    fc.assert(
      fc.property(owned, ({ before, wrote, found }) => {
        const decision = decideUndo({ before, wrote, found });
        expect(decision === 'restore').toBe(found === wrote && wrote !== before);
        expect(decision === 'foreign-change').toBe(wrote !== before && found !== wrote && found !== before);
      }),
    );
  });

  it('done twice does nothing the second time', () => {
    fc.assert(
      fc.property(owned, ({ before, wrote, found }) => {
        const after = decideUndo({ before, wrote, found }) === 'restore' ? before : found;
        expect(decideUndo({ before, wrote, found: after })).not.toBe('restore');
      }),
    );
  });

  it('is proved exactly when nothing of ours is left, and everything is counted', () => {
    const values = fc.array(owned).map((list) => list.map((one, index) => ({ ...one, field: `f${index}` })));
    fc.assert(
      fc.property(values, (list) => {
        const proof = proveUndo(list);
        expect(proof.total).toBe(list.length);
        expect(proof.equal + proof.left.length + proof.foreign.length).toBe(proof.total);
        const restored = list.map((one) => (decideUndo(one) === 'restore' ? { ...one, found: one.before } : one));
        expect(proveUndo(restored).left.map(({ field }) => field)).toEqual(
          sortUndo(list).foreign.map(({ field }) => field),
        );
      }),
    );
  });

  it('never touches or asks about a field that an operator leaves', () => {
    fc.assert(
      fc.property(owned, (one) => {
        expect(sortUndo([{ field: 'x', ...one }], ['x'])).toEqual({ restore: [], foreign: [] });
      }),
    );
  });
});

describe('a choice that nobody can empty on its page', () => {
  const choice = owned.map((one) => ({ field: 'integration.syncSource', ...one }));
  const other = owned.map((one) => ({ field: 'integration.corpId', ...one }));

  it('is named and not counted where it was empty, and like any other field where it was not', () => {
    fc.assert(
      fc.property(choice, other, (one, beside) => {
        const proof = proveUndo([one, beside], ['syncSource']);
        const stays = one.before === null && one.found !== null;
        expect(staysFilled(one, ['syncSource'])).toBe(stays);
        expect(proof.stays?.map(({ field }) => field)).toEqual(stays ? [one.field] : undefined);
        expect(proof).toMatchObject(stays ? proveUndo([beside]) : proveUndo([one, beside]));
      }),
    );
  });

  it('keeps no undo from being complete, and is said', () => {
    const proof = proveUndo(
      [{ field: 'integration.syncSource', before: null, wrote: 'https', found: 'https' }],
      ['syncSource'],
    );
    const { complete, words } = verdictOfUndo(proof);
    expect(complete).toBe(true);
    expect(words.en).toContain('cannot be emptied on its page, so left: integration.syncSource');
    expect(words.zh).toBe('已回退并证明 0/0；原为空但页面无法清空，因此保留：integration.syncSource');
    expect(
      verdictOfUndo(proveUndo([{ field: 'integration.syncSource', before: null, wrote: 'https', found: 'https' }])),
    ).toMatchObject({ complete: false });
  });
});

describe('the people sync after a switch', () => {
  const settings = fc.record({
    enabled: fc.boolean(),
    scope: fc.subarray(['1', '2', '3']),
    schedule: fc.constantFrom('0 2 * * *', '0 3 * * *', '30 4 * * *'),
  });
  const wrote = fc
    .record({ wanted: settings, asFound: settings })
    .map(({ wanted, asFound }) => ({ ...wanted, asFound }));
  const decisionsOf = (...facts: Parameters<typeof ownedPeopleSync>) =>
    ownedPeopleSync(...facts).map((one) => ({ ...one, decision: decideUndo(one) }));

  it('goes back whole while nothing was decided: any difference is the effect of the switch', () => {
    fc.assert(
      fc.property(settings, settings, (before, found) => {
        for (const { before: was, found: is, decision } of decisionsOf(
          before,
          { switched: true, wrote: null },
          found,
        )) {
          expect(decision).toBe(was === is ? 'nothing-to-undo' : 'restore');
        }
      }),
    );
  });

  it('goes back from what the switch left and from what we wrote; another value is somebody else’s', () => {
    fc.assert(
      fc.property(settings, wrote, settings, (before, decided, found) => {
        const wanted = ownedPeopleSync(before, { switched: false, wrote: decided }, decided);
        const left = ownedPeopleSync(before, { switched: false, wrote: decided }, decided.asFound);
        decisionsOf(before, { switched: true, wrote: decided }, found).forEach(
          ({ before: was, found: is, decision }, at) => {
            if (was === is) return expect(decision).toBe('nothing-to-undo');
            const ours = is === wanted[at]?.found || is === left[at]?.found || is === '';
            // Where the wanted value is the old one, we changed nothing: told in the proof, and not asked about.
            const otherwise = wanted[at]?.found === was ? 'nothing-to-undo' : 'foreign-change';
            expect(decision).toBe(ours ? 'restore' : otherwise);
          },
        );
      }),
    );
  });

  it('is nobody’s of ours where neither a switch nor a decision was made', () => {
    fc.assert(
      fc.property(settings, settings, (before, found) => {
        const values = ownedPeopleSync(before, { switched: false, wrote: null }, found);
        expect(sortUndo(values)).toEqual({ restore: [], foreign: [] });
        expect(proveUndo(values).left).toEqual([]);
      }),
    );
  });
});
