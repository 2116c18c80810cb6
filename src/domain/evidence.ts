import type { Finding } from './findings.js';
import type { Step } from './steps.js';
import type { WorkOrder } from './work-orders/work-order.js';

/** A picture of a console page that the browser driver took. It stays with the worker: only its hash goes anywhere else. */
export interface PagePicture {
  /** ISO 8601. */
  at: string;
  /** As in the page map, e.g. `integration`. */
  page: string;
  /** When it was taken, e.g. `before` and `after` a save, or where something `failed`. */
  moment: string;
  sha256: string;
}

/** What came to light while an activity did something else. */
export interface Told {
  pictures: PagePicture[];
  findings: Finding[];
}

/** A picture, and the step of the tenant that it belongs to. */
export interface StepPicture extends PagePicture {
  step: Step;
  /** Whether it was taken during the undo. */
  undo: boolean;
}

/**
 * What shows how a console's page was: a reference, never the content. `picture`: taken by the browser driver, in `evidence/` of
 * the worker's data folder. `file`: given by a person with a work order, and kept by that person, or by the board under its hash.
 */
export type EvidenceEntry = { at: string; step: Step; undo: boolean; name: string; sha256: string } & (
  { kind: 'picture'; page: string; moment: string } | { kind: 'file'; order: number; by: string }
);

/**
 * The newest of one activity, of one tenant, and of what the lists tell of a tenant, where hundreds of categories are edited:
 * `evidence/index.jsonl` at the worker has all.
 */
export const PICTURES_AT_MOST = { activity: 100, tenant: 400, lists: 100 };

/** Everything that a tenant's run has as evidence, in the order of time. */
export function evidenceOf({
  pictures = [],
  orders,
}: {
  pictures?: readonly StepPicture[];
  orders: readonly WorkOrder[];
}): EvidenceEntry[] {
  const taken = pictures.map((picture): EvidenceEntry => ({
    kind: 'picture',
    name: `${picture.sha256}.png`,
    ...picture,
  }));
  const given = orders.flatMap(({ number, step, undo, trail }) =>
    trail.flatMap(({ at, by = '', evidence }): EvidenceEntry[] =>
      evidence ? [{ kind: 'file', at, step, undo, order: number, by, ...evidence }] : [],
    ),
  );
  return [...taken, ...given].sort((one, other) => one.at.localeCompare(other.at));
}
