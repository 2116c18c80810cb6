import { sameAddress } from '../../../domain/addresses.js';
import { fingerprint } from '../../../domain/fingerprint.js';
import type { OaVersion } from '../../../domain/settings.js';
import type { FieldSeen } from './engine.js';
import type { MapField } from './page-map.js';
import type { TroubleCode } from './trouble.js';

/** Of a secret that shows as stars: it is there, and nobody can tell what it is. */
export const MASKED = Symbol('masked');

/**
 * A value as a page shows it, in our words: text, on or off, the map's word for a choice. A secret as its fingerprint, or empty,
 * or `MASKED`.
 */
export type Reading = string | boolean | typeof MASKED;
export type Readings = Record<string, Reading>;

export type FieldMap = Partial<Record<string, MapField>>;

/** What is wrong with a page, in the order of the map. */
export interface Misfit {
  key: string;
  code: TroubleCode;
  /** What the map waits for or the page has: labels and kinds, never a value. */
  about?: string;
}

/** The fields of a map that a page shows while this OA version is chosen. */
export function fieldsFor(fields: FieldMap, mode: OaVersion | undefined): [string, MapField][] {
  return Object.entries(fields).flatMap(([key, field]): [string, MapField][] => {
    if (field === undefined) return [];
    return field.when === undefined || mode === undefined || field.when.oaVersion === mode ? [[key, field]] : [];
  });
}

/** Compares a page with its map. Nothing may be written while this is not empty. */
export function misfits(fields: readonly [string, MapField][], seen: Record<string, FieldSeen>): Misfit[] {
  return fields.flatMap(([key, field]): Misfit[] => {
    const one = seen[key];
    if (one === undefined || one.controls === 0) {
      return field.optional
        ? []
        : [{ key, code: 'label-missing', about: (field.label ?? [field.locator ?? '']).join(' / ') }];
    }
    if (one.controls > 1) return [{ key, code: 'label-ambiguous' }];
    if (!field.kind.some((kind) => kind === one.kind))
      return [{ key, code: 'kind-mismatch', about: one.kind ?? 'other' }];
    return readingOf(field, one) === undefined ? [{ key, code: 'state-unknown' }] : [];
  });
}

/** Undefined where it cannot be told, which is never "off" or "empty". */
export function readingOf(field: MapField, seen: FieldSeen): Reading | undefined {
  const { value, masked } = seen;
  if (value === undefined || value === null) return undefined;
  if (seen.kind === 'switch') return typeof value === 'boolean' ? value : undefined;
  if (typeof value === 'boolean') return undefined;
  if (masked) return MASKED;
  if (field.secret) return value === '' ? '' : fingerprint(value);
  if (field.values === undefined || seen.kind === 'text') return value.trim();
  if (value === '') return '';
  const word = Object.entries(field.values).find(([, texts]) => texts.some((text) => sameText(text, value)));
  return word === undefined ? undefined : asWord(word[0]);
}

/** All that a page shows of these fields; what it does not show is absent. */
export function readingsOf(fields: readonly [string, MapField][], seen: Record<string, FieldSeen>): Readings {
  return Object.fromEntries(
    fields.flatMap(([key, field]): [string, Reading][] => {
      const one = seen[key];
      const reading = one?.controls === 1 ? readingOf(field, one) : undefined;
      return reading === undefined ? [] : [[key, reading]];
    }),
  );
}

/** Whether a field shows what is wanted. Of a masked one nobody can tell: false. */
export function isSame(field: MapField, one: Reading | undefined, other: Reading | undefined): boolean {
  if (one === MASKED || other === MASKED) return false;
  if (field.same === 'url' && typeof one === 'string' && typeof other === 'string') return sameAddress(one, other);
  return one === other;
}

/** As the engine normalises, so that map and page compare alike. */
export function sameText(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+/gu, '')
    .replace(/^\*+|[:*]+$/gu, '')
    .toLowerCase();
}

function asWord(word: string): string | boolean {
  return word === 'true' || word === 'false' ? word === 'true' : word;
}
