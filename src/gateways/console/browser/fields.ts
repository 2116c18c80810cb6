import { setTimeout as pause } from 'node:timers/promises';
import { fingerprint } from '../../../domain/fingerprint.js';
import { fieldAsk, locate } from './engine.js';
import type { MapField } from './page-map.js';
import { isSame, readingOf, sameText, type Reading } from './reading.js';
import type { Screen, Sight } from './screen.js';

const TYPE_MS = 5_000;
const OPTION_MS = 4_000;
const TAKEN_MS = 3_000;
const EVERY_MS = 100;

/** A value to be set, in our words: a text, on or off, a word of the map's `values`. Secrets as they are. */
export type Target = string | boolean;

/** How a target reads once it stands on the page. */
export function asReading(field: MapField, to: Target): Reading {
  return field.secret && typeof to === 'string' && to !== '' ? fingerprint(to) : to;
}

/**
 * Sets one field by the kind of its control, and reads it again: a value that did not take is an error now, not at the save. Errors
 * hold the field's key and nothing of the value.
 */
export async function setField(screen: Screen, sight: Sight, key: string, field: MapField, to: Target): Promise<void> {
  const seen = sight.fields[key];
  if (!seen?.editable) throw screen.trouble('read-only', { fields: [key] });
  await choose(screen, sight, key, field, to);
  if (field.dialog !== undefined) return;
  await taken(screen, key, field, to);
}

async function choose(screen: Screen, sight: Sight, key: string, field: MapField, to: Target): Promise<void> {
  const { frame } = sight;
  switch (sight.fields[key]?.kind) {
    case 'text':
      return type(screen, sight, key, field, String(to));
    case 'switch':
      return screen.click(frame, { what: 'control', ...fieldAsk(field) }, 'value-not-taken', key);
    case 'radio':
      return screen.click(
        frame,
        { what: 'choice', texts: wordsFor(field, to), ...fieldAsk(field) },
        'option-missing',
        key,
      );
    case 'select':
      return select(screen, sight, key, field, wordsFor(field, to));
    default:
      throw screen.trouble('kind-mismatch', { fields: [key] });
  }
}

async function type(screen: Screen, { frame }: Sight, key: string, field: MapField, text: string): Promise<void> {
  const input = locate(frame, { what: 'input', ...fieldAsk(field) });
  try {
    await input.fill(text, { timeout: TYPE_MS });
    await input.blur({ timeout: TYPE_MS });
  } catch {
    // The library's message repeats what was typed.
    throw screen.trouble('value-not-taken', { fields: [key] });
  }
}

async function select(
  screen: Screen,
  { frame }: Sight,
  key: string,
  field: MapField,
  texts: readonly string[],
): Promise<void> {
  const control = locate(frame, { what: 'control', ...fieldAsk(field) });
  const native = await control.evaluate((element) => element.tagName === 'SELECT').catch(() => false);
  if (native) return selectNative(screen, control, key, texts);
  await screen.click(frame, { what: 'control', ...fieldAsk(field) }, 'value-not-taken', key);
  const ask = { what: 'option', texts } as const;
  const options = locate(frame, ask);
  const end = Date.now() + OPTION_MS;
  let count = 0;
  // Layers slide in: where they are clicked has to stand still.
  for (let same = 0; Date.now() < end && same < 2; await pause(EVERY_MS)) {
    const now = await options.count().catch(() => 0);
    same = now === count && now > 0 ? same + 1 : 0;
    count = now;
  }
  if (count !== 1) {
    await screen.page.keyboard.press('Escape').catch(() => undefined);
    throw screen.trouble(count === 0 ? 'option-missing' : 'option-ambiguous', {
      fields: [key],
      text: texts.join(' / '),
    });
  }
  await screen.click(frame, ask, 'option-missing', key);
}

async function selectNative(
  screen: Screen,
  control: ReturnType<typeof locate>,
  key: string,
  texts: readonly string[],
): Promise<void> {
  const options = await control
    .locator('option')
    .allTextContents()
    .catch(() => []);
  const fitting = options.flatMap((option, index) => (texts.some((text) => sameText(text, option)) ? [index] : []));
  const [index] = fitting;
  if (index === undefined || fitting.length > 1) {
    const code = index === undefined ? 'option-missing' : 'option-ambiguous';
    throw screen.trouble(code, { fields: [key], text: texts.join(' / ') });
  }
  await control.selectOption({ index }, { timeout: TYPE_MS }).catch(() => {
    throw screen.trouble('value-not-taken', { fields: [key] });
  });
}

async function taken(screen: Screen, key: string, field: MapField, to: Target): Promise<void> {
  const wanted = asReading(field, to);
  const end = Date.now() + TAKEN_MS;
  while (Date.now() < end) {
    const seen = (await screen.look({ fields: { [key]: fieldAsk(field) } }))?.fields[key];
    if (seen && isSame(field, readingOf(field, seen), wanted)) return;
    await pause(EVERY_MS);
  }
  throw screen.trouble('value-not-taken', { fields: [key] });
}

/** What the page calls a word of ours. */
function wordsFor(field: MapField, to: Target): readonly string[] {
  return field.values?.[String(to)] ?? [String(to)];
}
