import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Config } from '../src/config.js';
import { loadConfig } from '../src/config.js';
import { SEARCH_ATTRIBUTES } from '../src/domain/search-attributes.js';
import { ServerRecord } from '../src/embedded/record.js';
import { isRunning, stopProcess } from '../src/embedded/processes.js';
import { connectTemporal, ensureSearchAttributes } from '../src/temporal.js';
import type { Temporal } from '../src/temporal.js';
import { ensureTemporalCli } from '../src/temporal-cli.js';

let dataDir: string;
let config: Config;
let others: ChildProcess[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'qys-e10-embedded-'));
  config = loadConfig({ ...localEnvironment(), QYS_E10_DATA: dataDir });
  others = [];
});

afterEach(async () => {
  others.forEach((other) => other.kill('SIGKILL'));
  const left = await record().catch(() => null);
  if (left?.pid) await stopProcess(left.pid, 5_000);
  await rm(dataDir, { recursive: true, force: true });
});

describe('the embedded server', () => {
  it('starts, knows our search attributes and stops with its only user', async () => {
    const temporal = await connectTemporal(config);
    const { pid } = await record();

    await startTenant(temporal, 'acme');
    expect(temporal.mode).toBe('embedded');
    expect((await fetch(temporal.uiUrl ?? '')).status).toBe(200);

    await temporal.close();
    expect(await isRunning(pid ?? 0)).toBe(false);
  });

  it('keeps ended runs for as long as an undo may come', async () => {
    const { connection, namespace, close } = await connectTemporal(config);
    const { config: settings } = await connection.workflowService.describeNamespace({ namespace });
    await close();

    expect(Number(settings?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 3_600);
  });

  it('keeps workflows, and the address of its pages, over a restart', async () => {
    const first = await connectTemporal(config);
    await startTenant(first, 'acme');
    await first.close();

    const second = await connectTemporal(config);
    expect(second.uiUrl).toBe(first.uiUrl);
    await expect(statusOf(second, 'acme')).resolves.toBe('RUNNING');
    await second.close();
  });

  it('starts on other ports where one was taken in between', async () => {
    const program = await ensureTemporalCli(config.temporalCli, () => undefined);
    const once = join(dataDir, 'taken');
    const taken = 'listen tcp 127.0.0.1:7233: bind: address already in use';
    const explicit = await aProgram(
      `[ "$1" = server ] && [ ! -e ${once} ] && touch ${once} && echo '${taken}' && exit 1\nexec ${program} "$@"`,
    );
    const temporal = await connectTemporal({ ...config, temporalCli: { ...config.temporalCli, explicit } });
    await startTenant(temporal, 'acme');
    await temporal.close();
    expect(await readFile(join(dataDir, 'temporal-server.log'), 'utf8')).toContain(taken);
  });

  it('is started again where it is killed, at the same address and for all who use it', async () => {
    const temporal = await connectTemporal(config);
    const second = await anotherTerminal();
    await startTenant(temporal, 'acme');
    const killed = await record();
    process.kill(killed.pid ?? 0, 'SIGKILL');

    await expect.poll(() => statusOf(temporal, 'acme').catch(() => 'none'), PATIENT).toBe('RUNNING');
    const again = await record();
    expect(again).toMatchObject({ port: killed.port, uiPort: killed.uiPort });
    expect(again.users.toSorted()).toEqual(killed.users.toSorted());

    second.process.kill('SIGTERM');
    await once(second.process, 'exit');
    await temporal.close();
    expect(await isRunning(again.pid ?? 0)).toBe(false);
  });

  it('is started again where its database is stuck', async () => {
    const program = await ensureTemporalCli(config.temporalCli, () => undefined);
    const once = join(dataDir, 'stuck');
    const standIn = fileURLToPath(new URL('support/stuck-server.mjs', import.meta.url));
    const explicit = await aProgram(
      `[ "$1" = server ] && [ ! -e ${once} ] && touch ${once} && exec '${process.execPath}' '${standIn}' "$@"\nexec ${program} "$@"`,
    );
    const temporal = await connectTemporal({ ...config, temporalCli: { ...config.temporalCli, explicit } });

    const { pid: stuck } = await record();

    await expect.poll(async () => (await record()).pid, PATIENT).not.toBe(stuck);
    await expect.poll(() => startTenant(temporal, 'acme').catch(() => 'not yet'), PATIENT).toBeUndefined();
    await expect(statusOf(temporal, 'acme')).resolves.toBe('RUNNING');
    await temporal.close();
  });

  it('is shared by a second run, and stops with the last of the two', async () => {
    const first = await connectTemporal(config);
    const second = await anotherTerminal();
    expect(second.address).toBe(first.address);
    const { pid } = await record();

    await first.close();
    expect(await isRunning(pid ?? 0)).toBe(true);

    second.process.kill('SIGTERM');
    await once(second.process, 'exit');
    expect(await isRunning(pid ?? 0)).toBe(false);
  });

  it('is started once by two runs that start together', async () => {
    const [first, second] = await Promise.all([anotherTerminal(), anotherTerminal()]);

    expect(second.address).toBe(first.address);
    expect((await record()).users.toSorted()).toEqual([first.process.pid, second.process.pid].toSorted());
  });

  it('survives kill -9 of the run that started it; the next run takes it over and stops it', async () => {
    const killed = await anotherTerminal();
    const { pid } = await record();
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');
    expect(await isRunning(pid ?? 0)).toBe(true);

    const next = await connectTemporal(config);
    expect(next.address).toBe(killed.address);
    expect((await record()).pid).toBe(pid);

    await next.close();
    expect(await isRunning(pid ?? 0)).toBe(false);
  });

  it('is found, too, where that run was killed before it answered', async () => {
    const killed = startOwner();
    // The server has been started, and nobody uses it yet.
    await expect
      .poll(() => record().catch(() => null), { timeout: 60_000, interval: 5 })
      .toMatchObject({ pid: expect.any(Number) as number, users: [] });
    killed.kill('SIGKILL');
    const { pid } = await record();

    // Never two servers on one database: either this one, or another in its place.
    const next = await connectTemporal(config);
    expect((await record()).pid === pid || !(await isRunning(pid ?? 0))).toBe(true);
    await next.close();
    expect(await isRunning(pid ?? 0)).toBe(false);
  });

  it('is started anew where the record tells of one that is gone', async () => {
    const first = await connectTemporal(config);
    await startTenant(first, 'acme');
    const before = await record();
    await stopProcess(before.pid ?? 0, 5_000);
    await first.close();
    await writeFile(join(dataDir, 'server.json'), JSON.stringify(before));
    await writeFile(join(dataDir, 'server.lock'), '999999999'); // and of a start that was killed half-way

    const next = await connectTemporal(config);
    await expect(statusOf(next, 'acme')).resolves.toBe('RUNNING');
    await next.close();
  });
});

describe('a remote server', () => {
  it('is used where TEMPORAL_ADDRESS names one, and goes on after us', async () => {
    const remote = loadConfig({ ...localEnvironment(), TEMPORAL_ADDRESS: inject('temporalAddress') });
    const temporal = await connectTemporal(remote);

    expect(temporal).toMatchObject({ mode: 'remote', namespace: 'default', uiUrl: null });
    await expect(ensureSearchAttributes(temporal.connection, 'default')).resolves.toBeUndefined();
    await (await temporal.nativeConnection()).ensureConnected();
    await temporal.close();

    await (await connectTemporal(remote)).close();
  });

  it('that does not answer is named, with what to check', async () => {
    const nobody = loadConfig({ ...localEnvironment(), TEMPORAL_ADDRESS: '127.0.0.1:1' });

    await expect(connectTemporal(nobody)).rejects.toThrow(/127\.0\.0\.1:1.*TEMPORAL_ADDRESS/s);
  });
});

const PATIENT = { timeout: 60_000, interval: 200 };

/** In the place of the Temporal CLI. */
async function aProgram(script: string): Promise<string> {
  const wrapper = join(dataDir, 'temporal');
  await writeFile(wrapper, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return wrapper;
}

async function startTenant(temporal: Temporal, id: string): Promise<void> {
  await temporal.client.workflow.start('waitsForAWorker', {
    workflowId: `tenant/${id}`,
    taskQueue: 'nobody-polls-this',
    searchAttributes: {
      [SEARCH_ATTRIBUTES.tenant.name]: [id],
      [SEARCH_ATTRIBUTES.findings.name]: ['QYS-1', 'QYS-2'],
      [SEARCH_ATTRIBUTES.needsAttention.name]: [false],
    },
  });
}

async function statusOf(temporal: Temporal, id: string): Promise<string> {
  return (await temporal.client.workflow.getHandle(`tenant/${id}`).describe()).status.name;
}

async function record(): Promise<ServerRecord> {
  return ServerRecord.parse(JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8')));
}

function startOwner() {
  const script = fileURLToPath(new URL('support/embedded-owner.ts', import.meta.url));
  const other = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...localEnvironment(), QYS_E10_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  others.push(other);
  return other;
}

async function anotherTerminal(): Promise<{ process: ChildProcess; address: string }> {
  const other = startOwner();
  const [said] = (await once(other.stdout, 'data')) as [Buffer];
  return { process: other, ...(JSON.parse(said.toString()) as { address: string }) };
}

function localEnvironment(): NodeJS.ProcessEnv {
  const local = { ...process.env };
  for (const name of Object.keys(local)) if (/^TEMPORAL_(?!CLI$)/.test(name)) delete local[name];
  return local;
}
