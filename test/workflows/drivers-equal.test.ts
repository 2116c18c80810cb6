import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Fault, PageFault } from '../../simulators/kernel/faults.js';
import { sessionCookies } from '../../simulators/operator.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { DriverKind } from '../../src/domain/tenant.js';
import type { Step } from '../../src/domain/steps.js';
import type { WorkOrder } from '../../src/domain/work-orders/work-order.js';
import { actsAtPages } from '../support/acts-at-pages.js';
import { chromiumPath } from '../support/chromium.js';
import { anOperator, secretsKnown, type Habits } from '../support/operator.js';
import { aRig, undoable, undoneByPages, type Rig } from '../support/rig.js';

const SHAPE = {
  categories: { legacy: 2, elsewhere: 1 },
  people: { e9: 8, e10: 8 },
  previousSecrets: true,
} satisfies Partial<TenantSpec>;

/** The consoles of the procedure: before, at and after the change of the callback page; and the public cloud. */
const CONSOLES: [string, Partial<TenantSpec>][] = [
  ['private 4.3.4', { ...SHAPE, version: '4.3.4', scope: 'departments' }],
  ['private 4.3.6', { ...SHAPE, version: '4.3.6', scopeAfterSwitch: 'cleared' }],
  ['private 5.1', { ...SHAPE, version: '5.1.0', fieldSets: 'shared' }],
  ['public cloud', { deployment: 'public' }],
];

const NAME = { name: '一样有限公司' };
/** A browser takes minutes for a private console: all of them, and all failures, only with QYS_E10_DRIVERS=all. */
const ALL = process.env['QYS_E10_DRIVERS'] === 'all';
const BY_HAND: DriverKind[] = ['api', 'manual'];
const withBrowser = (wanted: boolean): DriverKind[] =>
  wanted && chromiumPath !== undefined ? [...BY_HAND, 'browser'] : BY_HAND;
const ENTRY: Record<DriverKind, Partial<TenantSpec>> = {
  api: {},
  manual: { entry: { qiyuesuo: { driver: 'manual', api: undefined } } },
  browser: { entry: { qiyuesuo: { driver: 'browser', api: undefined } } },
};

let rig: Rig;
let browser: Promise<Browser> | undefined;
let context: BrowserContext | undefined;
afterEach(async () => {
  await context?.close();
  context = undefined;
  await rig.close();
});
afterAll(async () => (await browser)?.close());

/** Whose hands the manual driver has: a person at the console's pages, or one for whom the contract stands for them. */
type Hands = 'at pages' | 'by contract';

/** Waits for the end of what runs for this tenant, with whoever its driver needs. */
async function ended(driver: DriverKind, hands: Hands, habits: Habits = {}): Promise<Awaited<ReturnType<Rig['end']>>> {
  if (driver === 'manual')
    await (hands === 'at pages' ? await aPersonAtPages(driver) : anOperator(rig, driver)).work(habits);
  return rig.end(driver);
}

async function aPersonAtPages(name: string) {
  browser ??= chromium.launch({ executablePath: chromiumPath ?? 'none', chromiumSandbox: false });
  const simulated = rig.world.tenant(name);
  if (context === undefined) {
    context = await (await browser).newContext({ viewport: { width: 1440, height: 1400 } });
    await context.addCookies(await sessionCookies(simulated));
  }
  const acts = actsAtPages(await context.newPage(), simulated, secretsKnown(rig, name));
  return anOperator(rig, name, '张三', acts);
}

/** What the console holds, without what sets one tenant apart from another. */
function console(driver: DriverKind): unknown {
  const { at, spec } = rig.world.tenant(driver);
  const { e10 } = rig.tenant(driver);
  const names: [string | undefined, string][] = [
    [at.e9, 'E9'],
    [at.e10, 'E10'],
    [e10.tenantKey, 'TENANT-KEY'],
    [e10.appKey, 'APP-KEY'],
    [e10.corpId, 'CORP-ID'],
    [spec.id, 'TENANT'],
  ];
  const { runs, ...state } = rig.world.tenant(driver).state();
  const text = JSON.stringify({ ...state, runs: runs.length });
  const plain = names.reduce((left, [value, name]) => (value ? left.replaceAll(value, name) : left), text);
  return withoutIdentity(JSON.parse(plain));
}

/** What an undo left: by the contract exactly what was there before, by pages all but a choice that no page lets anybody unset. */
function backAgain(driver: DriverKind, before: unknown): unknown {
  return driver === 'api' ? undoable(rig, driver) : undoneByPages(rig, driver, before);
}

/** Ids and fingerprints differ from tenant to tenant; that they are there does not. */
function withoutIdentity(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIdentity);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' && /^[0-9]{15,}$/.test(value) ? 'ID' : value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [
      name,
      typeof of === 'string' && /[sS]ecret|encryptionKey/.test(name) ? 'SECRET' : withoutIdentity(of),
    ]),
  );
}

describe.each(CONSOLES)('%s', { timeout: 600_000 }, (name, shape) => {
  const drivers = withBrowser(ALL || name === 'public cloud');
  const hands: Hands = chromiumPath !== undefined && (ALL || name === 'private 4.3.6') ? 'at pages' : 'by contract';
  it('holds the same after a migration and after its rollback, whoever drove it', async () => {
    rig = await aRig(drivers.map((driver) => ({ id: driver, ...NAME, ...shape, ...ENTRY[driver] })));
    const before = new Map(drivers.map((driver) => [driver, undoable(rig, driver)]));

    if (drivers.includes('browser')) await rig.logIn('browser');
    await Promise.all(
      drivers.map(async (driver) => {
        await rig.start(driver);
        expect((await ended(driver, hands)).ending, driver).toMatch(/^migrated/);
      }),
    );
    for (const driver of drivers) expect(console(driver), driver).toEqual(console('api'));

    await Promise.all(
      drivers.map(async (driver) => {
        const begun = await rig.migrations.startRollback(rig.tenant(driver), 'changed our mind');
        expect(begun, driver).toEqual({ undo: 'under-way' });
        const { ending, result } = await ended(driver, hands);
        expect({ ending, left: result?.undo?.left }, driver).toEqual({ ending: 'rolled-back', left: [] });
      }),
    );
    for (const driver of drivers) {
      expect(backAgain(driver, before.get(driver)), driver).toEqual(before.get(driver));
    }
  });
});

/** A person who does these rows of an order first, if they are in it, and rejects it as soon as what is left has one of those. */
interface Refusal {
  rejects: RegExp;
  after?: RegExp;
  /** Does all of it first, and tells nothing of that. */
  done?: true;
}

type Struck = Omit<Fault | PageFault, 'tenant'>;

/** How a step fails for good: by a console that refuses, or by a person who does. */
interface Failing {
  step: Step;
  what: string;
  /** The cheaper ones: all of them only with QYS_E10_DRIVERS=all. */
  always?: true;
  shape?: Partial<TenantSpec>;
  failures: { api: Struck; manual: Refusal; browser: Struck };
  /** People and pages do switch, form and callback on one trip, so that it is the first step that fails. */
  onOneTrip?: DriverKind[];
}

const API = { system: 'console', kind: 'error-before', times: Infinity } as const;
const PAGE = { system: 'console', kind: 'refused', times: Infinity } as const;
const SAVE = '/web/api/integration/save';

/** Each step that writes, and each of its writes. */
const FAILURES: Failing[] = [
  {
    step: 'switch-mode',
    what: 'its only write',
    always: true,
    failures: {
      api: { ...API, method: 'PUT', path: '/integration/oa-version' },
      manual: { rejects: /^integration\.oaVersion$/ },
      browser: { ...PAGE, path: SAVE },
    },
  },
  {
    step: 'configure',
    what: 'with the switch stored',
    shape: { web: { switchStores: 'on-confirm' } },
    failures: {
      api: { ...API, method: 'PUT', path: '/integration' },
      manual: { after: /^(before:|integration\.oaVersion$)/, rejects: /^integration\./ },
      browser: { ...PAGE, path: SAVE },
    },
    onOneTrip: ['manual', 'browser'],
  },
  {
    step: 'configure',
    what: 'with the form filled in',
    shape: { fieldSets: 'shared', scope: 'departments', scopeAfterSwitch: 'cleared' },
    failures: {
      api: { ...API, method: 'PUT', path: '/integration' },
      manual: { rejects: /^integration\./, done: true },
      browser: { ...PAGE, kind: 'drops-field', field: 'teamCode', path: SAVE, times: 1 },
    },
    onOneTrip: ['manual', 'browser'],
  },
  {
    step: 'callback',
    what: 'its only write',
    failures: {
      api: { ...API, method: 'PUT', path: '/callback' },
      manual: { rejects: /^callback\./ },
      browser: { ...PAGE, path: '/web/api/callback/save' },
    },
    onOneTrip: ['manual'],
  },
  {
    step: 'sync-people',
    what: 'its settings',
    shape: { scope: 'departments', scopeAfterSwitch: 'cleared' },
    // The undo saves them as well.
    failures: {
      api: { ...API, method: 'PUT', path: '/people-sync', times: 3 },
      manual: { rejects: /^people-sync\.scope$/ },
      browser: { ...PAGE, path: '/web/api/people-sync/save', times: 1 },
    },
  },
  {
    step: 'sync-people',
    what: 'its run',
    always: true,
    failures: {
      api: { ...API, method: 'POST', path: '/people-sync/runs' },
      manual: { rejects: /^people-sync\.run$/ },
      browser: { ...PAGE, path: '/web/api/people-sync/run' },
    },
  },
  {
    step: 'rewrite-categories',
    what: 'the second of them',
    always: true,
    failures: {
      api: { ...API, method: 'PUT', path: /categories/, after: 1, times: 3 },
      manual: { rejects: /^category:/ },
      browser: { ...PAGE, path: '/signing/api/categories/save', after: 1, times: 1 },
    },
  },
  {
    step: 'switch-mode',
    what: 'of the public cloud',
    shape: { deployment: 'public' },
    failures: {
      api: { ...API, method: 'PUT', path: '/integration/oa-version' },
      manual: { rejects: /^integration\./ },
      browser: { ...PAGE, path: SAVE },
    },
  },
  {
    step: 'configure',
    what: 'of the public cloud',
    shape: { deployment: 'public' },
    failures: {
      api: { ...API, method: 'PUT', path: '/integration' },
      manual: { rejects: /^integration\./ },
      browser: { ...PAGE, path: SAVE },
    },
    onOneTrip: ['manual', 'browser'],
  },
  {
    step: 'configure',
    what: 'of the public cloud, filled in',
    shape: { deployment: 'public' },
    failures: {
      api: { ...API, method: 'PUT', path: '/integration' },
      manual: { rejects: /^integration\./, done: true },
      browser: { ...PAGE, kind: 'drops-field', field: 'teamCode', path: SAVE, times: 1 },
    },
    onOneTrip: ['manual', 'browser'],
  },
];

/** Rejects one order, and does all others. */
function refusing({ rejects, after, done }: Refusal): Habits {
  let refused = false;
  const left = ({ tasks, undo }: WorkOrder, which: RegExp | undefined): boolean =>
    !undo && tasks.some(({ field, do: what, done }) => what !== 'read' && !done && which?.test(field));
  function reason(order: WorkOrder): string | undefined {
    if (refused || !left(order, rejects) || left(order, after)) return undefined;
    refused = true;
    return 'not tonight';
  }
  return {
    instead(order) {
      const why = done ? undefined : reason(order);
      return why === undefined ? undefined : { do: 'reject', reason: why };
    },
    refuses: (order) => (done ? reason(order) : undefined),
    rows: (order) =>
      left(order, after) && left(order, rejects)
        ? order.tasks.flatMap(({ field }) => (after?.test(field) ? [field] : []))
        : undefined,
  };
}

/** Each failure at a private console of the usual version, and with QYS_E10_DRIVERS=all at each of them. */
const AT_CONSOLES = FAILURES.filter(({ always }) => ALL || always).flatMap((failing) => {
  const isPublic = failing.shape?.deployment === 'public';
  const consoles = CONSOLES.filter(([, { deployment }]) => (deployment === 'public') === isPublic);
  return (ALL ? consoles : [['', {}] as const]).map(([at, shape]) => ({
    ...failing,
    at,
    shape: { ...shape, ...failing.shape },
  }));
});

describe('a failure is undone with the same proof, whoever drove it', { timeout: 600_000 }, () => {
  it.each(AT_CONSOLES)('in $step: $what $at', async (failing) => {
    const { step, shape, failures, onOneTrip = [] } = failing;
    const drivers = withBrowser(ALL);
    const hands: Hands = ALL && chromiumPath !== undefined ? 'at pages' : 'by contract';
    rig = await aRig(drivers.map((driver) => ({ id: driver, ...SHAPE, ...shape, ...ENTRY[driver] })));
    for (const driver of drivers) {
      const before = undoable(rig, driver);
      if (driver !== 'manual') rig.world.fault({ ...failures[driver], tenant: driver });
      if (driver === 'browser') await rig.logIn(driver);
      await rig.start(driver);
      const { ending, result } = await ended(driver, hands, driver === 'manual' ? refusing(failures.manual) : {});
      const failedStep = onOneTrip.includes(driver) ? 'switch-mode' : step;
      expect({ ending, step: result?.failedStep }, driver).toEqual({ ending: 'rolled-back', step: failedStep });
      expect(result?.undo, driver).toMatchObject({ left: [], foreign: [] });
      expect(backAgain(driver, before), driver).toEqual(before);
    }
  });
});
