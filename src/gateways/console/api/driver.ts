import type { z } from 'zod';
import type { OnAnswer } from '../../../domain/people/rows.js';
import type { IntegrationWrite } from '../../../domain/settings.js';
import { hiddenParts, shownText } from '../../../domain/shown-url.js';
import { INTEGRATION_FIELDS, isSecretField } from '../../../domain/wanted.js';
import { Rejected, UnexpectedAnswer } from '../../errors.js';
import type { Http, WriteOptions } from '../../http.js';
import type { ConsoleDriver } from '../driver.js';
import { classifyProblem, runningSync } from './problem.js';
import * as schema from './schema.js';

const PEOPLE_PAGE = 1000;
const CATEGORIES_PAGE = 200;

/**
 * The console driver for sites with an adapter: speaks `api/console.openapi.yaml`. `http` has the adapter's address and
 * bearer token. A session that is over is `NeedsLogin`; a change by somebody else in between is `Conflict`, with the type of
 * the problem as `code`.
 */
export function createApiDriver(http: Http): ConsoleDriver {
  const classify = classifyProblem;

  function get<S extends z.ZodType>(
    path: string,
    answer: S,
    query?: Record<string, string | number | undefined>,
    onAnswer?: OnAnswer,
  ) {
    return http.get(path, answer, { classify, onAnswer, ...(query === undefined ? {} : { query }) });
  }

  /** A resource that can be written, with the ETag which its next write has to carry. */
  async function getTagged<V>(
    path: string,
    answer: z.ZodType<{ etag?: string; value: V }>,
  ): Promise<V & { etag: string }> {
    // Not compressed: a proxy that compresses makes the ETag a weak one, and no If-Match ever fits that.
    const request = { method: 'GET', path, classify, headers: { 'Accept-Encoding': 'identity' } } as const;
    const { data, headers } = await http.send(request, answer);
    const etag = etagOf(headers['etag'], data.etag);
    if (etag === undefined) throw unexpected(path, 'etag');
    return { ...data.value, etag };
  }

  async function put(
    path: string,
    etag: string,
    json: Record<string, unknown>,
    more: WriteOptions = {},
  ): Promise<void> {
    await http.put(path, schema.Written, { ...more, classify, json, headers: { 'If-Match': etag } });
  }

  async function readPeople(cursor: string | null, limit: number, onAnswer?: OnAnswer) {
    return get('/people', schema.PeopleRows, { cursor: cursor ?? undefined, limit }, onAnswer);
  }

  async function readSyncRun(runId: string) {
    return get(`/people-sync/runs/${encodeURIComponent(runId)}`, schema.SyncRun);
  }

  return {
    kind: 'api',
    cannotEmpty: [],
    readIntegration: () => getTagged('/integration', schema.Integration),
    switchMode: (to, seen) => put('/integration/oa-version', seen.etag, { oaVersion: to }),
    saveIntegration: (write, seen) =>
      put('/integration', seen.etag, formOf(write), { mask: Object.values(write.secrets) }),

    readCallback: () => getTagged('/callback', schema.Callback),
    saveCallback: ({ page, url, extra }, seen) =>
      put('/callback', seen.etag, { ...withoutTag(extra), page, url }, maskOf(url, seen.url)),

    readPeopleSync: () => getTagged('/people-sync', schema.PeopleSync),
    savePeopleSync({ enabled, scope, schedule, includePeople, extra }, seen) {
      const known = { enabled, scope, schedule, ...(includePeople === undefined ? {} : { includePeople }) };
      return put('/people-sync', seen.etag, { ...withoutTag(extra), ...known });
    },

    async readOrganisation() {
      const path = '/people-sync/organisation';
      const pages = await allPages(path, (cursor) => get(path, schema.OrganisationPage, { cursor }));
      const reason = pages.find((page) => page.reason !== undefined)?.reason;
      return {
        units: pages.flatMap(({ units }) => units),
        ...(reason === undefined ? {} : { reason: shownText(reason) }),
      };
    },

    async startPeopleSync(idempotencyKey) {
      const headers = { 'Idempotency-Key': idempotencyKey };
      const answer = await http.exchange({ method: 'POST', path: '/people-sync/runs', headers });
      const running = runningSync(answer);
      if (running !== undefined) {
        try {
          return { ...(await readSyncRun(running)), inTheWay: true };
        } catch (error) {
          // Not a run's id after all: then it is an ordinary conflict.
          if (!(error instanceof Rejected && error.status === 404)) throw error;
        }
      }
      return http.read(answer, schema.SyncRun, { classify }).data;
    },
    readSyncRun,

    async countPeople() {
      const path = '/people';
      const pages = await allPages(path, async (cursor) => {
        const { people, total, next } = await get(path, schema.PeoplePage, { cursor, limit: PEOPLE_PAGE });
        const active = people.filter(({ state }) => state === 'active');
        const bound = active.filter(({ oaUserId }) => oaUserId !== null).length;
        const counts = { count: people.length, active: active.length, bound, total };
        return { ...counts, ...(next === undefined ? {} : { next }) };
      });
      const read = sum(pages.map(({ count }) => count));
      const totals = pages.map(({ total }) => total);
      // Somebody may join or leave between two pages; more than that is a list which lost rows.
      if (read < Math.min(...totals) || read > Math.max(...totals)) throw unexpected(path, 'total');
      const bound = sum(pages.map((page) => page.bound));
      return { total: read, active: bound > 0 ? bound : sum(pages.map(({ active }) => active)) };
    },

    people: () => ({
      async readPage(cursor, onAnswer) {
        const { people, total, next } = await readPeople(cursor, PEOPLE_PAGE, onAnswer);
        return { rows: people, total, next: next ? next : null };
      },
      async rowBefore(cursor) {
        const before = oneRowBefore(cursor);
        if (before === undefined) return undefined;
        try {
          const { people } = await readPeople(before, 1);
          return people.length === 1 ? people[0]?.id : undefined;
        } catch (error) {
          // The cursor does not count rows after all.
          if (error instanceof Rejected) return undefined;
          throw error;
        }
      },
    }),

    async listCategories() {
      const path = '/categories';
      const query = { limit: CATEGORIES_PAGE };
      const pages = await allPages(path, (cursor) => get(path, schema.CategoriesPage, { ...query, cursor }));
      return pages.flatMap(({ categories }) => categories);
    },
    saveCategoryCallback: (category, wanted) =>
      put(
        `/categories/${encodeURIComponent(category.id)}/callback`,
        category.etag,
        withoutTag(wanted),
        maskOf(wanted.url, category.callback?.url),
      ),
  };
}

/** The header's, unless it is weak and the body tells one: web servers add a weak ETag to whatever they send. */
function etagOf(header: string | undefined, body: string | undefined): string | undefined {
  const weak = header?.startsWith('W/') ?? false;
  return (weak ? (body ?? header) : header) || body;
}

/** Follows `next` to the end. A cursor that comes back would go round for ever. */
async function allPages<P extends { next?: string }>(
  path: string,
  readPage: (cursor: string | undefined) => Promise<P>,
): Promise<P[]> {
  const pages: P[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    pages.push(page);
    cursor = page.next === '' ? undefined : page.next;
    if (cursor !== undefined && cursors.has(cursor)) throw unexpected(path, 'next');
    if (cursor !== undefined) cursors.add(cursor);
  } while (cursor !== undefined);
  return pages;
}

/**
 * Adapters whose cursors count rows (`1000`, `c1000`) shift people when somebody comes or goes, so the row before can be asked
 * for. A cursor that names a person shifts nobody; the contract leaves the choice to the adapter.
 */
function oneRowBefore(cursor: string): string | undefined {
  const [, prefix = '', digits = ''] = /^(\D{0,8})([1-9]\d{2,7})$/.exec(cursor) ?? [];
  const count = Number(digits);
  return count > 0 && count % PEOPLE_PAGE === 0 ? `${prefix}${count - 1}` : undefined;
}

/** No key but those of the contract. Fields that are absent stay absent: it keeps the stored secret then. */
function formOf({ oaVersion, fields, secrets }: IntegrationWrite): Record<string, unknown> {
  const form: Record<string, unknown> = { oaVersion };
  for (const name of INTEGRATION_FIELDS) {
    const value = isSecretField(name) ? secrets[name] : fields[name];
    if (value !== undefined) form[name] = value;
  }
  return form;
}

/** A refusal may repeat the address, and with it what a customer keeps in its query. */
function maskOf(...urls: (string | null | undefined)[]): WriteOptions {
  return { mask: urls.flatMap((url) => (url ? hiddenParts(url) : [])) };
}

function withoutTag({ etag: _, ...extra }: Record<string, unknown>): Record<string, unknown> {
  return extra;
}

function unexpected(path: string, what: string): UnexpectedAnswer {
  return new UnexpectedAnswer({ system: 'console', method: 'GET', path }, { paths: [what] });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
