import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { demoTenants } from '../../simulators/demo.js';
import { said } from './clients.js';

const MAIN = fileURLToPath(new URL('../../simulators/main.ts', import.meta.url));

it('runs alone, says where everything is, and ends by itself once it is told to', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'qys-e10-simulators-'));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN], { cwd });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => reject(new Error(chunk.toString())));
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('Ctrl-C ends it.')) resolve();
    });
  });

  const folder = join(cwd, '.qys-e10', 'simulators');
  const batch = await readFile(join(folder, 'simulated.batch.yaml'), 'utf8');
  for (const { id } of demoTenants) {
    expect(printed).toContain(id);
    expect(batch).toContain(`id: ${id}\n`);
  }
  const envFile = join(folder, 'simulated.env');
  expect((await stat(envFile)).mode & 0o777).toBe(0o600);
  const openApi = /open API (\S+?),? /.exec(printed)?.[1]?.replace(/[,;]$/, '') ?? '';
  // A request leaves a kept-alive connection behind, which must not keep the program from ending.
  expect((await said(`${openApi}/checkHealth`, {})).text).toBe('OK');

  child.kill('SIGINT');
  expect(await ended).toBe(0);
  await rm(cwd, { recursive: true });
});

it.each([
  [['--help'], 0, /npm run simulators -- \[--first-port/],
  [['--first-port', 'many'], 2, /many is no port/],
  [['--skin', 'bootstrap'], 2, /no skin bootstrap, only element/],
  [['--nonsense'], 2, /nonsense[\s\S]*--first-port <port>/],
] as const)('explains itself: %j', async (given, code, said) => {
  const cwd = await mkdtemp(join(tmpdir(), 'qys-e10-simulators-'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), MAIN, ...given],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  expect([status, code === 0 ? stdout : stderr]).toEqual([code, expect.stringMatching(said)]);
  await rm(cwd, { recursive: true });
});
