import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { batchFileOf } from '../../simulators/batch-file.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type World } from '../../simulators/world.js';
import { parseBatch, type ParsedBatch } from '../../src/batch-file/parse.js';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { createMigrations, type Migrations, type TenantEnd } from '../../src/client.js';
import { loadConfig } from '../../src/config.js';
import { openConnection } from '../../src/connection.js';
import { openConsolePages } from '../../src/console-browser.js';
import { siteTaskQueue, tenantWorkflowId } from '../../src/domain/ids.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import type { Policy } from '../../src/domain/policy.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { batchFolder } from '../../src/data-folder.js';
import { startWorkers, type WorkersOptions } from '../../src/worker.js';
import { chromiumPath } from './chromium.js';
import { logIn } from '../../simulators/operator.js';

/** Simulated systems come back at once or never. */
export const IMPATIENT: Policy = {
  readAttempts: 3,
  writeAttempts: 3,
  undoAttempts: 2,
  firstRetryMs: 50,
  maxRetryMs: 200,
  peopleSyncMs: 60_000,
  onFailure: 'undo',
};

/** Chromium has no sandbox for root, as in a container. */
const BROWSER = {
  ...(chromiumPath === undefined ? {} : { QYS_E10_CHROMIUM: chromiumPath }),
  QYS_E10_PAGE_MAPS: fileURLToPath(new URL('page-maps', import.meta.url)),
  ...(process.getuid?.() === 0 ? { QYS_E10_BROWSER_SANDBOX: 'off' } : {}),
};

const BIN = fileURLToPath(new URL('../../bin/qys-e10.mjs', import.meta.url));

/** A world of simulated systems, and a worker with the real activities on a site of its own. */
export interface Rig {
  world: World;
  client: Client;
  migrations: Migrations;
  /** The worker's data folder, site and secrets: for another worker in a process of its own. */
  dataDir: string;
  site: string;
  secrets: Record<string, string>;
  /** The whole file, as it is applied. */
  batch: ParsedBatch;
  tenant(id: string): Tenant;
  /** Starts the tenant's migration. */
  start(id: string, policy?: Policy): Promise<void>;
  /** Starts it and waits for its end. */
  migrate(id: string, policy?: Policy): Promise<TenantEnd>;
  end(id: string): Promise<TenantEnd>;
  /** The operator of a tenant whose driver is `browser` logs in at its console, and at its signing platform. */
  logIn(id: string): Promise<void>;
  /** What the coordinator of the file's batch answers; a busy machine may need more than one question. */
  status(): Promise<BatchStatus>;
  /** Undoes it from what its runs left, and waits for the end. */
  rollback(id: string): Promise<TenantEnd>;
  /** From then on nobody answers. */
  stopWorkers(): Promise<void>;
  /** A worker of the site in a process of its own, for a test that kills it; ended with the rig. */
  workerProcess(): ChildProcess;
  close(): Promise<void>;
}

/**
 * Ids get a suffix, since all tests share one server and a tenant's id is a lock. People are compared by head counts alone, unless the
 * file's defaults say otherwise: most tests are about something else. Where `env` makes the worker manage the
 * proxy, the same file decides what the proxies of the simulated tenants do.
 */
export async function aRig(
  specs: TenantSpec[],
  env: Record<string, string> = {},
  file: Record<string, unknown> = {},
  more: Pick<WorkersOptions, 'activitySlots' | 'coordinatorQueue'> = {},
): Promise<Rig> {
  const suffix = randomUUID().slice(0, 8);
  const site = `site-${suffix}`;
  const world = await startWorld({
    tenants: specs.map((spec) => {
      const id = `${spec.id}-${suffix}`;
      const proxyFile = env['QYS_E10_NGINX_INCLUDE']?.replaceAll('{tenant}', id);
      return { syncSeconds: 0.2, ...(proxyFile === undefined ? {} : { proxyFile }), ...spec, id };
    }),
  });
  const { yaml, env: secrets } = batchFileOf(world, `batch-${suffix}`, {
    ...file,
    defaults: { people: { compare: 'count' }, ...(file['defaults'] as object | undefined), site },
  });
  const batch = parseBatch(yaml, 'test.batch.yaml');
  const { tenants } = batch;
  const dataDir = await mkdtemp(join(tmpdir(), 'qys-e10-rig-'));

  const address = inject('temporalAddress');
  const connection = await openConnection({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const coordinatorQueue = more.coordinatorQueue ?? `coordinator-${suffix}`;
  const store = createFileBatchStore(batchFolder({ dataDir }));
  const migrations = createMigrations({ client, store, coordinatorQueue });
  const config = loadConfig({ ...BROWSER, ...env, QYS_E10_DATA: dataDir, QYS_E10_HTTP_TIMEOUT: '3' });
  const workers = await startWorkers({
    config,
    temporal: {
      mode: 'remote',
      address,
      namespace: 'default',
      connection,
      client,
      nativeConnection: () => Promise.resolve(native),
      uiUrl: null,
      stays: true,
      close: () => Promise.resolve(),
    },
    sites: [site],
    serves: 'all',
    coordinatorQueue,
    env: secrets,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    ...more,
  });

  const children: ChildProcess[] = [];
  const idOf = (id: string): string => `${id}-${suffix}`;
  const rig: Rig = {
    world: {
      ...world,
      tenant: (id) => world.tenant(idOf(id)),
      fault: (fault) => world.fault(fault.tenant ? { ...fault, tenant: idOf(fault.tenant) } : fault),
    },
    client,
    migrations,
    dataDir,
    site,
    secrets,
    batch,
    tenant(id) {
      const found = tenants.find((tenant) => tenant.id === idOf(id));
      if (!found) throw new Error(`no tenant ${id}`);
      return found;
    },
    async start(id, policy = IMPATIENT) {
      await client.workflow.start('migrateTenant', {
        workflowId: tenantWorkflowId(idOf(id)),
        taskQueue: siteTaskQueue(site),
        args: [{ tenant: rig.tenant(id), policy }],
      });
    },
    async migrate(id, policy) {
      await rig.start(id, policy);
      return rig.end(id);
    },
    async end(id) {
      await client.workflow
        .getHandle(tenantWorkflowId(idOf(id)))
        .result()
        .catch(() => undefined);
      const end = await migrations.tenantEnd(idOf(id));
      if (!end) throw new Error(`${id} has not ended`);
      return end;
    },
    async logIn(id) {
      const pages = await openConsolePages(config);
      const tenant = rig.tenant(id);
      const simulated = rig.world.tenant(id);
      try {
        for (const at of tenant.qiyuesuo.signing === undefined ? PLATFORMS.slice(0, 1) : PLATFORMS) {
          const onOpen = (page: Page): Promise<void> => logIn(page, simulated, at);
          await pages?.logIn(tenant, { at, headless: true, timeoutMs: 20_000, onOpen });
        }
      } finally {
        await pages?.close();
      }
    },
    async status() {
      let status: BatchStatus | undefined;
      await until('the coordinator answers', async () => {
        status = await migrations.batchStatus(batch.batch);
        return status !== undefined;
      });
      return status as unknown as BatchStatus;
    },
    async rollback(id) {
      const begun = await migrations.startRollback(rig.tenant(id), 'changed our mind');
      if (begun.undo !== 'under-way') throw new Error(`no undo of ${id}: ${begun.undo}`);
      return rig.end(id);
    },
    stopWorkers: () => workers.stop(),
    workerProcess() {
      const own = { TEMPORAL_ADDRESS: address, QYS_E10_DATA: dataDir, QYS_E10_HTTP_TIMEOUT: '3' };
      const child = spawn(process.execPath, [BIN, 'worker', '--site', site, '--site-only'], {
        env: { ...process.env, ...BROWSER, ...env, ...secrets, ...own },
        stdio: 'ignore',
      });
      children.push(child);
      return child;
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await workers.stop();
      await connection.close();
      await native.close();
      await world.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return rig;
}

const PLATFORMS = ['console', 'signing'] as const;

/** What an undo must bring back: all but the people, whom a sync run may have changed, and the runs themselves. */
export function undoable(rig: Rig, id: string): unknown {
  const { people: _people, runs: _runs, ...owned } = rig.world.tenant(id).state();
  return owned;
}

/**
 * What is there after an undo by pages: as `undoable`, but for the one field that nobody can empty on a page. It counts as empty
 * where it was, and shows what we chose.
 */
export function undoneByPages(rig: Rig, id: string, before: unknown): unknown {
  const now = undoable(rig, id) as Forms;
  const was = before as Forms;
  return {
    ...now,
    integration: withoutOurs(now.integration, was.integration),
    sets: { E9: withoutOurs(now.sets.E9, was.sets.E9), E10: withoutOurs(now.sets.E10, was.sets.E10) },
  };
}

interface Forms {
  integration: Record<string, unknown>;
  sets: Record<'E9' | 'E10', Record<string, unknown>>;
}

function withoutOurs({ syncSource, ...others }: Record<string, unknown>, was: Record<string, unknown>): unknown {
  const stays = syncSource === 'https' && was['syncSource'] === undefined;
  return stays || syncSource === undefined ? others : { syncSource, ...others };
}

/** Polls; nothing in the tests sleeps blindly. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 45_000): Promise<void> {
  const since = Date.now();
  while (!(await holds())) {
    if (Date.now() - since > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
