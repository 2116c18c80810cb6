import type { OaVersion } from '../../../domain/settings.js';
import { fieldAsk, type LookAsk } from './engine.js';
import { asReading, setField, type Target } from './fields.js';
import type { MapField, MapPage, PageMap } from './page-map.js';
import { fieldsFor, isSame, MASKED, misfits, readingOf, readingsOf, type FieldMap, type Readings } from './reading.js';
import { listen } from './listen.js';
import type { Screen, Sight } from './screen.js';
import type { Trip } from './trip.js';
import { judge, type Said, type Verdict } from './verdict.js';
import { failed, walkTo } from './walk.js';

/** A form that stands open, checked against its map. */
export interface Form {
  name: string;
  page: MapPage;
  screen: Screen;
  sight: Sight;
  /** Those that this page shows now. */
  fields: [string, MapField][];
  readings: Readings;
}

/** How a page is opened; by its menu entries unless somebody knows another way. */
export type Opener = (trip: Trip) => Promise<Form>;

/** Waits until the form of a page that is open already has come to rest, and checks it. `mode`: undefined where a page has none. */
export async function formOn(
  screen: Screen,
  name: string,
  page: MapPage,
  given: { mode?: OaVersion; sight?: Sight; words?: PageMap['said'] } = {},
): Promise<Form> {
  const { mode, words } = given;
  const all = fieldsFor(page.fields, mode);
  const sight = given.sight ?? (await screen.settle(askFor(all), restFor(page, all)));
  const now = modeOf(page, sight) ?? mode;
  const fields = fieldsFor(page.fields, now);
  refuseWords(screen, sight, words);
  // Labels may stand there long before their values: what is not loaded is not empty.
  if (page.ready !== undefined && all.some(([key]) => key === page.ready) && !isFilled(sight, page.ready)) {
    const seen = sight.fields[page.ready];
    if (seen?.controls === 1) throw screen.trouble('page-busy', { fields: [page.ready] });
  }
  refuseMisfits(screen, fields, sight);
  return { name, page, screen, sight, fields, readings: readingsOf(fields, sight.fields) };
}

/** Opens a page by its menu entries and reads its form. */
export async function openForm(trip: Trip, name: string, page: MapPage): Promise<Form> {
  const all = fieldsFor(page.fields, undefined);
  const { screen, sight } = await walkTo(trip, name, page, { ask: askFor(all), ...restFor(page, all) });
  screen.phase = 'check';
  try {
    for (const [key, { secret }] of all) {
      const value = secret ? sight.fields[key]?.value : undefined;
      if (typeof value === 'string') trip.learn(value);
    }
    return await formOn(screen, name, page, { sight, words: trip.map.said });
  } catch (error) {
    await failed(trip, screen, name, page, error);
    throw error;
  }
}

/** A page counts as loaded when its `ready` field shows something, and rests longer while anything is missing or empty. */
export function restFor(page: MapPage, fields: readonly [string, MapField][]) {
  const anyField = (sight: Sight): boolean => Object.values(sight.fields).some(({ controls }) => controls > 0);
  return {
    until: (sight: Sight) => anyField(sight) && (page.ready === undefined || isFilled(sight, page.ready)),
    restMs: (sight: Sight) => {
      const shown = fieldsFor(Object.fromEntries(fields), modeOf(page, sight));
      const open = shown.some(
        ([key, { optional }]) => !optional && !isFilled(sight, key) && !sight.fields[key]?.masked,
      );
      return open ? page.rest * 1_000 : 0;
    },
  };
}

function isFilled(sight: Sight, key: string): boolean {
  const seen = sight.fields[key];
  return seen?.controls === 1 && seen.value !== '' && seen.value !== null;
}

/** The OA version that a page shows as chosen. */
export function modeOf(page: MapPage, sight: Sight): OaVersion | undefined {
  const field = (page.fields as FieldMap)['oaVersion'];
  const seen = sight.fields['oaVersion'];
  const value = field && seen && readingOf(field, seen);
  return value === 'E9' || value === 'E10' ? value : undefined;
}

export function askFor(fields: readonly [string, MapField][]): LookAsk {
  return { fields: Object.fromEntries(fields.map(([key, field]) => [key, fieldAsk(field)])) };
}

/** A page may say why there is nothing on it. */
function refuseWords(screen: Screen, sight: Sight, words: PageMap['said'] | undefined): void {
  if (!words || Object.values(sight.fields).some(({ controls }) => controls > 0)) return;
  for (const [code, texts] of [
    ['no-right', words.denied],
    ['busy', words.busy],
  ] as const) {
    const heard = sight.said.find(({ text }) => texts.some((word) => text.includes(word)));
    if (heard) throw screen.trouble(code, { text: heard.text });
  }
}

export function refuseMisfits(screen: Screen, fields: readonly [string, MapField][], sight: Sight): void {
  const found = misfits(fields, sight.fields);
  const [first] = found;
  if (!first) return;
  const same = found.filter(({ code }) => code === first.code);
  const about = same.map(({ key, about }) => (about === undefined ? key : `${key} (${about})`));
  throw screen.trouble(first.code, { fields: about });
}

/** Sets what differs, in the order of the map. Answers what was wanted, as readings. Fields with a dialog are set before. */
export async function fill(trip: Trip, form: Form, wanted: Readonly<Record<string, Target>>): Promise<Readings> {
  const { screen, fields } = form;
  screen.phase = 'fill';
  const readings: Readings = {};
  for (const [key, field] of fields) {
    const to = wanted[key];
    if (to === undefined || field.dialog !== undefined) continue;
    readings[key] = asReading(field, to);
    if (isSame(field, form.readings[key], readings[key])) continue;
    await setField(screen, form.sight, key, field, to);
  }
  // One field may change another: all are compared again before anything is saved.
  form.sight = await screen.settle(withSave(form));
  refuseMisfits(screen, fields, form.sight);
  const now = readingsOf(fields, form.sight.fields);
  const lost = fields.filter(([key, field]) => readings[key] !== undefined && !isSame(field, now[key], readings[key]));
  if (lost.length > 0) throw screen.trouble('value-not-taken', { fields: lost.map(([key]) => key) });
  await trip.picture(screen, form.name, form.page, 'filled');
  return readings;
}

/** Stars that are saved may be stored as they are: no form with a masked secret is submitted, unless the map says that it may be. */
export function refuseMasks({ screen, fields, sight }: Form): void {
  const now = readingsOf(fields, sight.fields);
  const masked = fields.filter(([key]) => now[key] === MASKED).map(([key]) => key);
  if (masked.length > 0) throw screen.trouble('secret-masked', { fields: masked });
}

/** Clicks the button to save, once, and listens. */
export async function save(trip: Trip, form: Form): Promise<Said> {
  const { screen, page, sight, name, fields } = form;
  screen.phase = 'save';
  // Filling it in has just looked at it, and the click looks once more.
  const { buttons } = sight.buttons['save'] ? sight : await screen.settle(withSave(form));
  const button = buttons['save'];
  if (button?.count !== 1) {
    throw screen.trouble((button?.count ?? 0) === 0 ? 'label-missing' : 'label-ambiguous', { fields: page.save });
  }
  if (!button.enabled) throw screen.trouble('save-disabled', { fields: page.save });
  const said = await listen(trip, screen, askFor(fields), () =>
    screen.click(sight.frame, { what: 'button', texts: page.save }, 'save-disabled', page.save.join(' / ')),
  );
  await trip.picture(screen, name, page, 'said');
  return said;
}

/** Fields with it, so that it is the button of the form's own frame: a shell around it may have another one. */
function withSave({ fields, page }: Form): LookAsk {
  return { ...askFor(fields), buttons: { save: page.save } };
}

export interface Kept {
  before: Readings;
  wanted: Readings;
  said: Said;
  sides: boolean;
  /** Which fields of the page as it is read back are judged; by default all. */
  judged?: (form: Form) => [string, MapField][];
}

/**
 * Opens the page afresh, compares, and says what became of the save. One unequal look proves nothing yet: a page may show an old copy
 * for a moment. Answers what could not be read; throws the page's verdict otherwise.
 */
export async function readBack(
  trip: Trip,
  { name }: Form,
  kept: Kept,
  open: Opener,
): Promise<{ unreadable: string[] }> {
  const maybeWritten = trip.gate.sent.length > 0;
  let verdict: Verdict | undefined;
  for (const again of [true, false]) {
    const form = await open(trip).catch((error: unknown) => {
      throw asReadBack(error, maybeWritten);
    });
    form.screen.phase = 'read-back';
    verdict = judge({ ...kept, fields: kept.judged?.(form) ?? form.fields, after: form.readings });
    if (verdict.result === 'written') {
      await trip.picture(form.screen, name, form.page, 'after');
      if (verdict.warning !== undefined) trip.warn({ page: name, text: verdict.warning });
      await form.screen.close();
      return { unreadable: verdict.unreadable };
    }
    const { code, fields, text } = verdict;
    if (!again || kept.said.kind === 'error') {
      const error = form.screen.trouble(code, { fields, maybeWritten, ...(text === undefined ? {} : { text }) });
      await failed(trip, form.screen, name, form.page, error);
      throw error;
    }
    await form.screen.close();
  }
  throw new Error('a verdict was reached before');
}

/** A page that cannot be read back leaves open whether the save was kept. */
function asReadBack(error: unknown, maybeWritten: boolean): unknown {
  if (error instanceof Error && 'maybeWritten' in error) Object.assign(error, { maybeWritten });
  return error;
}
