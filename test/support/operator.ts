import { createHash } from 'node:crypto';
import { DOCUMENTED_ENCRYPTION_KEY } from '../../src/domain/wanted.js';
import type { SecretField, SecretRef } from '../../src/domain/tenant.js';
import { EMPTY } from '../../src/domain/work-orders/answers.js';
import { isOpen, type OrderAction, type OrderTask, type WorkOrder } from '../../src/domain/work-orders/work-order.js';
import { until, type Rig } from './rig.js';

type Json = Record<string, unknown>;
interface Unit {
  id: string;
  name: string;
}
interface Category extends Unit {
  callback: { url: string } | null;
  etag: string;
}
interface Run {
  runId: string;
  state: string;
  total?: number;
  done?: number;
}

/** What an operator may do besides what the order says. */
export interface Habits {
  /** Answers with this instead of doing the order; undefined: does it. */
  instead?(order: WorkOrder): Partial<OrderAction> | undefined;
  /** Does the order, and rejects it all the same, with this reason; undefined: tells that it is done. */
  refuses?(order: WorkOrder): string | undefined;
  /** After a task at the console was done, before it is told. */
  afterwards?(order: WorkOrder): void;
  /** Whether an answer may come too late. */
  late?(): boolean;
  /** Does and confirms only these rows; undefined: all. */
  rows?(order: WorkOrder): string[] | undefined;
}

/** Does at the console what an order says, and answers what the pages show, by field. */
export type Acts = (order: WorkOrder) => Promise<Record<string, string>>;

/** What a person knows of a tenant's secrets. */
export interface Secrets {
  valueOf(field: SecretField, word: string): string | undefined;
  /** The word for what a page shows. */
  wordOf(field: SecretField, shown: string): string;
}

/** Those that the batch file has. */
export function secretsKnown(rig: Rig, name: string): Secrets {
  const tenant = rig.tenant(name);
  const { env } = rig.world.tenant(name);
  function valueOf(field: SecretField, word: string): string | undefined {
    const ref: SecretRef | undefined =
      word === 'previous'
        ? tenant.qiyuesuo.previous[field]
        : field === 'encryptionKey'
          ? tenant.encryptionKey
          : tenant.e10.appSecret;
    if (!ref) return word === 'wanted' && field === 'encryptionKey' ? DOCUMENTED_ENCRYPTION_KEY : undefined;
    return 'env' in ref ? env[ref.env] : undefined;
  }
  return {
    valueOf,
    wordOf: (field, shown) =>
      shown === '' ? 'empty' : (['wanted', 'previous'].find((word) => valueOf(field, word) === shown) ?? 'other'),
  };
}

/** Whose hands and eyes are the contract of the console: for what is not about its pages. */
function actsByContract(rig: Rig, name: string): Acts {
  const { id } = rig.tenant(name);
  const simulated = rig.world.tenant(name);
  const { valueOf: secret } = secretsKnown(rig, name);
  const address = `${simulated.at.console}/console/v1`;
  const token = Object.entries(simulated.env).find(([name]) => name.endsWith('CONSOLE_TOKEN'))?.[1] ?? '';
  let runId = '';
  /** What the form showed right after the switch, when last there: nobody can read that again. */
  let noted: Record<string, string> = {};

  async function call(method: string, path: string, body?: Json, headers: Record<string, string> = {}): Promise<Json> {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    const json = text === '' ? {} : (JSON.parse(text) as Json);
    return { ...json, etag: response.headers.get('etag') ?? json['etag'] };
  }

  async function save(path: string, to: string, change: (page: Json) => Json): Promise<void> {
    const { etag, ...page } = await call('GET', path);
    await call('PUT', to, change(page), { 'If-Match': String(etag) });
  }

  async function all<T>(path: string, key: string): Promise<T[]> {
    const found: T[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Json = await call('GET', `${path}?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
      found.push(...(page[key] as T[]));
      cursor = page['next'] as string | undefined;
    }
    return found;
  }

  function secretWord(field: SecretField, shown: string | undefined): string {
    if (shown === undefined) return 'empty';
    const words = ['wanted', 'previous'].filter((word) => {
      const value = secret(field, word);
      return value !== undefined && createHash('sha256').update(value).digest('hex').startsWith(shown);
    });
    return words[0] ?? 'other';
  }

  async function unitNames(ids: readonly string[]): Promise<string> {
    const units = new Map((await all<Unit>('/people-sync/organisation', 'units')).map((unit) => [unit.id, unit.name]));
    return ids.map((unit) => units.get(unit) ?? unit).join(', ');
  }

  async function read(field: string): Promise<string> {
    const [page, name = ''] = field.split(/[.:](.*)/);
    if (page === 'integration') {
      const shown = (await call('GET', '/integration'))[name];
      if (name === 'encryptionKey' || name === 'appSecret') return secretWord(name, shown as string | undefined);
      return textOf(shown);
    }
    if (page === 'callback') return textOf((await call('GET', '/callback'))[name]);
    if (field === 'categories') {
      const categories = await all<Category>('/categories', 'categories');
      return categories.flatMap(({ name: of, callback }) => (callback ? [`${of} = ${callback.url}`] : [])).join('\n');
    }
    switch (name) {
      case 'people':
        return String(
          (await all<{ state: string }>('/people', 'people')).filter(({ state }) => state === 'active').length,
        );
      case 'tree':
        return (await all<Unit>('/people-sync/organisation', 'units')).map((unit) => unit.name).join(', ');
      case 'scope':
        return unitNames((await call('GET', '/people-sync'))['scope'] as string[]);
      case 'result':
        await until('the sync ends', async () => ['succeeded', 'failed'].includes((await run()).state));
        return (await run()).state;
      case 'synchronised':
        return textOf((await run()).total ?? (await run()).done);
      default:
        return textOf((await call('GET', '/people-sync'))[name]);
    }
  }

  const run = async (): Promise<Run> => (await call('GET', `/people-sync/runs/${runId}`)) as unknown as Run;

  async function set(tasks: readonly OrderTask[]): Promise<void> {
    const of = (page: string): Record<string, string> =>
      Object.fromEntries(
        tasks.flatMap(({ field, value, secret: which }) => {
          const [, name = ''] = field.split(/[.:](.*)/);
          if (!field.startsWith(page)) return [];
          const typed = which ? (which.word === 'empty' ? '' : secret(name as SecretField, which.word)) : value;
          return [[name, typed ?? '']];
        }),
      );
    const { oaVersion, ...form } = of('integration.');
    if (oaVersion !== undefined) await save('/integration', '/integration/oa-version', () => ({ oaVersion }));
    if (Object.keys(form).length > 0) {
      await save('/integration', '/integration', (page) => {
        const { deployment: _, productVersion: _version, encryptionKey: _key, appSecret: _secret, ...plain } = page;
        return {
          ...plain,
          ...form,
          ...(form['singleSignOn'] ? { singleSignOn: form['singleSignOn'] === 'true' } : {}),
        };
      });
    }
    const callback = of('callback.');
    if (Object.keys(callback).length > 0) {
      await save('/callback', '/callback', (page) => ({
        ...page,
        ...callback,
        url: callback['url'] === '' ? null : (callback['url'] ?? page['url']),
      }));
    }
    const people = of('people-sync.');
    if (Object.keys(people).length > 0) {
      const units = await all<Unit>('/people-sync/organisation', 'units');
      await save('/people-sync', '/people-sync', (page) => ({
        ...page,
        ...(people['enabled'] === undefined ? {} : { enabled: people['enabled'] === 'true' }),
        ...(people['schedule'] === undefined ? {} : { schedule: people['schedule'] }),
        ...(people['scope'] === undefined
          ? {}
          : { scope: people['scope'].split(', ').map((unit) => units.find((one) => one.name === unit)?.id) }),
      }));
    }
    for (const [category, url] of Object.entries(of('category:'))) {
      const found = (await all<Category>('/categories', 'categories')).find((one) => one.name === category);
      if (!found?.callback) throw new Error(`no category ${category}`);
      const old = new URL(found.callback.url);
      const body = { ...found.callback, url: `${url}${old.search}` };
      await call('PUT', `/categories/${found.id}/callback`, body, { 'If-Match': found.etag });
    }
  }

  return async (order) => {
    const values: Record<string, string> = {};
    const sets = order.tasks.filter((task) => task.do === 'set' && !task.done);
    const isSwitch = ({ field }: OrderTask): boolean => field === 'integration.oaVersion';
    const isOfForm = ({ field }: OrderTask): boolean => field.startsWith('integration.');
    await set(sets.filter(isSwitch));
    const before = order.tasks.filter((task) => task.field.startsWith('before:'));
    const isOnTheWay = sets.some(isOfForm);
    for (const { field } of before) {
      values[field] = (isOnTheWay ? await read(field.replace('before:', '')) : noted[field]) || EMPTY;
    }
    if (isOnTheWay) noted = { ...values };
    await set(sets.filter((task) => !isSwitch(task)));
    if (order.tasks.some((task) => task.do === 'start' && !task.done)) {
      const begun = await call('POST', '/people-sync/runs', {}, { 'Idempotency-Key': `${id}-${order.number}` });
      runId = textOf(begun['runId']);
    }
    for (const { field, do: what, done: before } of order.tasks) {
      if (what === 'read' && !before) values[field] ??= (await read(field)) || EMPTY;
    }
    return values;
  };
}

/**
 * A person at the console of one tenant: sees open orders, does what they say, and tells what the pages show. Knows nothing of the
 * engine.
 */
export function anOperator(rig: Rig, name: string, by = '张三', acts: Acts = actsByContract(rig, name)) {
  const { id } = rig.tenant(name);
  const done: WorkOrder[] = [];

  async function act(order: WorkOrder): Promise<OrderAction> {
    return { number: order.number, by, do: 'confirm', values: await acts(order), note: 'as the order says' };
  }

  async function next(habits: Habits = {}): Promise<boolean> {
    let order: WorkOrder | undefined;
    await until(
      `${name} has an order or ends`,
      async () => {
        const listed = (await rig.migrations.openOrders()).find(({ tenantId }) => tenantId === id)?.order;
        if (!listed) return (await rig.migrations.tenantEnd(id)) !== undefined;
        // Lists lag behind: a person would see an order that was answered a moment ago.
        const now = (await rig.migrations.tenantStatus(id))?.orders.find(({ number }) => number === listed.number);
        order = now && isOpen(now) ? now : undefined;
        return order !== undefined;
      },
      30_000,
    );
    if (!order) return false;
    const other = habits.instead?.(order);
    const rows = habits.rows?.(order);
    const mine = rows ? { ...order, tasks: order.tasks.filter(({ field }) => rows.includes(field)) } : order;
    const reason = habits.refuses?.(order);
    const told = other ? ({ number: order.number, by, ...other } as OrderAction) : await act(mine);
    const action = reason === undefined ? told : ({ number: order.number, by, do: 'reject', reason } as const);
    habits.afterwards?.(order);
    try {
      await rig.migrations.tellOrder(id, rows && action.do === 'confirm' ? { ...action, rows } : action);
      done.push(order);
    } catch (error) {
      if (!habits.late?.()) throw error;
    }
    return true;
  }

  return {
    /** The orders that were answered, in their order. */
    done,
    /** Answers the order that is open now, or opens next; false where the tenant has ended. */
    next,
    /** Works until the tenant has ended. */
    async work(habits: Habits = {}): Promise<void> {
      while (await next(habits));
    },
    act,
  };
}

/** What a person reads aloud. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}
