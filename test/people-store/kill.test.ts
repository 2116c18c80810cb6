import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { RUN, fill, person, someStores } from './a-store.js';

const PEOPLE = 2_400;
const PAGE = 20;
const KILLS = 20;
const PROGRAM = fileURLToPath(new URL('../support/people-reader.ts', import.meta.url));

it('killed twenty times while it appends: the same rows, and at most one page read again for each kill', async () => {
  const seed = Date.now() % 100_000;
  const random = randomOf(seed);
  console.log(`seed ${seed}`);
  const source = await aSource();
  const killed = await someStores();
  const undisturbed = await someStores();

  expect(await run(undisturbed.dataDir, source.address)).toBe(0);
  const baseline = source.times();
  source.forget();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = start(killed.dataDir, source.address);
    await source.afterRequests(1 + Math.floor(random() * 5));
    await new Promise((resolve) => setTimeout(resolve, random() * 8));
    child.kill('SIGKILL');
    expect(await ended(child)).toBe(null);
  }
  expect(await run(killed.dataDir, source.address)).toBe(0);

  expect(baseline).toBe(PEOPLE / PAGE);
  expect(source.times() - baseline).toBeLessThanOrEqual(KILLS);
  expect(await exported(killed.stores, killed.dataDir)).toBe(await exported(undisturbed.stores, undisturbed.dataDir));
}, 240_000);

/** A list over HTTP that counts who asks for what. */
async function aSource() {
  let asked = 0;
  let waiting: { count: number; resolve: () => void } | undefined;
  const server = createServer((request, response) => {
    const from = Number(new URL(request.url ?? '/', 'http://test').searchParams.get('from'));
    const ids = Array.from({ length: Math.min(PAGE, PEOPLE - from) }, (_, index) => String(100_000 + from + index));
    const next = from + PAGE < PEOPLE ? String(from + PAGE) : null;
    response.end(JSON.stringify({ ids, total: PEOPLE, next }));
    asked++;
    if (waiting && --waiting.count === 0) waiting.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    times: () => asked,
    forget: () => (asked = 0),
    afterRequests: (count: number) => new Promise<void>((resolve) => (waiting = { count, resolve })),
  };
}

function start(dataDir: string, address: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', PROGRAM, dataDir, address], { stdio: 'inherit' });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

function run(dataDir: string, address: string): Promise<number | null> {
  return ended(start(dataDir, address));
}

/** Every row that the file has, with all its fields. */
async function exported(stores: Awaited<ReturnType<typeof someStores>>['stores'], dataDir: string): Promise<string> {
  const store = await stores.open(RUN);
  await fill(store, 'qiyuesuo-before', [person('q1')]);
  const { counts } = await store.compare({ comparison: 'foreseen', scope: null });
  expect(counts.created).toBe(PEOPLE);
  const file = join(dataDir, 'rows.csv');
  await store.export({ comparison: 'foreseen', file, format: 'csv', content: 'personal' });
  const { digest, pass } = await store.position('e10-people');
  await store.close();
  return [pass, digest, ...(await readFile(file, 'utf8')).split('\n').sort()].join('\n');
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
