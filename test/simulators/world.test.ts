import { createServer } from 'node:net';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFileOf } from '../../simulators/batch-file.js';
import { demoFaults, demoTenants } from '../../simulators/demo.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type World } from '../../simulators/world.js';
import { consoleOf, moved, said } from './clients.js';

/** Runs with a world, and closes it whatever happens. */
async function within<T>(tenants: TenantSpec[], act: (world: World) => Promise<T>, seed = 1): Promise<T> {
  const world = await startWorld({ seed, tenants });
  try {
    return await act(world);
  } finally {
    await world.close();
  }
}

describe('a world', () => {
  const SPECS: TenantSpec[] = [
    { id: 'one', categories: { legacy: 3 } },
    { id: 'two', oaHost: 'shared' },
  ];
  const picture = (seed: number, specs = SPECS) =>
    within(
      specs,
      async (world) => {
        const all = world.tenants.map((tenant) => [tenant.entry(), tenant.state(), tenant.env]);
        return JSON.stringify(all).replaceAll(/127\.0\.0\.1:\d+/g, 'host');
      },
      seed,
    );

  it('is the same for the same seed, and another one for another seed', async () => {
    const first = await picture(1);
    expect(await picture(1)).toBe(first);
    expect(await picture(2)).not.toBe(first);
  });

  it('has tenants that do not depend on each other', async () => {
    const alone = await picture(1, SPECS.slice(0, 1));
    expect(await picture(1)).toContain(alone.slice(1, -1));
  });

  it('does not take two tenants of one id, and knows only its own', async () => {
    await expect(startWorld({ tenants: [{ id: 'one' }, { id: 'one' }] })).rejects.toThrow('two simulated tenants one');
    await within(SPECS, async (world) => expect(() => world.tenant('nobody')).toThrow('no simulated tenant nobody'));
  });

  it('can listen on ports that are told, and says when one is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const options = { tenants: SPECS, ports: { console: port } };

    await expect(startWorld(options)).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => blocker.close(resolve));
    const world = await startWorld(options);
    expect(world.tenant('one').at.console).toBe(`http://127.0.0.1:${port}/t/one`);
    await world.close();
  });

  it('is closed at once, whatever was under way', async () => {
    const world = await startWorld({ tenants: [{ id: 'one', syncSeconds: 60 }] });
    const tenant = world.tenant('one');
    const console = await moved(tenant);
    world.fault({ system: 'e10', from: 'qiyuesuo', kind: 'timeout-before', times: Infinity });
    world.fault({ system: 'console', path: '/people', kind: 'timeout-after' });
    world.fault({ system: 'console', path: '/categories', kind: 'latency', ms: 60_000 });
    await console.run('hangs');
    const hanging = ['/people', '/categories'].map((path) => console.get(path).catch(() => 'cut off'));
    while (world.journal.times({ system: 'e10', from: 'qiyuesuo' }) === 0) await new Promise(setImmediate);

    const since = Date.now();
    await world.close();
    await Promise.all(hanging);

    expect(Date.now() - since).toBeLessThan(2_000);
    await expect(said(tenant.at.e10, {})).rejects.toThrow();
    await expect(console.get('/integration')).rejects.toThrow();
  });
});

describe('callbacks of Qiyuesuo', () => {
  const legacyOf = (world: World, id: string) =>
    String(
      world
        .tenant(id)
        .state()
        .categories.find(({ callback }) => callback !== null)?.['id'],
    );

  it('reach E9 before the move', () =>
    within([{ id: 'one', version: '4.3.4' }], async (world) => {
      expect(await world.tenant('one').fireCallback('global')).toBe(200);
      expect(await world.tenant('one').fireCallback(legacyOf(world, 'one'))).toBe(200);
      expect(world.journal.times({ system: 'e9', path: '/QYSPrivateCallbackServlet', tenant: 'one' })).toBe(2);
      expect(world.journal.times({ effect: 'workflow:download' })).toBe(1);
    }));

  it('find their tenant on a shared E10, by the contract', () =>
    within(
      ['one', 'two'].map((id) => ({ id, oaHost: 'shared', startsMigrated: true })),
      async (world) => {
        await world.tenant('two').fireCallback('global');
        await world.tenant('one').fireCallback(legacyOf(world, 'one'));
        expect(world.journal.entries({ system: 'e10' }).map(({ tenant, effect }) => [tenant, effect])).toEqual([
          ['two', 'workflow:sign'],
          ['one', 'workflow:download'],
        ]);
      },
    ));

  it.each([
    ['absent', 200, 0],
    ['redirect', 302, 0],
    ['proxied', 200, 1],
  ] as const)('on a kept address with the forward %s: status %i, %i workflows', (forward, status, workflows) =>
    within([{ id: 'one', sameAddress: true }], async (world) => {
      world.tenant('one').setForward(forward);
      expect(await world.tenant('one').fireCallback(legacyOf(world, 'one'))).toBe(status);
      expect(world.journal.times({ effect: 'workflow:*' })).toBe(workflows);
      expect(world.tenant('one').state().forward).toBe(forward);
    }),
  );

  it('say when nobody answers, and when nothing is configured', () =>
    within([{ id: 'one' }], async (world) => {
      const tenant = world.tenant('one');
      await expect(tenant.fireCallback('global')).rejects.toThrow('no callback is configured for global');
      tenant.edit((live) => {
        live.callback.url = 'http://127.0.0.1:9/nobody';
      });
      expect(await tenant.fireCallback('global')).toBe(0);
    }));

  it('follow the include file of the proxy, once it is told to reload', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'qys-e10-proxy-'));
    const proxyFile = join(folder, 'forward.conf');
    await within([{ id: 'one', sameAddress: true, proxyFile }], async (world) => {
      const tenant = world.tenant('one');
      await writeFile(
        proxyFile,
        'location = /QYSPrivateCallbackServlet { proxy_pass http://e10/papi/signcenter/qiyuesuo/categoryCallback; }',
      );
      expect(tenant.state().forward).toBe('absent');
      await said(`${tenant.at.e10}/__sim/reload-proxy`, { method: 'POST' });
      expect(tenant.state().forward).toBe('proxied');
    });
    await rm(folder, { recursive: true });
  });
});

describe('a tenant', () => {
  it('has a state that nobody can change by it', () =>
    within([{ id: 'one' }], async (world) => {
      const state = world.tenant('one').state();
      state.callback['url'] = 'https://x.example';
      (state.categories[0] as { name: string }).name = 'x';
      expect(world.tenant('one').state()).not.toEqual(state);
    }));

  it('has members that nobody documented, which only an exact write keeps', () =>
    within([{ id: 'one' }], async (world) => {
      const console = consoleOf(world.tenant('one'));
      const { body } = await console.get('/callback');
      expect(body).toHaveProperty('contactMode');
      await console.put('/callback', body);
      expect(world.tenant('one').state().callback).toHaveProperty('contactMode');
      await console.put('/callback', { page: 'new', url: null });
      expect(world.tenant('one').state().callback).not.toHaveProperty('contactMode');
    }));
});

describe('the demo', () => {
  it('has tenants with names and stories of their own', () => {
    for (const of of ['id', 'name', 'story'] as const) {
      expect(new Set(demoTenants.map((spec) => spec[of])).size, of).toBe(demoTenants.length);
    }
    expect(demoTenants.map(({ id }) => id)).toContain('forward-later');
    for (const { name } of demoTenants) expect(name).toMatch(/^[\u4e00-\u9fff]+$/);
  });

  it('starts quickly, and its file names only variables that are there', () =>
    within(demoTenants, async (world) => {
      demoFaults(world);
      const { yaml, env } = batchFileOf(world, 'demo');
      const names = [...yaml.matchAll(/env: (\w+)/g)].map(([, name]) => name ?? '');
      expect(names.length).toBeGreaterThan(demoTenants.length);
      for (const name of names) expect(env).toHaveProperty(name);
      for (const secret of Object.values(env)) expect(yaml).not.toContain(secret);
    }));
});
