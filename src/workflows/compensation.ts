import type { FieldDifference, UndoProof } from '../domain/outcomes.js';
import type { Step } from '../domain/steps.js';
import type { UndoResult } from '../activities/restore.js';
import { findingOfFailure } from './failures.js';
import type { Progress } from './progress.js';

/** Undoes one step; `leave` names the fields that an operator chose to leave as they are. */
export type UndoStep = (leave: string[]) => Promise<UndoResult>;

export interface Compensation {
  /** Before the step: a write that timed out may have happened. */
  add(step: Step, undo: UndoStep): void;
  /** Steps whose undo is registered, in the order of registration. */
  steps(): Step[];
  /** All of them in reverse, then the proof. Call it where cancellation cannot reach it. */
  undoAll(prove: () => Promise<UndoProof>): Promise<UndoProof>;
}

/**
 * The undo of a tenant. An undo that fails for good, or that meets a change by somebody else, waits for an operator's answer;
 * nothing is swallowed. What was skipped shows in the proof.
 */
export function createCompensation(progress: Progress): Compensation {
  const undos: { step: Step; undo: UndoStep }[] = [];

  async function undoOne(step: Step, undo: UndoStep): Promise<Pick<UndoResult, 'left' | 'stays'>> {
    const leave: string[] = [];
    for (;;) {
      let result: UndoResult;
      try {
        result = await undo(leave);
      } catch (error) {
        const { code, message } = findingOfFailure(error);
        const finding = {
          code: 'UNDO-INCOMPLETE',
          severity: 'warning',
          subject: step,
          message: `${code}: ${message}`,
        } as const;
        progress.found([finding]);
        const what = `The undo of ${step} does not succeed: ${message}`;
        if ((await progress.ask({ step, what, fields: [], allowed: ['retry', 'skip'] })).action === 'retry') continue;
        progress.leave(step, 'undo-failed', { note: message });
        return { left: [{ field: `(undo of ${step})`, expected: 'as before', found: 'not undone' }] };
      }
      if (result.foreign.length === 0) {
        progress.leave(step, 'undone', { note: `${result.restored} put back` });
        return result;
      }
      const fields = result.foreign.map(({ field }) => field);
      const message = `somebody else changed ${fields.join(', ')} since`;
      progress.found([{ code: 'UNDO-FOREIGN-CHANGE', severity: 'warning', subject: step, message }]);
      const decision = await progress.ask({
        step,
        what: `${message}: skip leaves it as it is, retry looks again`,
        fields,
        allowed: ['retry', 'skip'],
      });
      if (decision.action === 'skip') leave.push(...fields);
    }
  }

  async function proved(prove: () => Promise<UndoProof>, step: Step): Promise<UndoProof> {
    for (;;) {
      try {
        return await prove();
      } catch (error) {
        const { message } = findingOfFailure(error);
        const what = `The undo cannot be proved: ${message}`;
        if ((await progress.ask({ step, what, fields: [], allowed: ['retry', 'skip'] })).action === 'retry') continue;
        const left = [{ field: '(everything)', expected: 'as before', found: 'not read again' }];
        return { equal: 0, total: 0, left, foreign: [] };
      }
    }
  }

  return {
    add(step, undo) {
      undos.push({ step, undo });
    },
    steps: () => undos.map(({ step }) => step),
    async undoAll(prove) {
      const left: FieldDifference[] = [];
      const stays: FieldDifference[] = [];
      for (const { step, undo } of undos.toReversed()) {
        const result = await undoOne(step, undo);
        left.push(...result.left);
        stays.push(...(result.stays ?? []));
      }
      const proof = await proved(prove, undos.at(-1)?.step ?? 'snapshot');
      // The form of E10 is out of sight again by then.
      const staying = withMissing(proof.stays ?? [], stays);
      return {
        ...proof,
        left: withMissing(proof.left, left),
        ...(staying.length === 0 ? {} : { stays: staying }),
      };
    },
  };
}

function withMissing(known: readonly FieldDifference[], more: readonly FieldDifference[]): FieldDifference[] {
  return [...known, ...more.filter(({ field }) => !known.some((one) => one.field === field))];
}
