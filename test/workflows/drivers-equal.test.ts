import { afterEach, describe, expect, it } from 'vitest';
import type { Fault, PageFault } from '../../simulators/kernel/faults.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { DriverKind } from '../../src/domain/tenant.js';
import type { Step } from '../../src/domain/steps.js';
import { chromiumPath } from '../support/chromium.js';
import { anOperator, type Habits } from '../support/operator.js';
import { aRig, undoable, undoneByPages, until, type Rig } from '../support/rig.js';

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
afterEach(() => rig.close());

/** Waits for the end of what runs for this tenant, with whoever its driver needs. */
async function ended(driver: DriverKind, habits: Habits = {}): Promise<Awaited<ReturnType<Rig['end']>>> {
  if (driver === 'manual') await anOperator(rig, driver).work(habits);
  return rig.end(driver);
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

describe.each(CONSOLES)('%s', { timeout: 600_000, retry: 2 }, (name, shape) => {
  const drivers = withBrowser(ALL || name === 'public cloud');
  it('holds the same after a migration and after its rollback, whoever drove it', async () => {
    rig = await aRig(drivers.map((driver) => ({ id: driver, ...NAME, ...shape, ...ENTRY[driver] })));
    const before = new Map(drivers.map((driver) => [driver, undoable(rig, driver)]));

    if (drivers.includes('browser')) await rig.logIn('browser');
    await Promise.all(
      drivers.map(async (driver) => {
        await rig.start(driver);
        expect((await ended(driver)).ending, driver).toMatch(/^migrated/);
      }),
    );
    for (const driver of drivers) expect(console(driver), driver).toEqual(console('api'));

    await Promise.all(
      drivers.map(async (driver) => {
        // A run that ended a moment ago may still be taken for the newest.
        const begins = async () =>
          (await rig.migrations.startRollback(rig.tenant(driver), 'changed our mind')).undo === 'under-way';
        await until(`${driver} begins to be undone`, begins);
        const { ending, result } = await ended(driver);
        expect({ ending, left: result?.undo?.left }, driver).toEqual({ ending: 'rolled-back', left: [] });
      }),
    );
    for (const driver of drivers) {
      expect(backAgain(driver, before.get(driver)), driver).toEqual(before.get(driver));
    }
  });
});

type Failure = Omit<Fault | PageFault, 'tenant'> | ((fields: string[]) => boolean);

const API = { system: 'console', kind: 'error-before', times: Infinity } as const;
const PAGE = { system: 'console', kind: 'refused', times: Infinity } as const;

/** How a step fails for good: by a console that refuses, or by a person who does. */
const FAILURES: [Step, Record<DriverKind, Failure>][] = [
  [
    'switch-mode',
    {
      api: { ...API, method: 'PUT', path: '/integration/oa-version' },
      manual: (fields) => fields.includes('integration.oaVersion'),
      browser: { ...PAGE, path: '/web/api/integration/save' },
    },
  ],
  [
    'sync-people',
    {
      api: { ...API, method: 'POST', path: '/people-sync/runs' },
      manual: (fields) => fields.includes('people-sync.run'),
      browser: { ...PAGE, path: '/web/api/people-sync/run' },
    },
  ],
  [
    'rewrite-categories',
    {
      api: { ...API, method: 'PUT', path: /categories/, after: 1, times: 3 },
      manual: (fields) => fields.some((field) => field.startsWith('category:')),
      browser: { ...PAGE, path: '/signing/api/categories/save', after: 1, times: 1 },
    },
  ],
];

it.each(FAILURES)(
  'a failure in %s is undone with the same proof, whoever drove it',
  { timeout: 600_000 },
  async (step, failures) => {
    const drivers = withBrowser(ALL);
    rig = await aRig(drivers.map((driver) => ({ id: driver, ...SHAPE, ...ENTRY[driver] })));
    for (const driver of drivers) {
      const before = undoable(rig, driver);
      const failure = failures[driver];
      if (typeof failure !== 'function') rig.world.fault({ ...failure, tenant: driver });
      if (driver === 'browser') await rig.logIn(driver);
      await rig.start(driver);
      let refused = false;
      const { ending, result } = await ended(driver, {
        instead: ({ tasks, undo }) => {
          const fields = tasks.filter(({ do: what }) => what !== 'read').map(({ field }) => field);
          if (refused || undo || typeof failure !== 'function' || !failure(fields)) return undefined;
          refused = true;
          return { do: 'reject', reason: 'not tonight' };
        },
      });
      expect({ ending, step: result?.failedStep }, driver).toEqual({ ending: 'rolled-back', step });
      expect(result?.undo, driver).toMatchObject({ left: [], foreign: [] });
      expect(backAgain(driver, before), driver).toEqual(before);
    }
  },
);
