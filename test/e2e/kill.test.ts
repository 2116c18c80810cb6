import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startWorld, type World } from '../../simulators/world.js';
import { aCli } from '../support/cli.js';
import { until } from '../support/rig.js';

let world: World;
afterEach(() => world.close());

/** After how many effective writes the program is killed: in the middle of the tenants, and of the categories. */
const KILLS = [2, 9, 17];

it('is killed with -9 again and again, its server too, and goes on: everything is written once', async () => {
  world = await startWorld({
    tenants: [
      { id: 'one', categories: { legacy: 6 }, people: { e9: 6, e10: 6 } },
      {
        id: 'two',
        categories: { legacy: 6 },
        people: { e9: 6, e10: 6 },
        scope: 'departments',
        scopeAfterSwitch: 'cleared',
      },
      { id: 'three', deployment: 'public' },
    ],
  });
  world.fault({ system: 'console', method: 'PUT', kind: 'latency', ms: 150, times: Infinity });
  const cli = await aCli(world, { waves: [{ name: 'all', rest: true, maxConcurrency: 2 }] });

  for (const writes of KILLS) {
    const { process: child, finished } = cli.start('apply', '-f', cli.file, '--yes');
    await until(`${writes} writes`, () => world.journal.writes().length >= writes || child.exitCode !== null, 90_000);
    expect(child.exitCode, 'still running when it is killed').toBeNull();
    child.kill('SIGKILL');
    await finished;
  }
  const written = world.journal.writes().length;
  const { finished } = cli.start('apply', '-f', cli.file, '--yes', '-o', 'json');
  await until('another write', () => world.journal.writes().length > written, 90_000);
  process.kill(await serverOf(cli.dataDir), 'SIGKILL');
  const { code, stdout, stderr } = await finished;

  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, outcome: 'done', counts: { migrated: 3 } });
  for (const tenant of ['one', 'two', 'three']) {
    const effects = world.journal.writes(tenant).map(({ effect }) => effect);
    expect(effects.length).toBeGreaterThan(1);
    expect(effects, tenant).toEqual([...new Set(effects)]);
  }

  const before = world.journal.writes().length;
  const again = await cli.run('apply', '-f', cli.file, '--yes', '-o', 'json');
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ counts: { 'already-migrated': 3 } });
  expect(world.journal.writes()).toHaveLength(before);
}, 240_000);

async function serverOf(dataDir: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8')) as { pid: number };
  return pid;
}
