import { LEFT_OUT } from './adoption.js';
import { namedIn, type Audited } from './orders.js';
import type { BatchState } from './state.js';

/** Why a tenant stands as skipped, which has no run to ask. */
export interface LeftOut {
  because: 'left-out';
  text: string;
  until?: undefined;
}

/** What leaves out tenants that have not begun, as the trail begins to say it. */
const WAYS: Record<string, (entry: Audited) => string> = {
  dropped: ({ by, reason }) => `${by} dropped it before it started: ${reason}`,
  'ordered to undo': ({ by, reason }) => `${by} ordered to undo it before anything was written: ${reason}`,
  [LEFT_OUT]: ({ reason }) => `left out: ${reason}`,
};

/** The trail is bounded, and names the first few of an order. */
const UNKNOWN =
  'left out before anything was written: dropped, or undone by an order or a run of its own; retry starts it';

/** Who left it out and why, where the trail names it. */
export function leftOut({ trail }: Pick<BatchState, 'trail'>, id: string): LeftOut {
  for (const entry of trail.toReversed()) {
    // A later order may have left it out once more.
    if (names(entry, 'retried', id) !== 'no') break;
    for (const [did, text] of Object.entries(WAYS))
      if (names(entry, did, id) === 'yes') return { because: 'left-out', text: text(entry) };
  }
  return { because: 'left-out', text: UNKNOWN };
}

function names({ what }: Audited, did: string, id: string): 'yes' | 'perhaps' | 'no' {
  if (!what.startsWith(`${did} `)) return 'no';
  const { ids, more } = namedIn(what.slice(did.length + 1));
  return ids.includes(id) ? 'yes' : more ? 'perhaps' : 'no';
}
