import type { Lang } from '../said.js';
import { LEFT_OUT } from './adoption.js';
import { namedIn, type Audited } from './orders.js';
import type { BatchState } from './state.js';

/** Why a tenant stands as skipped, which has no run to ask. */
export interface LeftOut {
  because: 'left-out';
  text: string;
  zh: string;
  until?: undefined;
}

/** What leaves out tenants that have not begun, as the trail begins to say it. */
const WAYS: Record<string, (entry: Audited) => Record<Lang, string>> = {
  dropped: ({ by, reason }) => ({
    en: `${by} dropped it before it started: ${reason}`,
    zh: `由 ${by} 在开始前移出：${reason}`,
  }),
  'ordered to undo': ({ by, reason }) => ({
    en: `${by} ordered to undo it before anything was written: ${reason}`,
    zh: `${by} 在写入任何内容之前发出回退指令：${reason}`,
  }),
  [LEFT_OUT]: ({ reason }) => ({ en: `left out: ${reason}`, zh: `未纳入：${reason}` }),
};

/** The trail is bounded, and names the first few of an order. */
const UNKNOWN = {
  en: 'left out before anything was written: dropped, or undone by an order or a run of its own; retry starts it',
  zh: '在写入任何内容之前未纳入：被移出，或已由指令或单独的运行回退；可用 retry 启动',
};

/** Who left it out and why, where the trail names it. */
export function leftOut({ trail }: Pick<BatchState, 'trail'>, id: string): LeftOut {
  for (const entry of trail.toReversed()) {
    // A later order may have left it out once more.
    if (names(entry, 'retried', id) !== 'no') break;
    for (const [did, words] of Object.entries(WAYS)) if (names(entry, did, id) === 'yes') return said(words(entry));
  }
  return said(UNKNOWN);
}

function said({ en, zh }: Record<Lang, string>): LeftOut {
  return { because: 'left-out', text: en, zh };
}

function names({ what }: Audited, did: string, id: string): 'yes' | 'perhaps' | 'no' {
  if (!what.startsWith(`${did} `)) return 'no';
  const { ids, more } = namedIn(what.slice(did.length + 1));
  return ids.includes(id) ? 'yes' : more ? 'perhaps' : 'no';
}
