import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideUndo, proveUndo, sortUndo } from '../../src/domain/undo.js';

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
