import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { renderForward } from '../../src/domain/forward-block.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { aManagedProxy, type ManagedProxy } from '../support/managed-proxy.js';
import { aRig, undoable, until, type Rig } from '../support/rig.js';

const SPEC = { people: { e9: 8, e10: 8 }, sameAddress: true } satisfies Partial<TenantSpec>;
const VERIFY = { system: 'console', method: 'GET', path: '/people', after: 2 } as const;
const THEIRS = 'location = /theirs { return 204; }\n';

describe('a proxy that the worker manages', () => {
  let proxy: ManagedProxy;
  let rig: Rig;
  beforeAll(async () => {
    proxy = aManagedProxy();
    const ids = ['moved', 'failed', 'edited', 'edited-early', 'not-ours'];
    const syncs: Record<string, Partial<TenantSpec>> = {
      'edited-early': { syncSeconds: 1.5 },
      'not-ours': { syncSeconds: 1.5, syncFails: true },
    };
    rig = await aRig(
      ids.map((id) => ({ ...SPEC, id, ...syncs[id] })),
      proxy.env,
    );
    for (const id of ids) proxy.serve(rig, id);
  });
  afterAll(async () => {
    await rig.close();
    proxy.remove();
  });

  it('gets the forward, checked and loaded', async () => {
    const end = await rig.migrate('moved');

    expect(end, end.reason).toMatchObject({ ending: 'migrated' });
    expect(proxy.read(rig, 'moved')).toBe(renderForward({ tenantId: rig.tenant('moved').id }));
    expect(rig.world.tenant('moved').state().forward).toBe('proxied');
  });

  it('gets it back out when a later step fails, with proof', async () => {
    const before = undoable(rig, 'failed');
    rig.world.fault({ ...VERIFY, tenant: 'failed', kind: 'error-before', times: Infinity });

    const end = await rig.migrate('failed');

    expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { failedStep: 'verify' } });
    expect(end.result?.undo).toMatchObject({ left: [], foreign: [] });
    expect(proxy.read(rig, 'failed')).toBeNull();
    expect(undoable(rig, 'failed')).toEqual(before);
  });

  it('keeps the text that somebody else wrote since: asked about, and left by skip', async () => {
    rig.world.fault({ ...VERIFY, tenant: 'edited', kind: 'latency', ms: 1_500 });
    await rig.start('edited');
    const { id } = rig.tenant('edited');
    await until('it is being verified', async () => (await rig.migrations.tenantStatus(id))?.step === 'verify');
    proxy.write(rig, 'edited', THEIRS);
    await rig.client.workflow.getHandle(tenantWorkflowId(id)).cancel();
    await until('somebody is asked', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);

    const status = await rig.migrations.tenantStatus(id);
    expect(status?.waiting).toMatchObject({ step: 'rewrite-categories', fields: ['proxy.forward'] });
    expect(status?.findings.map(({ code }) => code)).toContain('UNDO-FOREIGN-CHANGE');
    await rig.migrations.decide(id, { action: 'skip', by: 'me', reason: 'theirs is right' });

    const end = await rig.end('edited');
    expect(end).toMatchObject({ ending: 'rollback-incomplete' });
    expect(end.result?.undo?.left).toEqual([
      {
        field: 'proxy.forward',
        expected: 'absent',
        found: expect.stringMatching(/^another text \([0-9a-f]{8}\)$/) as string,
      },
    ]);
    expect(proxy.read(rig, 'edited')).toBe(THEIRS);
  });

  it('is not overwritten where somebody edited it since the snapshot', async () => {
    await rig.start('edited-early');
    const { id } = rig.tenant('edited-early');
    await until('the sync runs', () => rig.world.tenant('edited-early').state().runs.length > 0);
    proxy.write(rig, 'edited-early', THEIRS);
    await until('somebody is asked', async () => (await rig.migrations.tenantStatus(id))?.waiting !== null);

    expect((await rig.migrations.tenantStatus(id))?.waiting?.fields).toEqual(['proxy.forward']);
    expect(proxy.read(rig, 'edited-early')).toBe(THEIRS);
    await rig.migrations.decide(id, { action: 'skip', by: 'me', reason: 'theirs is right' });

    const end = await rig.end('edited-early');
    expect(end).toMatchObject({ ending: 'rollback-incomplete', result: { failedStep: 'rewrite-categories' } });
    expect(end.reason).toContain('somebody edited it since');
    expect(proxy.read(rig, 'edited-early')).toBe(THEIRS);
  });

  it('is told, and not asked about, where no step of ours had come to it', async () => {
    await rig.start('not-ours');
    await until('the sync runs', () => rig.world.tenant('not-ours').state().runs.length > 0);
    proxy.write(rig, 'not-ours', THEIRS);

    const end = await rig.end('not-ours');

    expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { undo: { left: [] } } });
    expect(end.result?.undo?.foreign).toMatchObject([{ field: 'proxy.forward', expected: 'absent' }]);
    expect(end.reason).toContain('proxy.forward');
    expect(proxy.read(rig, 'not-ours')).toBe(THEIRS);
  });
});

it('a proxy that cannot be reloaded leaves nothing to undo there, and nobody is asked', async () => {
  const proxy = aManagedProxy();
  const rig = await aRig([{ ...SPEC, id: 'refused' }], { ...proxy.env, QYS_E10_NGINX_RELOAD: 'false' });

  const end = await rig.migrate('refused');

  expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { failedStep: 'rewrite-categories' } });
  expect(end.reason).toContain('PROXY-CONFIG-REJECTED');
  expect(proxy.read(rig, 'refused')).toBeNull();
  await rig.close();
  proxy.remove();
});

it('a forward of ours that is not seen from outside fails the step, soon', async () => {
  const proxy = aManagedProxy();
  // The reload reaches nobody.
  const rig = await aRig([{ ...SPEC, id: 'unseen' }], proxy.env);

  const end = await rig.migrate('unseen');

  expect(end, end.reason).toMatchObject({ ending: 'rolled-back', result: { failedStep: 'rewrite-categories' } });
  expect(end.reason).toContain('PROXY-FORWARD-MISSING');
  expect(proxy.read(rig, 'unseen')).toBeNull();
  await rig.close();
  proxy.remove();
});
