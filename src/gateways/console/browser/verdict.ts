import type { MapField } from './page-map.js';
import { isSame, MASKED, type Reading, type Readings } from './reading.js';
import type { TroubleCode } from './trouble.js';

/** What a page made of a save, as far as it said. It only steers how long we listen: the reading back decides. */
export interface Said {
  kind: 'ok' | 'error' | 'busy' | 'denied' | 'login' | 'nothing';
  /** The page's words. */
  text?: string;
}

export interface Judged {
  fields: readonly (readonly [string, MapField])[];
  before: Readings;
  /** Only what was set; a secret as its fingerprint. */
  wanted: Readings;
  after: Readings;
  said: Said;
  /** Whether fields that were not set have to be as before. Not after a switch: the page shows another form then. */
  sides: boolean;
}

export type Verdict =
  | { result: 'written'; unreadable: string[]; warning?: string }
  | { result: 'trouble'; code: TroubleCode; fields: string[]; text?: string };

/** What became of a save (`docs/drivers.md`). Pure: the same readings, the same verdict. */
export function judge({ fields, before, wanted, after, said, sides }: Judged): Verdict {
  const states = fields.map(([key, field]) => ({
    key,
    state: stateOf(field, before[key], wanted[key], after[key], sides),
  }));
  const keys = (...which: State[]): string[] =>
    states.filter(({ state }) => which.includes(state)).map(({ key }) => key);
  const text = said.text === undefined ? {} : { text: said.text };

  const foreign = keys('third', 'side-changed');
  if (foreign.length > 0) return { result: 'trouble', code: 'changed-meanwhile', fields: foreign };
  const old = keys('old');
  const unreadable = keys('unreadable');
  if (old.length === 0) {
    const warning = warningOf(said);
    // Nothing to be read of what was set: then the page's own word is all there is.
    const nothingTold = keys('new').length === 0 && unreadable.length > 0;
    if (!nothingTold || said.kind === 'ok') {
      return { result: 'written', unreadable, ...(warning === undefined ? {} : { warning }) };
    }
    return { result: 'trouble', code: refusal(said), fields: unreadable, ...text };
  }
  if (keys('new').length > 0) return { result: 'trouble', code: 'partly-kept', fields: old, ...text };
  return { result: 'trouble', code: refusal(said), fields: old, ...text };
}

/** The words of a page that complained about a save that it kept. */
export function warningOf({ kind, text }: Said): string | undefined {
  return kind === 'error' || kind === 'busy' || kind === 'denied' ? text : undefined;
}

type State = 'same' | 'new' | 'old' | 'third' | 'side-changed' | 'unreadable';

function stateOf(
  field: MapField,
  before: Reading | undefined,
  wanted: Reading | undefined,
  after: Reading | undefined,
  sides: boolean,
): State {
  if (wanted === undefined) {
    const changed = sides && before !== undefined && !isEqual(field, before, after);
    return changed ? 'side-changed' : 'same';
  }
  if (after === MASKED) return 'unreadable';
  // A field that came with the switch and is gone again: the page shows the other form.
  if (after === undefined) return 'old';
  if (isSame(field, after, wanted)) return isEqual(field, before, wanted) ? 'same' : 'new';
  return before !== undefined && isEqual(field, before, after) ? 'old' : 'third';
}

function isEqual(field: MapField, one: Reading | undefined, other: Reading | undefined): boolean {
  return one === MASKED || other === MASKED ? one === other : isSame(field, one, other);
}

function refusal({ kind }: Said): TroubleCode {
  switch (kind) {
    case 'ok':
      return 'not-kept';
    case 'error':
      return 'save-rejected';
    case 'busy':
      return 'busy';
    case 'denied':
      return 'no-right';
    case 'login':
      return 'needs-login';
    case 'nothing':
      return 'answer-lost';
  }
}
