import { createHash } from 'node:crypto';
import type { Category, CategoryCallback } from '../../../domain/settings.js';
import { locate, type LookAsk, type LookSeen, type TableAsk } from './engine.js';
import { askFor, fill, readBack, refuseMisfits, restFor, save, type Form } from './form.js';
import type { CategoriesPage } from './page-map.js';
import { fieldsFor, plain, readingsOf } from './reading.js';
import type { Screen, Sight } from './screen.js';
import type { Trip } from './trip.js';
import { pageTrouble } from './trouble.js';
import { clickEntry, failed, walkTo } from './walk.js';

const NAME = 'categories';
const MOST_PAGES = 500;

/** 业务分类 (用印流程): a list with pages, and the callback address of each behind a row. */
export interface CategoriesOperations {
  /** `only`: no other row is opened for its address, nor listed. */
  list(trip: Trip, only?: ReadonlySet<string>): Promise<Category[]>;
  save(trip: Trip, category: Category, wanted: CategoryCallback): Promise<void>;
}

interface Row {
  id: string;
  name: string;
  company?: string;
  state: Category['state'];
  /** Where a column shows the address itself. */
  url?: string;
  /** Among the rows of its page of the list. */
  index: number;
}

export function createCategories(page: CategoriesPage): CategoriesOperations {
  const { list } = page;
  const table: TableAsk = {
    row: list.row,
    more: {
      ...(list.company ? { company: list.company } : {}),
      ...(list.state ? { state: list.state } : {}),
      ...(list.url ? { url: list.url } : {}),
    },
    next: list.next,
    ...(list.total === undefined ? {} : { total: list.total }),
  };
  const fields = fieldsFor(page.fields, undefined);
  const form: LookAsk = askFor(fields);
  const rest = restFor(page, fields);

  async function openList(trip: Trip): Promise<{ screen: Screen; sight: Sight }> {
    const ready = (sight: Sight): boolean => (sight.table?.rows.length ?? 0) > 0 || sight.total === 0;
    const opened = await walkTo(trip, NAME, page, { ask: { table }, until: ready });
    opened.screen.phase = 'check';
    if (opened.sight.table === null) {
      const error = opened.screen.trouble('label-missing', { fields: list.row });
      await failed(trip, opened.screen, NAME, page, error);
      throw error;
    }
    return opened;
  }

  /** From page to page of the list; `visit` ends it by answering something. */
  async function walkRows<T>(
    screen: Screen,
    first: Sight,
    visit: (rows: Row[], sight: Sight) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    let sight = first;
    const seen = new Set<string>();
    for (let at = 0; at < MOST_PAGES; at++) {
      const rows = rowsOf(sight.table, page.disabled);
      const found = await visit(rows, sight);
      if (found !== undefined) return found;
      rows.forEach(({ id }) => seen.add(id));
      if (sight.table?.next !== 'enabled') return undefined;
      const before = JSON.stringify(sight.table.rows);
      await screen.click(sight.frame, { what: 'next-page', texts: list.next }, 'rows-missing', list.next.join(' / '));
      sight = await screen.settle({ table }, { until: (now) => JSON.stringify(now.table?.rows) !== before });
      if (JSON.stringify(sight.table?.rows) === before) throw screen.trouble('rows-missing', { fields: list.next });
    }
    throw screen.trouble('rows-missing', { text: `more than ${MOST_PAGES} pages` });
  }

  /** Every row once, and as many as the list itself counts. */
  async function allRows(trip: Trip): Promise<Row[]> {
    const { screen, sight } = await openList(trip);
    try {
      const found = new Map<string, Row>();
      await walkRows(screen, sight, async (rows) => {
        for (const row of rows) {
          if (found.has(row.id)) throw screen.trouble('row-ambiguous', { fields: [row.id] });
          found.set(row.id, row);
        }
        return undefined;
      });
      const total = sight.total ?? found.size;
      if (total !== found.size) throw screen.trouble('rows-missing', { text: `${found.size} of ${total}` });
      return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    } catch (error) {
      await failed(trip, screen, NAME, page, error);
      throw error;
    } finally {
      await screen.close();
    }
  }

  /** Opens the form of a row of the page of the list that stands there. */
  async function openRow(screen: Screen, row: Row, { frame }: Sight): Promise<Form> {
    const ask = { what: 'row-button', row: list.row, more: table.more, index: row.index, open: list.open } as const;
    await screen.click(frame, ask, 'row-ambiguous', row.id);
    const arrived = { until: rest.until, restMs: rest.restMs };
    let sight = await screen.settle(
      { ...form, ...(list.then ? { entries: { then: { texts: list.then } } } : {}) },
      {
        ...arrived,
        until: (now) => rest.until(now) || now.entries['then']?.count === 1,
      },
    );
    if (list.then && !rest.until(sight)) {
      await clickEntry(screen, list.then);
      sight = await screen.settle(form, arrived);
    }
    refuseMisfits(screen, fields, sight);
    return { name: NAME, page, screen, sight, fields, readings: readingsOf(fields, sight.fields) };
  }

  /** Closes the form of a row in the page's own way. Undefined where the list does not come back as it was. */
  async function leaveRow(screen: Screen, list: Sight): Promise<Sight | undefined> {
    for (const frame of screen.page.frames()) {
      const button = locate(frame, { what: 'button', texts: ['取消', '关闭', '返回'] });
      if ((await button.count().catch(() => 0)) === 1) {
        await button.click({ timeout: 3_000 }).catch(() => undefined);
        break;
      }
    }
    const isBack = (now: Sight): boolean => now.table !== null && !rest.until(now) && same(now, list);
    const back = await screen.settle({ table, ...form }, { until: isBack, hurry: true, patienceMs: 3_000 });
    return isBack(back) ? back : undefined;
  }

  /** The addresses behind the rows that stand in one list, as long as it comes back as it was after each. */
  async function addressesOf(trip: Trip, wanted: ReadonlySet<string>): Promise<Map<string, string>> {
    const { screen, sight } = await openList(trip);
    const found = new Map<string, string>();
    try {
      await walkRows(screen, sight, async (rows, first) => {
        let now = first;
        for (const row of rows.filter(({ id }) => wanted.has(id))) {
          const { readings } = await openRow(screen, row, now);
          found.set(row.id, String(readings['url'] ?? ''));
          const back = await leaveRow(screen, first);
          if (!back) return true;
          now = back;
        }
        return undefined;
      });
      return found;
    } catch (error) {
      await failed(trip, screen, NAME, page, error);
      throw error;
    } finally {
      await screen.close();
    }
  }

  async function findRow(trip: Trip, id: string): Promise<Form> {
    const { screen, sight } = await openList(trip);
    try {
      const found = await walkRows(screen, sight, async (rows, now) => {
        const fitting = rows.filter((row) => row.id === id);
        const [row] = fitting;
        if (row === undefined) return undefined;
        if (fitting.length > 1) throw screen.trouble('row-ambiguous', { fields: [id] });
        return openRow(screen, row, now);
      });
      if (found) return found;
      throw screen.trouble('changed-meanwhile', { text: `${id} is not in the list` });
    } catch (error) {
      await failed(trip, screen, NAME, page, error);
      throw error;
    }
  }

  return {
    async list(trip, only) {
      const rows = (await allRows(trip)).filter(({ id }) => only?.has(id) ?? true);
      if (rows.every(({ url }) => url !== undefined)) return rows.map((row) => categoryOf(row, row.url ?? null));
      // The list does not show the addresses: each is behind its row.
      const missing = new Set(rows.map(({ id }) => id));
      const found = new Map<string, string>();
      while (missing.size > 0) {
        const some = await addressesOf(trip, missing);
        if (some.size === 0)
          throw pageTrouble('row-ambiguous', { page: NAME, phase: 'check', fields: [...missing].slice(0, 3) });
        for (const [id, url] of some) {
          found.set(id, url);
          missing.delete(id);
        }
      }
      return rows.map((row) => categoryOf(row, found.get(row.id) ?? null));
    },
    async save(trip, category, wanted) {
      const opened = await findRow(trip, category.id);
      const { screen } = opened;
      const now = typeof opened.readings['url'] === 'string' ? opened.readings['url'] : '';
      if (now !== (category.callback?.url ?? '')) throw screen.trouble('changed-meanwhile', { fields: ['url'] });
      await trip.picture(screen, NAME, page, 'before');
      const before = opened.readings;
      const readings = await fill(trip, opened, { url: wanted.url });
      const said = await save(trip, opened);
      await screen.close();
      if (said.kind === 'login') throw screen.trouble('needs-login');
      await readBack(trip, opened, { before, wanted: readings, said, sides: true }, (again) =>
        findRow(again, category.id),
      );
    },
  };
}

function same(one: Sight, other: Sight): boolean {
  return JSON.stringify(one.table?.rows) === JSON.stringify(other.table?.rows);
}

function categoryOf({ id, name, company, state }: Row, url: string | null): Category {
  const callback = url === null || url === '' ? null : { url };
  const etag = createHash('sha256')
    .update(JSON.stringify([id, state, callback]), 'utf8')
    .digest('hex')
    .slice(0, 16);
  return { id, name, ...(company === undefined ? {} : { company }), state, callback, etag };
}

/** A category is known by its name, and by its company where the list shows one. */
function rowsOf(table: LookSeen['table'], disabled: readonly string[]): Row[] {
  return (table?.rows ?? []).map(({ name, more }, index) => {
    const company = more['company'] ?? undefined;
    const isDisabled = disabled.some((word) => plain(more['state'] ?? '') === plain(word));
    return {
      id: company ? `${name}（${company}）` : name,
      name,
      ...(company ? { company } : {}),
      state: isDisabled ? 'disabled' : 'enabled',
      // Null: the list has no such column after all.
      ...(typeof more['url'] === 'string' ? { url: more['url'] } : {}),
      index,
    };
  });
}
