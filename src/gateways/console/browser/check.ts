import type { OaVersion } from '../../../domain/settings.js';
import { GatewayError } from '../../errors.js';
import { fieldAsk, type FieldSeen, type LookAsk } from './engine.js';
import { modeOf, restFor } from './form.js';
import type { MapField, MapPage, PageMap } from './page-map.js';
import { fieldsFor, misfits, type FieldMap } from './reading.js';
import type { Sight } from './screen.js';
import type { Gate } from './network.js';
import { onTrip, type Trip, type TripDeps, type Where } from './trip.js';
import type { TroubleCode } from './trouble.js';
import { walkTo } from './walk.js';

/** How a field of the map stands on the page. No value is in here. */
export interface FieldCheck {
  labels: number;
  controls: number;
  kind: string | null;
  readable: boolean;
  editable: boolean;
  /** `later`: it shows only after the switch, and no check can see it before. */
  verdict: 'ok' | 'later' | 'absent' | TroubleCode;
}

export interface PageCheck {
  page: string;
  ok: boolean;
  fields: Record<string, FieldCheck>;
  /** The button to save; null where the page has none of its own. */
  save: { count: number; enabled: boolean } | null;
  /** Why the page could not be looked at. */
  trouble?: { type: string; code: string; message: string };
  /** SHA-256 of its picture. */
  picture?: string;
  /** Writes that the page tried by itself, and that were held back. */
  heldBack: string[];
}

export interface CheckReport {
  map: string;
  status: PageMap['status'];
  /** `open` where the console reads by POST and that was allowed: then it is the not clicking alone that writes nothing. */
  gate: Gate['state'];
  /** False where the session is over, or nobody has logged in. */
  session: boolean;
  /** Every page fits; fields that show only later do not count. */
  ok: boolean;
  pages: PageCheck[];
}

/**
 * Walks to every page of the map and compares it. Clicks menu entries, tabs and harmless dialogs, and types nothing; the network lets
 * nothing but reads through.
 */
export async function checkPages(deps: TripDeps, gate: Gate['state'] = 'closed'): Promise<CheckReport> {
  const { map } = deps;
  const pages: PageCheck[] = [];
  for (const [name, page] of checkable(map)) pages.push(await checkPage(deps, { name, page, gate }));
  const session = !pages.some(({ trouble }) => trouble?.type === 'NeedsLogin');
  return { map: map.map, status: map.status, gate, session, ok: pages.every(({ ok }) => ok), pages };
}

/** The old callback page is reached only by leaving the new one, which may store it. */
function checkable({ pages }: PageMap): [string, MapPage][] {
  return Object.entries(pages).flatMap(([name, page]): [string, MapPage][] =>
    page === undefined || (page.path === undefined && page.url === undefined) ? [] : [[name, page]],
  );
}

async function checkPage(deps: TripDeps, where: Where): Promise<PageCheck> {
  const { name, page } = where;
  let heldBack: string[] = [];
  try {
    return await onTrip(deps, where, async (trip) => {
      heldBack = trip.gate.refused;
      return await lookAround(trip, name, page, deps.map);
    });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { name: type, code = '', message, evidence } = error;
    const trouble = { type, code, message };
    return {
      page: name,
      ok: false,
      fields: {},
      save: null,
      trouble,
      heldBack,
      ...(evidence ? { picture: evidence } : {}),
    };
  }
}

async function lookAround(trip: Trip, name: string, page: MapPage, { pages }: PageMap): Promise<PageCheck> {
  const ofNew = name === 'callbackNew' ? pages.callbackOld?.fields : undefined;
  const fields = fieldsFor({ ...(page.fields as FieldMap), ...(ofNew as FieldMap | undefined) }, undefined).filter(
    ([, { step }]) => step === 1,
  );
  const list = 'list' in page ? page.list : undefined;
  const leaveBy = 'leaveBy' in page ? page.leaveBy : undefined;
  const ask: LookAsk = {
    ...(list ? {} : { fields: Object.fromEntries(fields.map(([key, field]) => [key, fieldAsk(field)])) }),
    ...(list ? { table: { row: list.row, more: {}, next: list.next } } : {}),
    ...(leaveBy ? { entries: { leave: { texts: leaveBy } } } : {}),
    buttons: { save: 'next' in page ? page.next : page.save },
  };
  const rest = restFor(page, fields);
  const { screen, sight } = await walkTo(trip, name, page, {
    ask,
    until: (now) => (list ? now.table !== null : rest.until(now) || (now.entries['leave']?.count ?? 0) > 0),
    restMs: (now) => ((now.entries['leave']?.count ?? 0) > 0 ? 0 : rest.restMs(now)),
  });
  screen.phase = 'check';
  const picture = await trip.picture(screen, name, page, 'check');
  const result = list ? checkList(sight, list.row) : checkForm(page, fields, sight);
  await screen.close();
  return { page: name, ...result, heldBack: trip.gate.refused, ...(picture === undefined ? {} : { picture }) };
}

type Checked = Pick<PageCheck, 'ok' | 'fields' | 'save'>;

function checkForm(page: MapPage, fields: [string, MapField][], sight: Sight): Checked {
  const isNew = (sight.entries['leave']?.count ?? 0) > 0;
  const mode = modeOf(page, sight);
  const checks = fields.map(([key, field]): [string, FieldCheck] => [
    key,
    checkField(key, field, sight.fields[key], isNew || isLater(field, mode)),
  ]);
  const save = sight.buttons['save'] ?? null;
  const fits = checks.every(([, { verdict }]) => ['ok', 'later', 'absent'].includes(verdict));
  return { fields: Object.fromEntries(checks), save, ok: fits && (isNew || (save?.count === 1 && save.enabled)) };
}

function isLater({ when }: MapField, mode: OaVersion | undefined): boolean {
  return when !== undefined && mode !== undefined && when.oaVersion !== mode;
}

function checkField(key: string, field: MapField, seen: FieldSeen | undefined, later: boolean): FieldCheck {
  const { labels = 0, controls = 0, kind = null, editable = false, value } = seen ?? {};
  const [misfit] = later ? [] : misfits([[key, field]], seen ? { [key]: seen } : {});
  const absent = !later && field.optional && controls === 0;
  const readable = controls === 1 && value !== null && misfit?.code !== 'state-unknown' && seen?.masked !== true;
  return {
    labels,
    controls,
    kind: kind ?? null,
    readable,
    editable,
    verdict: later ? 'later' : absent ? 'absent' : (misfit?.code ?? 'ok'),
  };
}

function checkList({ table }: Sight, row: readonly string[]): Checked {
  const found = table !== null;
  const verdict = found ? 'ok' : 'label-missing';
  const field: FieldCheck = {
    labels: found ? 1 : 0,
    controls: 0,
    kind: null,
    readable: found,
    editable: false,
    verdict,
  };
  return { ok: found, fields: { [row[0] ?? 'list']: field }, save: null };
}
