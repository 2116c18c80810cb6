import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Deployment } from '../../../domain/tenant.js';
import { INTEGRATION_FIELDS } from '../../../domain/wanted.js';

/** One spelling or several; the procedure itself is not consistent (`facts/official-procedure.zh.md`). */
const Words = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((one) => [one].flat());
const Kind = z.enum(['text', 'select', 'radio', 'switch']);
const Kinds = z.union([Kind, z.array(Kind).min(1)]).transform((one) => [one].flat());
const Pattern = z.string().refine(isPattern, 'is no regular expression');

const Field = z
  .strictObject({
    label: Words.exactOptional(),
    /** Escape hatch for a page that labels nothing: a CSS selector, learned at a site. */
    locator: z.string().exactOptional(),
    kind: Kinds,
    /** Our value, and what the page calls it. */
    values: z.record(z.string(), Words).exactOptional(),
    secret: z.boolean().default(false),
    /** `url`: equal up to trailing slashes and the case of the host. */
    same: z.enum(['url', 'exact']).default('exact'),
    /** Shown only while this OA version is chosen. */
    when: z.strictObject({ oaVersion: z.enum(['E9', 'E10']) }).exactOptional(),
    /** Choosing it asks first: the id of a dialog. Such a field comes before all others, since it reshapes the page. */
    dialog: z.string().exactOptional(),
    /** A page without it is none the worse: it is read and written where it is. */
    optional: z.boolean().default(false),
    /** Step of a wizard, from 1. */
    step: z.int().min(1).max(9).default(1),
  })
  .refine(({ label, locator }) => label !== undefined || locator !== undefined, 'needs a label or a locator')
  .refine(
    ({ kind, values }) => values !== undefined || !kind.some((one) => one === 'radio' || one === 'select'),
    'a choice needs its values',
  );

const Place = z.enum(['console', 'signing']);
const Places = z.union([Place, z.array(Place).min(1)]).transform((one) => [one].flat());

const PageBase = {
  /** Menu entries from the top. */
  path: z.array(Words).min(1).exactOptional(),
  /** Learned at a site; never built in. */
  url: z.string().exactOptional(),
  /** Which of the two platforms has it; of both the first whose menu leads there. */
  at: Places.default(['console']),
  /** Field that is empty while the page is not loaded yet. */
  ready: z.string().exactOptional(),
  /** Part of the address of the frame that holds the form. */
  frame: z.string().exactOptional(),
  save: Words.default(['保存']),
  /** Seconds that a page rests before something that is missing or empty on it counts: values may come late. */
  rest: z.number().min(0).max(60).default(3.5),
  /** Regions that show persons: `tree`, `table`, or a CSS selector. Black in every picture. */
  blackout: z.array(z.string()).default([]),
};

const fieldsOf = <K extends string>(names: readonly [K, ...K[]]) =>
  z.partialRecord(z.enum(names), Field).refine((fields) => Object.keys(fields).length > 0, 'needs a field');

const IntegrationPage = z.strictObject({
  ...PageBase,
  /** Whether confirming the switch stores it, or only saving the form does. `unknown` counts as `with-form`. */
  switchStores: z.enum(['on-confirm', 'with-form', 'unknown']).default('unknown'),
  /** Where the page belongs to E10 alone, and being empty is what being on E9 means. */
  emptyMeansE9: z.boolean().default(false),
  /** Whether a form may be saved while a secret of it shows as stars. */
  maskMayBeSaved: z.boolean().default(false),
  fields: fieldsOf(['oaVersion', ...INTEGRATION_FIELDS]),
});

const CallbackPageMap = z.strictObject({
  ...PageBase,
  fields: fieldsOf(['url']).default({}),
  /** On the new page: what leads to the old one, and asks first where the page has a dialog. */
  leaveBy: Words.exactOptional(),
  /** On the old page: what leads back. */
  backBy: Words.exactOptional(),
  dialog: z.string().exactOptional(),
});

const CategoriesPage = z.strictObject({
  ...PageBase,
  list: z.strictObject({
    /** Head of the column with the names. */
    row: Words,
    /** Heads of further columns that tell rows of one name apart. */
    company: Words.exactOptional(),
    state: Words.exactOptional(),
    url: Words.exactOptional(),
    total: z.string().includes('{n}').exactOptional(),
    next: Words.default(['下一页']),
    open: Words,
    /** What is clicked, where it shows, after a row was opened. */
    then: Words.exactOptional(),
  }),
  /** What the state column says of a category that is switched off. */
  disabled: Words.default(['停用', '已停用', '禁用']),
  fields: fieldsOf(['url', 'name']),
});

const Column = Words.exactOptional();

const PeoplePage = z.strictObject({
  ...PageBase,
  next: Words.default(['下一步']),
  finish: Words.default(['完成']),
  fields: fieldsOf(['enabled', 'includePeople', 'schedule']),
  tree: z.strictObject({
    step: z.int().min(1).max(9).default(2),
    /** What stands there, perhaps with a reason, instead of a tree that is empty. */
    empty: Words,
  }),
  /** The list of runs; columns by their heads. */
  runs: z.strictObject({
    path: z.array(Words).min(1),
    started: Words,
    state: Words,
    values: z.strictObject({ queued: Words, running: Words, succeeded: Words, failed: Words }),
    total: Column,
    done: Column,
    created: Column,
    updated: Column,
    disabled: Column,
    failed: Column,
    /** Starts a run; where the page has no such button, finishing the wizard does. */
    start: Words,
    /** Dialog of the start. */
    dialog: z.string().exactOptional(),
  }),
  /** The list of people, of which only the number below it is read. */
  counts: z.strictObject({
    path: z.array(Words).min(1),
    total: z.string().includes('{n}'),
    /** Choice that leaves the active ones; without it all are taken for active. */
    active: Field.exactOptional(),
    choose: z.string().exactOptional(),
  }),
});

const PageMapSchema = z
  .strictObject({
    map: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'a map is lower-case letters, digits, dots and dashes'),
    product: z.enum(['private', 'public']),
    versions: z
      .string()
      .refine((range) => semver.validRange(range) !== null, 'is no range of versions')
      .exactOptional(),
    status: z.union([
      z.literal('assumed'),
      z.strictObject({ checked: z.strictObject({ by: z.string(), at: z.string(), version: z.string() }) }),
    ]),
    login: z.strictObject({
      urls: z.array(Pattern),
      texts: Words,
      proof: Words,
      buttons: Words.default(['登录', '立即登录', '登 录']),
    }),
    said: z.strictObject({ ok: Words, busy: Words, denied: Words }),
    dialogs: z.array(
      z.strictObject({
        id: z.string(),
        about: Words,
        answer: Words,
        /** May be closed in check mode too. */
        harmless: z.boolean().default(false),
      }),
    ),
    /** Seconds that a page may take until it is still. */
    patience: z.number().positive().max(300).default(10),
    /** Hosts beside the console's own that its pages need; `host` or `host:port`. */
    hosts: z.array(z.string()).default([]),
    /** Paths that a page reads by POST: patterns, learned at a site; allowed while the gate is closed. */
    reads: z.array(Pattern).default([]),
    pages: z.strictObject({
      integration: IntegrationPage,
      callbackNew: CallbackPageMap.exactOptional(),
      callbackOld: CallbackPageMap.exactOptional(),
      callbackGlobal: CallbackPageMap.exactOptional(),
      people: PeoplePage.exactOptional(),
      categories: CategoriesPage.exactOptional(),
    }),
  })
  .refine(
    ({ dialogs, pages }) =>
      dialogsNamed(pages).every((id) => dialogs.some((dialog) => dialog.id === id && !dialog.harmless)),
    'a field or page names a dialog that `dialogs` does not have',
  );

export type PageMap = z.output<typeof PageMapSchema>;
export type MapField = z.output<typeof Field>;
export type IntegrationPage = z.output<typeof IntegrationPage>;
export type CallbackPageMap = z.output<typeof CallbackPageMap>;
export type CategoriesPage = z.output<typeof CategoriesPage>;
export type PeoplePage = z.output<typeof PeoplePage>;
export type MapPage = IntegrationPage | CallbackPageMap | CategoriesPage | PeoplePage;
export type Place = z.output<typeof Place>;
export type MapDialog = PageMap['dialogs'][number];

/** A page map cannot be used, or none fits. Names the file or the version, and what to change. */
export class PageMapError extends Error {
  override readonly name = 'PageMapError';
}

/** The maps that come with the product: beside this file, in the sources as in the build. */
const SHIPPED = fileURLToPath(new URL('page-maps/', import.meta.url));

export interface PageMaps {
  shipped: PageMap[];
  /** Those of the site's folder; where one of them fits, no shipped one is looked at. */
  site: PageMap[];
}

/**
 * All maps: those of the product, and those of a site's folder. A map may name a `base` and then says only what differs.
 * Throws `PageMapError` for a file that is no map, and for a folder that is not there.
 */
export async function loadPageMaps(siteFolder?: string): Promise<PageMaps> {
  const own = await readMaps(SHIPPED);
  const theirs = siteFolder === undefined ? [] : await readMaps(siteFolder);
  const bases = [...theirs, ...own];
  const finish = (raws: RawMap[]): PageMap[] =>
    raws.filter(({ abstract }) => !abstract).map((raw) => complete(raw, bases));
  return { shipped: finish(own), site: finish(theirs) };
}

/** The one map that fits a tenant's product and version. Throws `PageMapError` where none or several do. */
export function choosePageMap({ shipped, site }: PageMaps, product: Deployment, version?: string): PageMap {
  const fits = (map: PageMap): boolean =>
    map.product === product && (map.versions === undefined || inRange(version, map.versions));
  const ofSite = site.filter(fits);
  const fitting = ofSite.length > 0 ? ofSite : shipped.filter(fits);
  const [map] = fitting;
  if (map !== undefined && fitting.length === 1) return map;
  const what = product === 'public' ? 'the public cloud' : `version ${version ?? '(not given)'}`;
  const why =
    fitting.length === 0
      ? 'no page map fits'
      : `these page maps fit, and it has to be one: ${fitting.map(({ map: id }) => id).join(', ')}`;
  throw new PageMapError(`${what} of Qiyuesuo: ${why}. See docs/page-maps.md; the driver manual needs none`);
}

function inRange(version: string | undefined, range: string): boolean {
  const parsed = semver.coerce(version);
  return parsed !== null && semver.satisfies(parsed, range);
}

interface RawMap {
  name: string;
  file: string;
  abstract: boolean;
  content: Record<string, unknown>;
}

async function readMaps(folder: string): Promise<RawMap[]> {
  const names = await readdir(folder).catch(() => {
    throw new PageMapError(`${folder}: the folder of page maps cannot be read`);
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return Promise.all(files.map(async (name) => rawMap(join(folder, name), await readFile(join(folder, name), 'utf8'))));
}

function rawMap(file: string, text: string): RawMap {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new PageMapError(
      `${file}: is not YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`,
    );
  }
  if (!isMapping(content) || typeof content['map'] !== 'string') {
    throw new PageMapError(`${file}: a page map begins with "map: NAME"`);
  }
  // Without a product it is a base for others only.
  return {
    name: content['map'],
    file,
    abstract: content['product'] === undefined && content['base'] === undefined,
    content,
  };
}

function complete(raw: RawMap, bases: readonly RawMap[]): PageMap {
  const { base: _, ...content } = withBase(raw, bases, []);
  const parsed = PageMapSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'map'}: ${message}`);
  throw new PageMapError(`${raw.file}: ${problems.join('; ')}`);
}

/** A site's map may have the name of the shipped one that it changes, so a map is never its own base. */
function withBase(raw: RawMap, bases: readonly RawMap[], above: readonly RawMap[]): Record<string, unknown> {
  const name = raw.content['base'];
  if (name === undefined) return raw.content;
  const chain = [...above, raw];
  const base = bases.find((one) => one.name === name && !chain.includes(one));
  if (base === undefined) throw new PageMapError(`${raw.file}: the base ${JSON.stringify(name)} is not there`);
  return merged(withBase(base, bases, chain), raw.content);
}

/** Mappings are merged key by key; null takes a key away; all else is replaced. */
function merged(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    if (value === null) delete result[key];
    else result[key] = isMapping(below) && isMapping(value) ? merged(below, value) : value;
  }
  return result;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}

function dialogsNamed(pages: object): string[] {
  return Object.values(pages as Record<string, DialogNames>).flatMap((page) => {
    const fields = Object.values(page.fields);
    const own = [page.dialog, page.runs?.dialog];
    return [...own, ...fields.map(({ dialog }) => dialog)].filter((id) => id !== undefined);
  });
}

interface DialogNames {
  dialog?: string;
  runs?: { dialog?: string };
  fields: Record<string, { dialog?: string }>;
}
