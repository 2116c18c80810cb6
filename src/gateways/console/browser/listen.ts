import { setTimeout as pause } from 'node:timers/promises';
import type { LookAsk } from './engine.js';
import type { Gate } from './network.js';
import type { PageMap } from './page-map.js';
import type { Screen } from './screen.js';
import type { Trip } from './trip.js';
import type { Said } from './verdict.js';

const EVERY_MS = 100;
/** After the answer to the save, the page may need a moment for its words. */
const WORDS_MS = 1_500;
/** Without a request a click has done nothing. */
const NOTHING_SENT_MS = 2_500;
const DIALOG_STANDS_MS = 1_000;
const LONGEST_MS = 45_000;

/**
 * Does `act`, which may write, once, and listens to what the page makes of it: toasts, errors of fields, dialogs, alerts, the login. What
 * it hears only decides how long to listen. `ask` has the fields of the form, which may itself be a dialog. Dialogs of the map are answered; an unknown one is refused while nothing was sent.
 */
export async function listen(trip: Trip, screen: Screen, ask: LookAsk, act: () => Promise<void>): Promise<Said> {
  const { gate, map, mask } = trip;
  const before = new Set((await screen.look(ask))?.said.map(({ text }) => text) ?? []);
  const sentBefore = gate.sent.length;
  gate.lastStatus = undefined;
  gate.acting = true;
  screen.traffic.forget();
  screen.listen(true);
  try {
    await act();
    const started = Date.now();
    let answered: number | undefined;
    let dialogSince: number | undefined;
    while (Date.now() - started < LONGEST_MS) {
      await pause(EVERY_MS);
      const sent = gate.sent.length > sentBefore;
      const refused = screen.refused();
      if (refused !== undefined) throw screen.trouble('unexpected-dialog', { text: refused, maybeWritten: sent });
      const sight = await screen.look(ask);
      if (screen.isGone()) return { kind: 'nothing' };
      if (sight?.loggedOut || gate.elsewhere?.page || gate.lastStatus === 401 || gate.lastStatus === 449)
        return { kind: 'login' };
      const dialog = sight?.dialogs.find(({ form }) => !form);
      if (dialog) {
        const known = screen.known(dialog.text, map.dialogs);
        dialogSince ??= Date.now();
        if (known) {
          await screen.answer(dialog, known);
          dialogSince = undefined;
          continue;
        }
        if (Date.now() - dialogSince > DIALOG_STANDS_MS && gate.pending === 0) {
          if (!sent) throw screen.trouble('unexpected-dialog', { text: dialog.text, maybeWritten: false });
          return (
            wordsOf(map, [{ text: mask(dialog.text), tone: 'error' }]) ?? { kind: 'error', text: mask(dialog.text) }
          );
        }
      } else {
        dialogSince = undefined;
      }
      const alerts = screen.alerts().map((text) => ({ text: mask(text), tone: 'plain' as const }));
      const fresh = sight?.said.filter(({ text }) => !before.has(text)) ?? [];
      const heard = wordsOf(map, [...alerts, ...fresh.map(({ text, tone }) => ({ text: mask(text), tone }))]);
      if (heard && gate.pending === 0)
        return heard.kind === 'ok'
          ? heard
          : { ...byAnswer(gate, heard), ...(heard.text === undefined || gate.elsewhere ? {} : { text: heard.text }) };
      if (gate.pending > 0 || !sent) answered = undefined;
      else answered ??= Date.now();
      if (answered !== undefined && Date.now() - answered > WORDS_MS) return byAnswer(gate);
      if (!sent && Date.now() - started > NOTHING_SENT_MS && gate.pending === 0 && !dialog) return { kind: 'nothing' };
    }
    return { kind: 'nothing' };
  } finally {
    screen.listen(false);
  }
}

/** The map's words first, then the look of the thing; plain words that say neither are no answer. */
function wordsOf(map: PageMap, heard: readonly { text: string; tone: 'ok' | 'error' | 'plain' }[]): Said | undefined {
  const { ok, busy, denied } = map.said;
  const holds = (text: string, words: readonly string[]): boolean => words.some((word) => text.includes(word));
  const judged = heard.flatMap(({ text, tone }): Said[] => {
    if (holds(text, busy)) return [{ kind: 'busy', text }];
    if (holds(text, denied)) return [{ kind: 'denied', text }];
    if (tone === 'error') return [{ kind: 'error', text }];
    if (tone === 'ok' || holds(text, ok)) return [{ kind: 'ok', text }];
    return /失败|错误|异常|不能|无法|不存在|必填|格式/.test(text) ? [{ kind: 'error', text }] : [];
  });
  // Two toasts at once: the one that complains is worth more.
  return judged.find(({ kind }) => kind !== 'ok') ?? judged[0];
}

/** An answer that never came, or a fault of the server, leaves open what was done, whatever the page says of it. */
function byAnswer({ lastStatus: status, elsewhere }: Gate, otherwise: Said = { kind: 'nothing' }): Said {
  if (status === undefined) return otherwise;
  if (status === 0) {
    const ledTo = elsewhere && `the answer leads to ${elsewhere.to.host}, where it is not followed`;
    return { kind: 'nothing', text: ledTo ?? 'no answer' };
  }
  if (status === 429 || status === 503) return { kind: 'busy', text: `HTTP ${status}` };
  if (status >= 500) return { kind: 'nothing', text: `HTTP ${status}` };
  if (status === 403) return { kind: 'denied', text: 'HTTP 403' };
  return status >= 400 ? { kind: 'error', text: `HTTP ${status}` } : otherwise;
}
