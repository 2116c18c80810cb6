import type { UndoProof, UndoRecord } from '../domain/outcomes.js';
import type { OursInPeopleSync } from '../domain/owned.js';
import type { Step } from '../domain/steps.js';
import type { Tenant } from '../domain/tenant.js';
import type { UndoResult } from '../activities/restore.js';
import type { ActivityGroups } from './activity-groups.js';
import type { Compensation, UndoStep } from './compensation.js';

/** What the undo needs to know; grows while the procedure goes on, so that it is read when the undo runs. */
export interface UndoFacts {
  tenant: Tenant;
  record: UndoRecord;
}

const NOTHING_OF_OURS: UndoResult = { restored: 0, foreign: [], left: [] };

/** The undo of each step that writes. Scope and schedule belong to the switch, which may clear them: they go back after it. */
export function undoStep(step: Step, { tenant, record }: UndoFacts, { undos }: ActivityGroups): UndoStep {
  const { snapshot } = record;
  switch (step) {
    case 'switch-mode':
      return async (leave) => {
        const undone = await undos.undoMode({ tenant, snapshot, leave });
        // The step may have failed with its answer lost: then the undo is what finds the switch.
        if (undone.restored > 0) record.switched = true;
        return undone;
      };
    case 'configure':
      return async (leave) => {
        // Filled in with the switch, by a step that then failed: nobody had come to keep the picture.
        record.beforeConfigure ??= await undos.pictureBeforeUndo({ tenant, snapshot });
        const before = record.beforeConfigure;
        return before ? undos.undoConfigure({ tenant, snapshot, before, leave }) : NOTHING_OF_OURS;
      };
    case 'callback':
      return (leave) => undos.undoCallback({ tenant, snapshot, leave });
    case 'sync-people':
      return (leave) => undos.undoPeopleSync({ tenant, snapshot, ours: peopleOf(record), leave });
    case 'rewrite-categories':
      return async (leave) => {
        const forward = await undos.undoForward({ tenant, snapshot, leave });
        const categories = await undos.undoCategories({ tenant, snapshot, leave });
        return {
          restored: forward.restored + categories.restored,
          foreign: [...forward.foreign, ...categories.foreign],
          left: [...forward.left, ...categories.left],
        };
      };
    default:
      throw new Error(`${step} writes nothing`);
  }
}

function peopleOf({ switched, peopleSync }: UndoRecord): OursInPeopleSync {
  return { switched, wrote: peopleSync };
}

/** Undoes everything that is registered, in reverse, and proves it. */
export function undoTenant(
  compensation: Compensation,
  { tenant, record }: UndoFacts,
  { undos }: ActivityGroups,
): Promise<UndoProof> {
  return compensation.undoAll(() =>
    undos.proveUndo({
      tenant,
      snapshot: record.snapshot,
      steps: compensation.steps(),
      ours: peopleOf(record),
      leave: [],
    }),
  );
}
