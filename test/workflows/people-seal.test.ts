import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import { aRig, until, type Rig } from '../support/rig.js';

const E10 = { system: 'e10', path: '/openserver/api/hrm/restful/queryEmployee', from: 'outside' } as const;
/** Its attempts would take minutes. */
const PATIENT = { ...DEFAULT_POLICY, onFailure: 'ask' } as const;

let rig: Rig;
beforeAll(async () => {
  rig = await aRig(
    [{ id: 'acme', people: { e9: 6_500, e10: 6_500 } }],
    {},
    { defaults: { people: { compare: 'everybody' } } },
  );
});
afterAll(() => rig.close());

it(
  'a seal key that is not the one which sealed fails at once, and is mended and tried again',
  { timeout: 180_000 },
  async () => {
    const { id } = rig.tenant('acme');
    const keyFile = join(rig.dataDir, 'seal.key');
    const waiting = async () => (await rig.migrations.tenantStatus(id))?.waiting ?? null;
    rig.world.fault({ ...E10, tenant: 'acme', kind: 'latency', ms: 1_000, times: 20 });
    await rig.start('acme', PATIENT);
    const isSync = async () => (await rig.migrations.tenantStatus(id))?.step === 'sync-people';
    await until('it syncs people', isSync, 60_000);
    await until('pages are read', () => rig.world.journal.times({ ...E10, tenant: id }) > 4, 60_000);
    await rig.stopWorkers();
    expect(await sealedIn(rig.dataDir)).toBeGreaterThan(0);

    const right = await readFile(keyFile, 'utf8');
    await writeFile(keyFile, `${'0f'.repeat(32)}\n`);
    const worker = rig.workerProcess();
    await until('it asks', async () => (await waiting()) !== null, 60_000);
    expect((await waiting())?.what).toMatch(/^SEAL-KEY-UNUSABLE: .*cannot be opened: .*QYS_E10_SEAL_KEY/);
    expect((await waiting())?.allowed).toContain('retry');

    await ended(worker);
    await writeFile(keyFile, right);
    rig.workerProcess();
    await rig.migrations.decide(id, { action: 'retry', by: 'li', reason: 'the key is back' });
    expect((await rig.end('acme')).ending).toBe('migrated');
  },
);

async function sealedIn(dataDir: string): Promise<number> {
  const files = await readdir(join(dataDir, 'people'), { recursive: true });
  return files.filter((file) => file.endsWith('.sealed')).length;
}

async function ended(worker: ChildProcess): Promise<void> {
  const exit = once(worker, 'exit');
  worker.kill('SIGTERM');
  await exit;
}
