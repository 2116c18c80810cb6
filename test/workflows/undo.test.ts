import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../simulators/kernel/faults.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import type { Step } from '../../src/domain/steps.js';
import { aRig, undoable, until, type Rig } from '../support/rig.js';

const SHAPE = {
  categories: { legacy: 4, otherOldHost: 1, none: 1 },
  people: { e9: 12, e10: 12 },
} satisfies Partial<TenantSpec>;
const CONSOLE = { system: 'console', times: Infinity } as const;

/** Read by snapshot and people sync, and once more by verify. */
const TREE = { system: 'console', method: 'GET', path: '/people-sync/organisation', after: 2 } as const;

/** A failure that never ends, at each place of the procedure. */
const FAILURES: [string, Step, Omit<Fault, 'tenant'>, string][] = [
  ['preflight', 'preflight', { system: 'e10', path: /queryOrg/, kind: 'error-before', times: Infinity }, 'blocked'],
  ['snapshot', 'snapshot', { ...CONSOLE, method: 'GET', path: '/categories', kind: 'error-before' }, 'blocked'],
  [
    'switch-mode',
    'switch-mode',
    { ...CONSOLE, method: 'PUT', path: '/integration/oa-version', kind: 'error-before' },
    'rolled-back',
  ],
  ['configure', 'configure', { ...CONSOLE, method: 'PUT', path: '/integration', kind: 'error-before' }, 'rolled-back'],
  ['callback', 'callback', { ...CONSOLE, method: 'PUT', path: '/callback', kind: 'error-before' }, 'rolled-back'],
  [
    'sync-people (settings)',
    'sync-people',
    { ...CONSOLE, method: 'PUT', path: '/people-sync', kind: 'error-before', times: 3 },
    'rolled-back',
  ],
  [
    'sync-people (start)',
    'sync-people',
    { ...CONSOLE, method: 'POST', path: '/people-sync/runs', kind: 'error-before' },
    'rolled-back',
  ],
  [
    'rewrite-categories',
    'rewrite-categories',
    { ...CONSOLE, method: 'PUT', path: /categories/, kind: 'error-before', after: 2, times: 3 },
    'rolled-back',
  ],
  ['verify', 'verify', { ...TREE, kind: 'error-before', times: Infinity }, 'rolled-back'],
];

describe('a failure at each step', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig(
      FAILURES.flatMap((_, index) => [
        { ...SHAPE, id: `private-${index}`, scopeAfterSwitch: index % 2 ? 'cleared' : 'kept', scope: 'departments' },
      ]),
    );
  });
  afterAll(() => rig.close());

  it.each(FAILURES.map((failure, index) => [...failure, index] as const))(
    '%s: undone, with proof',
    async (_name, step, fault, outcome, index) => {
      const id = `private-${index}`;
      const before = undoable(rig, id);
      rig.world.fault({ ...fault, tenant: id });

      const end = await rig.migrate(id);

      expect(end).toMatchObject({ ending: outcome, result: { failedStep: step } });
      expect(end.reason).not.toBe('');
      expect(undoable(rig, id)).toEqual(before);
      if (outcome === 'rolled-back') {
        expect(end.result?.undo).toMatchObject({ left: [], foreign: [] });
        expect(end.result?.undo?.total).toBeGreaterThan(15);
      }
    },
  );
});

/** Where a cancel strikes: the call is held, so that the step is surely under way. */
const CANCELS: [Step, Omit<Fault, 'tenant'>][] = [
  ['preflight', { system: 'e10', path: /queryOrg/, kind: 'latency', ms: 1_500 }],
  ['snapshot', { system: 'console', method: 'GET', path: '/categories', kind: 'latency', ms: 1_500 }],
  ['switch-mode', { system: 'console', method: 'PUT', path: '/integration/oa-version', kind: 'latency', ms: 1_500 }],
  ['configure', { system: 'console', method: 'PUT', path: '/integration', kind: 'latency', ms: 1_500 }],
  ['callback', { system: 'console', method: 'PUT', path: '/callback', kind: 'latency', ms: 1_500 }],
  ['sync-people', { system: 'console', method: 'PUT', path: '/people-sync', kind: 'latency', ms: 1_500 }],
  [
    'rewrite-categories',
    { system: 'console', method: 'PUT', path: /categories/, kind: 'latency', ms: 1_500, after: 1 },
  ],
  ['verify', { ...TREE, kind: 'latency', ms: 1_500 }],
];

describe('a cancel at each step', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig(CANCELS.map(([step]) => ({ ...SHAPE, id: `cancel-${step}` })));
  });
  afterAll(() => rig.close());

  it.each(CANCELS)('%s: undone, and the run is cancelled', async (step, fault) => {
    const id = `cancel-${step}`;
    const before = undoable(rig, id);
    rig.world.fault({ ...fault, tenant: id });
    await rig.start(id);
    const { id: tenantId } = rig.tenant(id);
    await until(`${step} is under way`, async () => (await rig.migrations.tenantStatus(tenantId))?.step === step);

    await rig.client.workflow.getHandle(tenantWorkflowId(tenantId)).cancel();
    const end = await rig.end(id);

    expect(end.ending).toBe('cancelled');
    expect(end.reason).not.toBe('');
    expect(undoable(rig, id)).toEqual(before);
  });
});

describe('the public cloud', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig(['mode', 'fields'].map((id) => ({ id, deployment: 'public' as const })));
  });
  afterAll(() => rig.close());

  it.each([
    ['mode', '/integration/oa-version', 'switch-mode'],
    ['fields', '/integration', 'configure'],
  ] as const)('a failure at %s is undone', async (id, path, failedStep) => {
    const before = undoable(rig, id);
    rig.world.fault({ tenant: id, system: 'console', method: 'PUT', path, kind: 'error-before', times: Infinity });

    expect(await rig.migrate(id)).toMatchObject({ ending: 'rolled-back', result: { failedStep } });
    expect(undoable(rig, id)).toEqual(before);
  });
});

describe('a console with one set of fields for both versions', () => {
  it('gets back every field that the move overwrote', async () => {
    const rig = await aRig([{ id: 'one-set', fieldSets: 'shared', syncFails: true, previousSecrets: true }]);
    const before = undoable(rig, 'one-set');

    expect(await rig.migrate('one-set')).toMatchObject({ ending: 'rolled-back', result: { undo: { left: [] } } });
    expect(undoable(rig, 'one-set')).toEqual(before);
    await rig.close();
  });
});

describe('a console that hides its secrets', () => {
  const HIDES = { people: { e9: 8, e10: 8 }, quirks: { hidesSecrets: true } } satisfies Partial<TenantSpec>;
  const SECRETS = ['integration.encryptionKey', 'integration.appSecret'];
  const PUT = { system: 'console', method: 'PUT', path: '/integration' } as const;
  let rig: Rig;
  beforeAll(async () => {
    const shared = { ...HIDES, fieldSets: 'shared' } as const;
    const accepted = {
      previousSecrets: 'unreferenced',
      entry: { acceptUnrestorable: ['encryptionKey', 'appSecret'] },
    } as const;
    rig = await aRig([
      { ...HIDES, id: 'nobody-knows', previousSecrets: 'unreferenced' },
      { ...shared, id: 'nobody-knows-and-fails', previousSecrets: 'unreferenced', syncFails: true },
      { ...HIDES, id: 'moves', previousSecrets: true },
      { ...HIDES, id: 'never-filled', scope: 'nothing' },
      { ...HIDES, id: 'own-set', previousSecrets: true, syncFails: true },
      { ...shared, id: 'one-set', previousSecrets: true, syncFails: true },
      { ...shared, id: 'lost-answer', previousSecrets: true, syncFails: true },
      { ...shared, id: 'not-stored', previousSecrets: true },
      { ...shared, id: 'accepted', syncFails: true, ...accepted },
      { ...shared, id: 'regret', previousSecrets: true },
    ]);
  });
  afterAll(() => rig.close());

  it('warns where an old secret may be lost, and is no proved undo then', async () => {
    const warned = await rig.migrate('nobody-knows');
    expect(warned, warned.reason).toMatchObject({ ending: 'migrated-with-warnings' });
    expect(warned.result?.findings).toContainEqual(
      expect.objectContaining({ code: 'SECRET-UNRESTORABLE', severity: 'warning' }),
    );

    const end = await rig.migrate('nobody-knows-and-fails');
    expect(end, end.reason).toMatchObject({ ending: 'rollback-incomplete' });
    expect(end.result?.undo?.left.map(({ field }) => field)).toEqual(SECRETS);
  });

  it('migrates with a reference, and says what could not be compared', async () => {
    const end = await rig.migrate('moves');

    expect(end, end.reason).toMatchObject({ ending: 'migrated' });
    expect(end.result?.findings.map(({ code }) => code)).toEqual(['SECRET-UNREADABLE', 'SECRET-UNREADABLE']);
    expect(end.result?.changes).toContainEqual(expect.objectContaining({ target: SECRETS[1], before: '(not shown)' }));
  });

  it('needs no reference for a form that nobody ever filled in', async () => {
    rig.world.tenant('never-filled').edit((live) => {
      live.oaVersion = 'E10';
    });
    const end = await rig.migrate('never-filled');

    expect(end.result?.findings.map(({ code }) => code)).not.toContain('SECRET-UNRESTORABLE');
    expect(end, end.reason).toMatchObject({ ending: 'migrated-with-warnings' });
  });

  it.each(['own-set', 'one-set'])('%s: gets its old secrets back, and the proof does not count them', async (id) => {
    const before = undoable(rig, id);

    const end = await rig.migrate(id);

    expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { failedStep: 'sync-people' } });
    expect(undoable(rig, id)).toEqual(before);
    const undo = end.result?.undo;
    expect(undo).toMatchObject({ left: [], foreign: [], unreadable: SECRETS });
    expect(undo?.equal).toBe(undo?.total);
    expect(end.reason).toContain(`so not proved: ${SECRETS.join(', ')}`);
  });

  it('writes them back once, also when the answer is lost', async () => {
    const before = undoable(rig, 'lost-answer');
    rig.world.fault({ ...PUT, tenant: 'lost-answer', kind: 'error-after', after: 1 });

    expect(await rig.migrate('lost-answer')).toMatchObject({ ending: 'rolled-back', result: { undo: { left: [] } } });
    expect(undoable(rig, 'lost-answer')).toEqual(before);
    const forms = rig.world.journal.writes(rig.tenant('lost-answer').id);
    expect(forms.filter(({ effect }) => effect === 'integration.fields')).toHaveLength(2);
  });

  it('writes nothing back into a form that was never saved', async () => {
    const before = undoable(rig, 'not-stored');
    rig.world.fault({ ...PUT, tenant: 'not-stored', kind: 'error-before', times: Infinity });

    expect(await rig.migrate('not-stored')).toMatchObject({
      ending: 'rolled-back',
      result: { failedStep: 'configure' },
    });
    expect(undoable(rig, 'not-stored')).toEqual(before);
  });

  it('leaves out of the proof what the file gives up', async () => {
    const end = await rig.migrate('accepted');

    expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { undo: { left: [], unreadable: [] } } });
    expect(end.result?.findings).toContainEqual(
      expect.objectContaining({ code: 'SECRET-UNRESTORABLE', severity: 'info' }),
    );
  });

  it('can be undone after it is over', async () => {
    const before = undoable(rig, 'regret');
    expect(await rig.migrate('regret')).toMatchObject({ ending: 'migrated' });

    const undone = await rig.rollback('regret');

    expect(undone, undone.reason).toMatchObject({ ending: 'rolled-back', result: { undo: { unreadable: SECRETS } } });
    expect(undoable(rig, 'regret')).toEqual(before);
  });
});

describe('a switch that resets the people sync by itself', () => {
  let rig: Rig;
  const spec = { ...SHAPE, scope: 'departments', quirks: { switchResetsSync: true } } as const;
  beforeAll(async () => {
    rig = await aRig([
      { ...spec, id: 'undecided', scopeAfterSwitch: 'cleared' },
      { ...spec, id: 'decided', syncFails: true },
      { ...spec, id: 'lost', scopeAfterSwitch: 'cleared' },
    ]);
  });
  afterAll(() => rig.close());

  it.each([
    ['before its settings were decided', 'undecided', 'callback', { method: 'PUT', path: '/callback' }],
    ['after they were saved', 'decided', 'sync-people', null],
    ['with the answer to the switch lost', 'lost', 'switch-mode', { method: 'GET', path: '/integration', after: 2 }],
  ] as const)('is undone with it, %s', async (_when, id, failedStep, fault) => {
    const before = undoable(rig, id);
    if (fault) {
      const times = failedStep === 'switch-mode' ? 3 : Infinity;
      rig.world.fault({ ...fault, system: 'console', tenant: id, kind: 'error-before', times });
    }

    const end = await rig.migrate(id);

    expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { failedStep } });
    expect(end.result?.undo).toMatchObject({ left: [], foreign: [] });
    expect(undoable(rig, id)).toEqual(before);
    const effects = rig.world.journal.writes(rig.tenant(id).id).map(({ effect }) => effect);
    expect(effects.filter((effect) => effect === 'integration.oaVersion')).toHaveLength(2);
  });
});

describe('somebody else changes a field that no step of ours had come to', () => {
  it('is left as it is, and told', async () => {
    const rig = await aRig([{ ...SHAPE, id: 'theirs' }]);
    rig.world.fault({ ...CONSOLE, tenant: 'theirs', method: 'PUT', path: '/integration', kind: 'error-before' });
    rig.world.fault({
      ...CONSOLE,
      tenant: 'theirs',
      method: 'PUT',
      path: '/integration/oa-version',
      kind: 'latency',
      ms: 1_000,
      times: 1,
    });
    await rig.start('theirs');
    const { id } = rig.tenant('theirs');
    await until('it is being switched', async () => (await rig.migrations.tenantStatus(id))?.step === 'switch-mode');
    rig.world.tenant('theirs').edit((live) => {
      live.callback.url = 'https://somebody.example/else';
    });

    const end = await rig.end('theirs');

    expect(end, end.reason).toMatchObject({
      ending: 'rolled-back',
      result: { undo: { left: [], foreign: [{ field: 'callback.url', found: 'https://somebody.example/else' }] } },
    });
    expect(end.reason).toContain('changed by somebody else and left alone: callback.url');
    expect(rig.world.tenant('theirs').state().callback['url']).toBe('https://somebody.example/else');
    await rig.close();
  });
});

describe('somebody else changes a field before the undo', () => {
  it('stops and asks; skip leaves their value and says that the undo is incomplete', async () => {
    const rig = await aRig([{ ...SHAPE, id: 'foreign', syncSeconds: 1.5, syncFails: true }]);
    await rig.start('foreign');
    const { id } = rig.tenant('foreign');
    await until('the sync runs', () => rig.world.tenant('foreign').state().runs.length > 0);
    rig.world.tenant('foreign').edit((live) => {
      live.callback.url = 'https://somebody.example/else';
    });
    await until('somebody is asked', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);

    expect((await rig.migrations.tenantStatus(id))?.waiting?.fields).toEqual(['callback.url']);
    await expect(rig.migrations.decide(id, { action: 'undo', by: 'me', reason: 'does not fit' })).rejects.toThrow();
    await rig.migrations.decide(id, { action: 'skip', by: 'me', reason: 'theirs is right' });

    const end = await rig.end('foreign');
    expect(end).toMatchObject({
      ending: 'rollback-incomplete',
      result: { undo: { left: [{ field: 'callback.url' }] } },
    });
    expect(rig.world.tenant('foreign').state().callback['url']).toBe('https://somebody.example/else');
    expect(rig.world.tenant('foreign').state().integration['oaVersion']).toBe('E9');
    await rig.close();
  });
});
