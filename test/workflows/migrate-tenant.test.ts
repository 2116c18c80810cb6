import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { tenantsThatWait } from '../../src/client.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import type { Decision } from '../../src/domain/tenant-status.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const SMALL = { people: { e9: 8, e10: 8 } } satisfies Partial<TenantSpec>;

describe('the branches of the procedure', () => {
  let rig: Rig;
  const branches: (TenantSpec & { ends: string; code?: string })[] = [
    { id: 'v434', version: '4.3.4', ends: 'migrated' },
    { id: 'v436', version: '4.3.6', ends: 'migrated' },
    { id: 'v51', version: '5.1.0', ends: 'migrated' },
    { id: 'v435', version: '4.3.5', ends: 'blocked', code: 'CALLBACK-PAGE-UNDECIDED' },
    { id: 'v435-chosen', version: '4.3.5', entry: { callbackPage: 'global' }, ends: 'migrated' },
    { id: 'forwarded', sameAddress: true, forward: 'proxied', ends: 'migrated' },
    { id: 'no-callbacks', categories: { legacy: 0, none: 2 }, ends: 'migrated' },
    {
      id: 'others',
      categories: { legacy: 1, otherOldHost: 1 },
      ends: 'migrated-with-warnings',
      code: 'CATEGORY-OTHER-CALLBACK',
    },
    { id: 'public', deployment: 'public', ends: 'migrated' },
    { id: 'cleared', scope: 'departments', scopeAfterSwitch: 'cleared', ends: 'migrated' },
    {
      id: 'names-only',
      scope: 'departments',
      scopeAfterSwitch: 'cleared',
      quirks: { unitsWithoutCodes: true },
      ends: 'migrated',
    },
    { id: 'old-ids', scope: 'departments', quirks: { scopeKeepsOldIds: true }, ends: 'migrated' },
    { id: 'nothing-chosen', scope: 'nothing', ends: 'migrated-with-warnings', code: 'PEOPLE-SCOPE-EMPTY' },
    { id: 'wrong-corp', wrongCorpId: true, ends: 'blocked', code: 'E10-TOKEN-REFUSED' },
    {
      id: 'wrong-corp-late',
      wrongCorpId: true,
      quirks: { corpIdChecked: 'token' },
      ends: 'blocked',
      code: 'E10-TOKEN-REFUSED',
    },
    { id: 'no-rights', noHrRights: true, ends: 'blocked', code: 'E10-HR-REFUSED' },
    { id: 'wrong-key', wrongTenantKey: true, ends: 'blocked', code: 'E10-TENANT-KEY-DIFFERS' },
    { id: 'no-route', quirks: { callbackRoute: 'missing' }, ends: 'blocked', code: 'CALLBACK-ROUTE-MISSING' },
    { id: 'redirects', quirks: { callbackRoute: 'redirects' }, ends: 'blocked', code: 'CALLBACK-ROUTE-REDIRECTS' },
    { id: 'guarded', people: { e9: 40, e10: 20 }, ends: 'blocked', code: 'PEOPLE-GUARD' },
    { id: 'empty', people: { e9: 5, e10: 0 }, ends: 'blocked', code: 'E10-EMPTY' },
    { id: 'lost-secrets', previousSecrets: 'unreferenced', ends: 'blocked', code: 'SECRET-UNRESTORABLE' },
    {
      id: 'accepted',
      previousSecrets: 'unreferenced',
      entry: { acceptUnrestorable: ['encryptionKey', 'appSecret'] },
      ends: 'migrated-with-warnings',
      code: 'SECRET-UNRESTORABLE',
    },
    { id: 'done-before', startsMigrated: true, ends: 'already-migrated' },
    { id: 'legacy', version: '4.3.4', dialect: 'legacy', entryDialect: 'auto', ends: 'migrated' },
    {
      id: 'json-token',
      quirks: { tokenBody: 'json', tokenField: 'acessToken', errcodeAs: 'number' },
      ends: 'migrated',
    },
    { id: 'one-token', quirks: { secondTokenKillsFirst: true, errorsAt: 'top' }, ends: 'migrated' },
    { id: 'skewed', quirks: { clockSkewMs: 20 * 60_000 }, ends: 'blocked', code: 'CLOCK-SKEW' },
    { id: 'bare-405', quirks: { callbackAnswer: '405' }, ends: 'migrated' },
    { id: 'bare-500', quirks: { callbackAnswer: '500-json' }, ends: 'migrated' },
  ];
  beforeAll(async () => {
    rig = await aRig(branches.map(({ ends: _, code: __, ...spec }) => ({ ...SMALL, ...spec })));
  });
  afterAll(() => rig.close());

  it.each(branches)('$id ends $ends', async ({ id, ends, code }) => {
    const end = await rig.migrate(id);

    expect(end, end.reason).toMatchObject({ ending: ends });
    expect(end.reason).not.toBe('');
    if (code) expect(end.result?.findings.map((finding) => finding.code)).toContain(code);
    const writes = rig.world.journal.writes(rig.tenant(id).id);
    if (ends === 'blocked' || ends === 'already-migrated') expect(writes).toEqual([]);
    expect(writes.filter(({ effect }) => effect?.startsWith('destructive') || effect?.startsWith('workflow'))).toEqual(
      [],
    );
  });

  it('writes each thing once, and nothing on a second run', async () => {
    const effects = rig.world.journal.writes(rig.tenant('v436').id).map(({ effect }) => effect);
    expect(effects).toEqual([...new Set(effects)]);

    expect(await rig.migrate('v436')).toMatchObject({ ending: 'already-migrated' });
    expect(rig.world.journal.writes(rig.tenant('v436').id)).toHaveLength(effects.length);
  });

  it('keeps events, parameters and undocumented members of a category', () => {
    const { categories } = rig.world.tenant('others').state();
    const [moved] = categories.filter(({ callback }) => JSON.stringify(callback).includes('/papi/'));
    expect(moved?.['callback']).toMatchObject({ parameters: { ecologyOperate: 'download' }, retryTimes: 3 });
  });
});

describe('answers that are lost after the write', () => {
  const WRITES = [
    '/integration/oa-version',
    '/integration',
    '/callback',
    '/people-sync',
    '/people-sync/runs',
    /categories/,
  ] as const;
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig(
      WRITES.flatMap((_, index) => ['error', 'reset'].map((kind) => ({ ...SMALL, id: `lost-${kind}-${index}` }))),
    );
  });
  afterAll(() => rig.close());

  it.each(
    WRITES.flatMap((path, index) => [
      [path, index, 'error-after', 'error'] as const,
      [path, index, 'truncated', 'reset'] as const,
    ]),
  )('%s (%s, %s): read back, never repeated', async (path, index, kind, name) => {
    const id = `lost-${name}-${index}`;
    rig.world.fault({
      tenant: id,
      system: 'console',
      method: path === '/people-sync/runs' ? 'POST' : 'PUT',
      path,
      kind,
    });

    const end = await rig.migrate(id);

    expect(end, end.reason).toMatchObject({ ending: 'migrated' });
    const effects = rig.world.journal.writes(rig.tenant(id).id).map(({ effect }) => effect);
    expect(effects).toEqual([...new Set(effects)]);
  });
});

describe('somebody else in the console', () => {
  it('is noticed: 412 stops the step and says so', async () => {
    const rig = await aRig([{ ...SMALL, id: 'edited' }]);
    rig.world.fault({
      tenant: 'edited',
      system: 'console',
      method: 'PUT',
      path: '/callback',
      kind: 'latency',
      ms: 800,
    });
    await rig.start('edited');
    const { id } = rig.tenant('edited');
    await until(
      'the callback is being written',
      async () => (await rig.migrations.tenantStatus(id))?.step === 'callback',
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    rig.world.tenant('edited').edit((live) => {
      live.callback.url = 'https://other.example/x';
    });

    await until('somebody is asked', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    expect((await rig.migrations.tenantStatus(id))?.findings.map(({ code }) => code)).toContain('CONSOLE-CHANGED');
    await rig.migrations.decide(id, { action: 'skip', by: 'me', reason: 'theirs is right' });

    expect(await rig.end('edited')).toMatchObject({
      ending: 'rollback-incomplete',
      result: { failedStep: 'callback' },
    });
    expect(rig.world.tenant('edited').state().callback['url']).toBe('https://other.example/x');
    await rig.close();
  });
});

describe('the forward of the reverse proxy', () => {
  it('waits for the administrator and goes on by itself', async () => {
    const rig = await aRig([{ ...SMALL, id: 'later', sameAddress: true }]);
    await rig.start('later');
    const { id } = rig.tenant('later');
    await until(
      'it waits',
      async () => (await rig.migrations.tenantStatus(id))?.waiting?.fields[0] === 'proxy.forward',
    );
    rig.world.tenant('later').setForward('proxied');

    expect(await rig.end('later')).toMatchObject({ ending: 'migrated' });
    const { events } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).fetchHistory();
    const [wait] = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'awaitForward' ? [scheduled] : [],
    );
    // Waiting for a person has no end.
    expect(Number(wait?.scheduleToCloseTimeout?.seconds ?? 0)).toBe(0);
    expect(wait?.retryPolicy?.maximumAttempts ?? 0).toBe(0);
    await rig.close();
  });

  it('is looked for at once when somebody comes back, however long the pauses have grown', async () => {
    const rig = await aRig([{ ...SMALL, id: 'added', sameAddress: true }]);
    await rig.start('added', { ...IMPATIENT, firstRetryMs: 600_000, maxRetryMs: 600_000 });
    const { id } = rig.tenant('added');
    await until('it has looked once', async () => {
      const { raw } = await rig.client.workflow.getHandle(tenantWorkflowId(id)).describe();
      const isSecond = raw.pendingActivities?.some(
        ({ activityType, attempt }) => activityType?.name === 'awaitForward' && attempt === 2,
      );
      return isSecond ?? false;
    });
    await until('it is listed', async () =>
      (await rig.migrations.tenants(tenantsThatWait())).some(({ tenantId }) => tenantId === id),
    );
    rig.world.tenant('added').setForward('proxied');

    await rig.migrations.lookNow([id]);

    expect(await rig.end('added')).toMatchObject({ ending: 'migrated' });
    await rig.close();
  });

  it('may be left to later by a person, with a warning', async () => {
    const rig = await aRig([{ ...SMALL, id: 'skipped', sameAddress: true }]);
    await rig.start('skipped');
    const { id } = rig.tenant('skipped');
    await until('it waits', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    await rig.migrations.decide(id, { action: 'skip', by: 'me', reason: 'tomorrow' });

    const end = await rig.end('skipped');
    expect(end.ending).toBe('migrated-with-warnings');
    expect(end.result?.findings.map(({ code }) => code)).toContain('PROXY-FORWARD-MISSING');
    await rig.close();
  });

  it('takes the first of two answers that come at once, and tells the other', async () => {
    const rig = await aRig([{ ...SMALL, id: 'twice', sameAddress: true }]);
    await rig.start('twice');
    const { id } = rig.tenant('twice');
    await until('it waits', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    const answers = ['skip', 'undo'].map((action) => ({ action, by: action, reason: 'at once' }) as Decision);
    const given = await Promise.allSettled(answers.map((answer) => rig.migrations.decide(id, answer)));

    const { ending } = await rig.end('twice');
    expect(given.map(({ status }) => status)).toEqual(
      ending === 'rolled-back' ? ['rejected', 'fulfilled'] : ['fulfilled', 'rejected'],
    );
    await rig.close();
  });

  it('is undone at the first answer, also where failures ask, and says who answered', async () => {
    const rig = await aRig([{ ...SMALL, id: 'undone', sameAddress: true }]);
    await rig.start('undone', { ...IMPATIENT, onFailure: 'ask' });
    const { id } = rig.tenant('undone');
    await until('it waits', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    await rig.migrations.decide(id, { action: 'undo', by: 'me', reason: 'not tonight' });

    const { ending, reason, result } = await rig.end('undone');
    expect(ending).toBe('rolled-back');
    expect(reason).toMatch(/PROXY-FORWARD-MISSING.*; rolled back by me: not tonight; undone and proved \d+\/\d+$/);
    expect(result?.zh).toContain('由 me 回退：not tonight');
    await rig.close();
  });
});

describe('what the history shows', () => {
  it('holds no secret, no person, and is closed as failed with the outcome as its type', async () => {
    const rig = await aRig([{ ...SMALL, id: 'canary', syncFails: true, previousSecrets: true }]);
    const end = await rig.migrate('canary');
    expect(end.ending).toBe('rolled-back');

    const history = await historyOf(rig, 'canary');
    const simulated = rig.world.tenant('canary');
    expect(history).toContain('rolled-back');
    for (const secret of Object.values(simulated.env)) expect(history).not.toContain(secret);
    for (const jobNumber of ['000001', 'u000001@']) expect(history).not.toContain(jobNumber);
    expect(history).not.toMatch(/"1[3-9]\d{9}"/);
    await rig.close();
  });

  it('holds no token out of the query of a callback, nor a password of its address; the console keeps them', async () => {
    const specs = ['moves', 'undone'].map((id) => ({ ...SMALL, id, categories: { legacy: 2, otherOldHost: 1 } }));
    const rig = await aRig(specs);
    const urls = (id: string) =>
      rig.world
        .tenant(id)
        .state()
        .categories.map(({ callback }) => (callback as { url: string } | null)?.url ?? '');
    for (const { id } of specs) {
      rig.world.tenant(id).edit((live) => {
        live.callback.url = `${rig.tenant(id).e9?.address ?? ''}/x?token=CANARY-GLOBAL`;
        for (const { callback } of live.categories) {
          if (callback) callback.url = `${callback.url.replace('//', '//me:CANARY-PASSWORD@')}?token=CANARY-CATEGORY`;
        }
      });
    }
    const before = urls('undone');
    const held = { system: 'console', method: 'GET', path: '/people', kind: 'latency', ms: 2_000, after: 2 } as const;
    rig.world.fault({ ...held, tenant: 'undone' });

    const moved = await rig.migrate('moves');
    await rig.start('undone');
    const { id } = rig.tenant('undone');
    await until('it verifies', async () => (await rig.migrations.tenantStatus(id))?.step === 'verify');
    rig.world.tenant('undone').edit((live) => {
      const [first] = live.categories.filter(({ callback }) => callback?.url.includes('/papi/'));
      if (first?.callback) first.callback.url += '&other=CANARY-FOREIGN';
    });
    await rig.client.workflow.getHandle(tenantWorkflowId(id)).cancel();
    await until('somebody is asked', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);
    await rig.migrations.decide(id, { action: 'skip', by: 'me', reason: 'theirs is right' });
    const undone = await rig.end('undone');

    expect(moved.ending, moved.reason).toBe('migrated-with-warnings');
    expect(urls('moves').filter((url) => url.includes('/papi/'))).toEqual([
      expect.stringMatching(/token=CANARY-CATEGORY$/),
      expect.stringMatching(/token=CANARY-CATEGORY$/),
    ]);
    expect(undone, undone.reason).toMatchObject({ ending: 'rollback-incomplete' });
    expect(undone.result?.undo?.left).toMatchObject([{ found: expect.stringMatching(/other=sha256:/) as unknown }]);
    expect(urls('undone').filter((url) => before.includes(url))).toHaveLength(before.length - 1);
    for (const shown of [
      await historyOf(rig, 'moves'),
      await historyOf(rig, 'undone'),
      JSON.stringify([moved, undone]),
    ]) {
      expect(shown).toContain('token=sha256:');
      expect(shown).not.toContain('CANARY');
    }
    await rig.close();
  });
});

/** Everything that Temporal keeps of a run, payloads as text. */
async function historyOf(rig: Rig, id: string): Promise<string> {
  const history = await rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant(id).id)).fetchHistory();
  // As JSON a history has the data of its payloads in Base64: a search of the plain text would find nothing in there.
  return JSON.stringify(history, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  );
}

it('has its bundle made once for all of these', async () => {
  const { inject } = await import('vitest');
  const code = await readFile(inject('workflowBundlePath'), 'utf8');
  const packages = new Set([...code.matchAll(/node_modules\/((?:@[^/"']+\/)?[^/"']+)\//g)].map(([, name]) => name));

  expect([...packages].sort()).toEqual(['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc']);
  // Without the source map, which the worker keeps once and not in each workflow.
  expect(code.lastIndexOf('//# sourceMappingURL')).toBeLessThan(1_000_000);
}, 30_000);
