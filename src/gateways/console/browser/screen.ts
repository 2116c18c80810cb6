import { setTimeout as pause } from 'node:timers/promises';
import type { Dialog, Frame, Page } from 'playwright-core';
import {
  lookAt,
  locate,
  type DialogSeen,
  type FieldSeen,
  type FindAsk,
  type LookAsk,
  type LookSeen,
  type SaidSeen,
} from './engine.js';
import { watchTraffic, type Elsewhere, type Traffic } from './network.js';
import type { MapDialog, PageMap } from './page-map.js';
import { plain } from './reading.js';
import { pageTrouble, type Phase, type TroubleCode, type TroubleFacts } from './trouble.js';

const EVERY_MS = 100;
/** An unknown dialog that stands so long is there: a drawer may need a moment until its form is in it. */
const DIALOG_STANDS_MS = 1_000;
const CLICK_MS = 5_000;

/** What all frames of a page show at one moment. */
export interface Sight {
  /** The one with the form. */
  frame: Frame;
  fields: Record<string, FieldSeen>;
  dialogs: (DialogSeen & { frame: Frame })[];
  said: SaidSeen[];
  buttons: LookSeen['buttons'];
  entries: LookSeen['entries'];
  table: LookSeen['table'];
  total: number | null;
  tree: LookSeen['tree'];
  texts: string[];
  busy: boolean;
  proof: boolean;
  loggedOut: boolean;
}

export interface SettleOptions {
  /** What has to show besides rest; without it rest alone is enough. */
  until?: (sight: Sight) => boolean;
  /** Dialogs that may be answered now, beside the harmless ones. */
  allow?: readonly MapDialog[];
  patienceMs?: number;
  /** How long the page has to stay as it is; by default two more looks. */
  restMs?: (sight: Sight) => number;
  /** What is waited for is enough, whatever else still moves, where `restMs` is 0: for a menu that is to be clicked. */
  hurry?: boolean;
}

/** One opened page of a console, with what it is called in the map. */
export interface Screen {
  page: Page;
  traffic: Traffic;
  /** Where an operation is; stands in every error. */
  phase: Phase;
  /** Part of the address of the form's frame. */
  frameHint: string | undefined;
  look(ask: LookAsk): Promise<Sight | undefined>;
  /** Polls until the page has come to rest. Refuses unknown dialogs; throws `NeedsLogin` where the session is over. */
  settle(ask: LookAsk, options?: SettleOptions): Promise<Sight>;
  /** Clicks what the engine finds, if it is exactly one; else throws `code`. */
  click(frame: Frame | Page, ask: FindAsk, code: TroubleCode, field: string): Promise<void>;
  trouble(code: TroubleCode, more?: Partial<TroubleFacts>): Error;
  /** Dialogs that the next click may raise: a native one has to be answered at once. */
  expect(dialogs: readonly MapDialog[]): void;
  /** Native alerts are words of the page while we listen; else they are refused. */
  listen(on: boolean): void;
  /** What native alerts said since `listen`. */
  alerts(): readonly string[];
  /** A native dialog that was dismissed since nobody knows it. */
  refused(): string | undefined;
  isGone(): boolean;
  /** Throws where the console has led the page to a host that may not be called: `NeedsLogin`. */
  refuseElsewhere(): void;
  answer(dialog: DialogSeen & { frame: Frame }, known: MapDialog): Promise<void>;
  known(text: string, allow: readonly MapDialog[]): MapDialog | undefined;
  close(): Promise<void>;
}

export interface ScreenOptions {
  page: Page;
  map: PageMap;
  /** Of the map. */
  name: string;
  mask: (text: string) => string;
  frame?: string;
  signal?: AbortSignal;
  /** Whether a write may have gone out by now. */
  mayHaveWritten: () => boolean;
  longPolls: Set<string>;
  /** Lets no further write through. */
  holdBack: () => void;
  elsewhere: () => Elsewhere | undefined;
}

export function createScreen({
  page,
  map,
  name,
  mask,
  frame,
  signal,
  mayHaveWritten,
  longPolls,
  holdBack,
  elsewhere,
}: ScreenOptions): Screen {
  const traffic = watchTraffic(page, longPolls);
  const loginUrls = map.login.urls.map((pattern) => new RegExp(pattern));
  const words = [...map.said.ok, ...map.said.busy, ...map.said.denied];
  const base = { words, login: { texts: map.login.texts, buttons: map.login.buttons, proof: map.login.proof } };
  let listening = false;
  let heard: string[] = [];
  let refused: string | undefined;
  let nativeLogin = false;
  let crashed = false;
  let allowed: readonly MapDialog[] = [];
  let expected: readonly MapDialog[] = [];

  page.on('crash', () => (crashed = true));
  page.on('dialog', (dialog) => void onNative(dialog).catch(() => undefined));

  async function onNative(dialog: Dialog): Promise<void> {
    const message = dialog.message();
    if (dialog.type() === 'beforeunload') return dialog.accept();
    if (map.login.texts.some((text) => message.includes(text))) {
      nativeLogin = true;
      return dialog.dismiss();
    }
    if (known(message, listening ? map.dialogs : [...allowed, ...expected])) return dialog.accept();
    // Once something was sent, an alert is what the page has to say of it.
    if (listening && dialog.type() === 'alert' && mayHaveWritten()) {
      heard.push(message);
      return dialog.accept();
    }
    // A page may go on after it whatever was answered, so that nothing more gets out.
    holdBack();
    refused ??= message;
    return dialog.dismiss();
  }

  function known(text: string, allow: readonly MapDialog[]): MapDialog | undefined {
    return map.dialogs.find(
      (dialog) =>
        dialog.about.some((about) => plain(text).includes(plain(about))) && (dialog.harmless || allow.includes(dialog)),
    );
  }

  const screen: Screen = {
    page,
    traffic,
    phase: 'open',
    frameHint: frame,
    known,
    expect(dialogs) {
      expected = dialogs;
    },
    listen(on) {
      listening = on;
      if (on) heard = [];
    },
    alerts: () => heard,
    refused: () => refused,
    isGone: () => crashed || page.isClosed(),
    refuseElsewhere() {
      if (elsewhere()?.page) refuseLed();
    },
    trouble: (code, more = {}) =>
      pageTrouble(code, {
        page: name,
        phase: screen.phase,
        maybeWritten: mayHaveWritten(),
        ...more,
        ...(more.text === undefined ? {} : { text: mask(more.text) }),
      }),
    async look(ask) {
      const looks = await Promise.all(page.frames().map((one) => lookIn(one, { ...base, ...ask })));
      const seen = looks.filter((one) => one !== undefined);
      if (seen.length === 0) return undefined;
      return together(
        seen,
        screen.frameHint,
        nativeLogin || loginUrls.some((url) => frameUrls(page).some((one) => url.test(one))),
      );
    },
    async settle(
      ask,
      { until = () => true, allow = [], patienceMs = map.patience * 1_000, restMs = () => 0, hurry } = {},
    ) {
      const end = Date.now() + patienceMs;
      let before = '';
      let same = 0;
      let dialogSince: number | undefined;
      allowed = allow;
      for (;;) {
        refuseGone();
        screen.refuseElsewhere();
        const sight = await screen.look(ask);
        if (sight?.loggedOut || nativeLogin) throw screen.trouble('needs-login');
        if (refused !== undefined) throw screen.trouble('unexpected-dialog', { text: refused });
        const dialog = sight?.dialogs.find(({ form }) => !form);
        if (sight && dialog) {
          const answer = known(dialog.text, allow);
          if (answer) {
            await screen.answer(dialog, answer);
            same = 0;
          } else if (!sight.busy) {
            dialogSince ??= Date.now();
            if (Date.now() - dialogSince > DIALOG_STANDS_MS)
              throw screen.trouble('unexpected-dialog', { text: dialog.text });
          }
        } else {
          dialogSince = undefined;
        }
        const now = sight ? stateOf(sight) : '';
        same = sight && now === before ? same + 1 : 0;
        before = now;
        const rounds = Math.max(2, sight ? restMs(sight) / EVERY_MS : 0);
        const atRest = sight !== undefined && !dialog && !sight.busy && same >= rounds && traffic.isQuiet();
        if (atRest && until(sight)) return sight;
        if (hurry && sight && !dialog && same >= 1 && restMs(sight) === 0 && until(sight)) return sight;
        if (atRest && sessionRefused(traffic)) throw screen.trouble('needs-login');
        if (Date.now() > end) {
          // What is missing may be what was to come from there.
          refuseLed();
          if (sight && !dialog && !sight.busy && same >= 2) return sight;
          throw screen.trouble('page-busy');
        }
        await pause(EVERY_MS);
      }
    },
    async click(at, ask, code, field) {
      const found = locate(at, ask);
      const count = await found.count().catch(() => 0);
      if (count !== 1) throw screen.trouble(code, { fields: [field] });
      // The message of the library's error may hold what was typed: only our own words go on.
      await found.click({ timeout: CLICK_MS }).catch(() => {
        refuseGone();
        throw screen.trouble(code, { fields: [field], text: 'it cannot be clicked' });
      });
    },
    async answer(dialog, { about, answer }) {
      const button = locate(dialog.frame, { what: 'answer', about, answer });
      if ((await button.count().catch(() => 0)) !== 1) throw screen.trouble('unexpected-dialog', { text: dialog.text });
      await button.click({ timeout: CLICK_MS }).catch(() => undefined);
    },
    /** Closing asks nothing, also where the page guards leaving. */
    close: () => page.close().catch(() => undefined),
  };
  return screen;

  function refuseLed(): void {
    const led = elsewhere();
    if (!led) return;
    // Who is not logged in is led to a sign-on.
    if (loginUrls.some((url) => url.test(led.to.href))) throw screen.trouble('needs-login');
    throw screen.trouble('leads-elsewhere', { text: led.to.host });
  }

  function refuseGone(): void {
    if (crashed || page.isClosed()) throw screen.trouble('browser-gone');
    if (signal?.aborted && screen.phase !== 'save' && screen.phase !== 'read-back') signal.throwIfAborted();
  }
}

async function lookIn(frame: Frame, ask: LookAsk): Promise<{ frame: Frame; seen: LookSeen } | undefined> {
  try {
    return { frame, seen: await lookAt(frame, ask) };
  } catch {
    // The frame leaves for another page just now, e.g. for the login: looked at again in the next round.
    return undefined;
  }
}

function frameUrls(page: Page): string[] {
  return page.frames().map((frame) => frame.url());
}

function sessionRefused(traffic: Traffic): boolean {
  return traffic.statuses().some((status) => status === 401 || status === 449);
}

function together(looks: { frame: Frame; seen: LookSeen }[], hint: string | undefined, atLogin: boolean): Sight {
  const candidates = hint === undefined ? looks : looks.filter(({ frame }) => frame.url().includes(hint));
  const fieldsIn = (seen: LookSeen): number => Object.values(seen.fields).filter(({ controls }) => controls > 0).length;
  const rank = ({ seen }: { seen: LookSeen }): number =>
    fieldsIn(seen) * 10 + (seen.table ? 5 : 0) + Math.min(seen.tree?.length ?? 0, 4);
  const form = [...candidates, ...looks].reduce((best, one) => (rank(one) > rank(best) ? one : best));
  const fields = Object.fromEntries(
    Object.entries(form.seen.fields).map(([key, field]) => {
      // The same label with a control in another frame: nobody can tell which is meant.
      const elsewhere = hint === undefined ? looks.filter((one) => one !== form) : [];
      const controls = field.controls + sum(elsewhere.map(({ seen }) => seen.fields[key]?.controls ?? 0));
      return [key, { ...field, controls }];
    }),
  );
  return {
    frame: form.frame,
    fields,
    dialogs: looks.flatMap(({ frame, seen }) => seen.dialogs.map((dialog) => ({ ...dialog, frame }))),
    said: looks.flatMap(({ seen }) => seen.said),
    buttons: form.seen.buttons,
    entries: entriesOf(looks.map(({ seen }) => seen.entries)),
    table: form.seen.table,
    total: form.seen.total ?? looks.map(({ seen }) => seen.total).find((total) => total !== null) ?? null,
    tree: form.seen.tree,
    texts: looks.flatMap(({ seen }) => seen.texts),
    busy: looks.some(({ seen }) => seen.busy),
    proof: looks.some(({ seen }) => seen.login.proof),
    // A page of the console may have "login" in its address as well: 集成登录.
    loggedOut:
      (atLogin && !looks.some(({ seen }) => seen.login.proof)) ||
      looks.some(({ seen }) => seen.login.over || seen.login.form),
  };
}

/** A menu may stand in the shell, and tabs in the frame. */
function entriesOf(looks: readonly LookSeen['entries'][]): LookSeen['entries'] {
  const keys = Object.keys(looks[0] ?? {});
  return Object.fromEntries(
    keys.map((key) => {
      const each = looks.flatMap((look) => (look[key] ? [look[key]] : []));
      return [key, { count: sum(each.map(({ count }) => count)), inside: each.some(({ inside }) => inside) }];
    }),
  );
}

function stateOf({ fields, dialogs, buttons, entries, table, total, tree, texts }: Sight): string {
  return JSON.stringify([fields, dialogs.map(({ text }) => text), buttons, entries, table, total, tree, texts]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
