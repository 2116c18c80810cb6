import { readFileSync } from 'node:fs';
import type { Frame, Locator, Page } from 'playwright-core';
import { z } from 'zod';
import { browserLibrary } from './chromium.js';
import type { MapField } from './page-map.js';

const FILE = readFileSync(new URL('page-engine.js', import.meta.url), 'utf8');
// In brackets: the comment at its head has line breaks, and nothing may stand between `return` and what is returned.
const SOURCE = `(${FILE.trim().replace(/;$/, '')})`;
const SELECTOR = 'qys';

/** What a scan asks about one field. */
export type FieldAsk = Pick<MapField, 'secret'> & { labels?: readonly string[]; locator?: string };

export interface LookAsk {
  fields?: Record<string, FieldAsk>;
  buttons?: Record<string, readonly string[]>;
  entries?: Record<string, { texts: readonly string[]; near?: readonly string[] }>;
  /** Words that a page may say anywhere. */
  words?: readonly string[];
  login?: { texts: readonly string[]; buttons: readonly string[]; proof: readonly string[] };
  table?: TableAsk;
  tree?: { expand: boolean };
  texts?: readonly string[];
}

export interface TableAsk {
  row: readonly string[];
  more: Record<string, readonly string[]>;
  total?: string;
  next: readonly string[];
}

const FieldSeen = z.object({
  labels: z.number(),
  controls: z.number(),
  kind: z.enum(['text', 'select', 'radio', 'switch', 'other']).exactOptional(),
  value: z.union([z.string(), z.boolean()]).nullable().exactOptional(),
  masked: z.boolean().exactOptional(),
  editable: z.boolean().exactOptional(),
  options: z.array(z.string()).exactOptional(),
});

/** Nothing that comes from a page is trusted. */
const LookSeen = z.object({
  fields: z.record(z.string(), FieldSeen),
  dialogs: z.array(z.object({ text: z.string(), buttons: z.array(z.string()), form: z.boolean() })),
  said: z.array(z.object({ text: z.string(), tone: z.enum(['ok', 'error', 'plain']), field: z.boolean() })),
  login: z.object({ over: z.boolean(), form: z.boolean(), proof: z.boolean() }),
  busy: z.boolean(),
  buttons: z.record(z.string(), z.object({ count: z.number(), enabled: z.boolean() })),
  /** `inside`: in the list of the entry above it. */
  entries: z.record(z.string(), z.object({ count: z.number(), inside: z.boolean() })),
  table: z
    .object({
      rows: z.array(z.object({ name: z.string(), more: z.record(z.string(), z.string().nullable()) })),
      next: z.enum(['enabled', 'disabled', 'absent']),
    })
    .nullable(),
  /** What the pattern of `table` counts. */
  total: z.number().nullable(),
  tree: z
    .array(
      z.object({
        path: z.array(z.string()),
        ticked: z.enum(['on', 'off', 'half']),
        open: z.enum(['open', 'closed', 'leaf']),
      }),
    )
    .nullable(),
  texts: z.array(z.string()),
});

export type FieldSeen = z.output<typeof FieldSeen>;
/** What one frame shows at one moment: one evaluation, so the values belong together. */
export type LookSeen = z.output<typeof LookSeen>;
export type DialogSeen = LookSeen['dialogs'][number];
export type SaidSeen = LookSeen['said'][number];

/** What is to be clicked, filled in or blackened. */
export type FindAsk =
  | ({ what: 'control' | 'input' } & FieldAsk)
  | ({ what: 'choice'; texts: readonly string[] } & FieldAsk)
  | { what: 'option' | 'button' | 'next-page' | 'holding'; texts: readonly string[] }
  | { what: 'entry'; texts: readonly string[]; near?: readonly string[] }
  | { what: 'answer'; about: readonly string[]; answer: readonly string[] }
  | ({ what: 'row-button'; index: number; open: readonly string[] } & Pick<TableAsk, 'row' | 'more'>)
  | { what: 'tree-box'; path: readonly string[] }
  | { what: 'inputs' | 'passwords' }
  | { what: 'black'; selectors: readonly string[] }
  | { what: 'region'; regions: readonly string[] };

/**
 * Makes the engine known to the browser library as a way to name elements, so that they can be clicked and blackened as real ones.
 * Before the first context of the process; a second time changes nothing.
 */
export async function registerEngine(): Promise<void> {
  const content = `{
    query(root, ask) { return ${SOURCE}.find(JSON.parse(decodeURIComponent(ask)))[0] ?? null; },
    queryAll(root, ask) { return ${SOURCE}.find(JSON.parse(decodeURIComponent(ask))); },
  }`;
  const { selectors } = await browserLibrary();
  try {
    await selectors.register(SELECTOR, { content: `(${content})` }, { contentScript: true });
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('already registered'))) throw error;
  }
}

/** Elements of a frame by what the engine finds. The ask is encoded: a selector has a syntax of its own. */
export function locate(frame: Frame | Page, ask: FindAsk): Locator {
  return frame.locator(`${SELECTOR}=${encodeURIComponent(JSON.stringify(ask))}`);
}

/** One atomic look at a frame. Throws what the browser library throws where the frame goes away meanwhile. */
export async function lookAt(frame: Frame, ask: LookAsk): Promise<LookSeen> {
  return LookSeen.parse(await frame.evaluate(`${SOURCE}.look(${JSON.stringify(ask)})`));
}

/** A map's field as the engine is asked about it. */
export function fieldAsk({ label, locator, secret }: MapField): FieldAsk {
  return { secret, ...(label === undefined ? {} : { labels: label }), ...(locator === undefined ? {} : { locator }) };
}
