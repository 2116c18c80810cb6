import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { createActivityEnds, type ActivityEnds } from './activities/activity-ends.js';
import { createFailureInterceptor } from './activities/failures.js';
import { createCoordinatorActivities, createTenantActivities } from './activities/index.js';
import { createOpenSystems } from './activities/open-systems.js';
import { createWitnesses, type Witnesses } from './activities/witnesses.js';
import { createFileBatchStore } from './batch-store/files.js';
import { createMigrations, type Migrations } from './client.js';
import { forwardProxyOf, type Config } from './config.js';
import { openConsolePages } from './console-browser.js';
import { batchFolder } from './data-folder.js';
import {
  COORDINATOR_TASK_QUEUE,
  consoleInspectionTaskQueue,
  consoleTaskQueue,
  inspectionTaskQueue,
  peopleTaskQueue,
  siteTaskQueue,
} from './domain/ids.js';
import { createNginx } from './gateways/proxy/nginx.js';
import type { ReverseProxy } from './gateways/proxy/proxy.js';
import { createSecretStore } from './gateways/secrets.js';
import { keepPeopleTidy, openPeopleStores, peopleHome } from './people-files.js';
import type { PeopleStores } from './people-store/store.js';
import type { Tidied } from './people-store/tidying.js';
import { sealOf } from './seal-key.js';
import { keepHeapSmall } from './small-heap.js';
import type { Temporal } from './temporal.js';

export interface Workers {
  /** Resolves when all are stopped; rejects when one fails. */
  running: Promise<void>;
  /** Lets running activities end, for as long as the grace time allows. */
  stop(): Promise<void>;
}

export interface WorkersOptions {
  config: Config;
  temporal: Temporal;
  /** Sites whose task queues are polled. */
  sites: readonly string[];
  /**
   * `inspect`: looks only, so that no interrupted migration wakes up. `site`: looks and tenants, as inside a customer's
   * network. `coordinator`: batches alone. `all`: sites and batches.
   */
  serves: 'inspect' | 'site' | 'coordinator' | 'all';
  /** Where secret references of the kind `{env}` are looked up. */
  env: Record<string, string | undefined>;
  /** Where coordinators run, if not on the usual queue. */
  coordinatorQueue?: string;
  /** Activities of a site's tenants that run at once, whichever batch they are of; 50 if absent. */
  activitySlots?: number;
  /** Others on this machine come first: tenants take few of their tasks at once, so that nobody queues long at the one database. */
  givesWay?: boolean;
  /** Made beforehand; else the one of the build, or the sources. */
  workflowBundle?: WorkflowBundleOption;
}

type Poll = (taskQueue: string, work: Partial<WorkerOptions>) => void;

interface OfSites extends WorkersOptions {
  serves: 'inspect' | 'site' | 'all';
  migrations: Migrations;
  workflows: Partial<WorkerOptions>;
}

/**
 * More at once hardly speed tenants up on one machine: their writes wait for its one database, and so does who asks for a status.
 * What finds no poll waiting is stored first, and read again: so there are as many polls as tasks.
 */
const FEW_AT_ONCE = {
  maxConcurrentWorkflowTaskExecutions: 4,
  maxConcurrentWorkflowTaskPolls: 4,
  maxConcurrentActivityTaskPolls: 3,
} satisfies Partial<WorkerOptions>;

/** Each takes some memory of its own, however small its lists are. */
const PEOPLE_LISTS_AT_ONCE = 4;

/** The composition root: the only place that knows everybody. */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  const { config, temporal, serves } = options;
  keepHeapSmall();
  const shared = {
    connection: await temporal.nativeConnection(),
    namespace: temporal.namespace,
    identity: `qys-e10@${hostname()}/${process.pid}`,
    shutdownGraceTime: '20 seconds',
    shutdownForceTime: '30 seconds',
  } satisfies Partial<WorkerOptions>;
  const workflows = {
    workflowBundle: options.workflowBundle ?? (await workflowCode()),
    maxCachedWorkflows: 500,
  } satisfies Partial<WorkerOptions>;
  const store = createFileBatchStore(batchFolder(config));
  const migrations = createMigrations({ client: temporal.client, store });

  const created: Promise<Worker>[] = [];
  const poll: Poll = (taskQueue, work) => void created.push(Worker.create({ ...shared, ...work, taskQueue }));
  const closeSites =
    serves === 'coordinator' ? undefined : await pollSites({ ...options, serves, migrations, workflows }, poll);
  if (serves === 'all' || serves === 'coordinator') {
    const describe = (tenantIds: readonly string[]) => migrations.newestRunsOf(tenantIds);
    const planned = (tenantId: string) => migrations.plannedOf(tenantId);
    const { runUnderWay: underWay, warningsOf: warned, undoOfBatch: undo, refusesUndo } = migrations;
    const activities = createCoordinatorActivities({ store, describe, planned, warned, underWay, undo, refusesUndo });
    poll(options.coordinatorQueue ?? COORDINATOR_TASK_QUEUE, { ...workflows, activities });
  }
  const workers = await Promise.all(created).catch(async (error: unknown) => {
    await closeSites?.();
    throw error;
  });
  const running = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  running.catch(() => undefined);
  return {
    running,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await closeSites?.();
    },
  };
}

/** Returns what closes behind them. */
async function pollSites(options: OfSites, pollFor: Poll): Promise<() => Promise<void>> {
  const { config, temporal, serves, migrations, workflows } = options;
  const home = await peopleHome(config);
  const witnesses = createWitnesses();
  const ends = createActivityEnds();
  const stores = await openPeopleStores(config);
  const { activities, console } = await createActivities(options, { home, stores, witnesses, ends });
  const onThrottled = (workflowId: string): void => void migrations.tellThrottled(workflowId);
  const interceptors = { activity: [() => ({ inbound: createFailureInterceptor(onThrottled, witnesses, ends) })] };
  const poll: Poll = (taskQueue, work) => pollFor(taskQueue, { interceptors, ...work });
  const { preflight, takeSnapshot, verify } = activities;
  const { readPeople, foreseePeople, reconcilePeople, samplePeople, sealPeople } = activities;

  // Only who has a browser may take what needs one; on one machine there is nobody else to say that there is none.
  const takesConsoles = console !== undefined || temporal.mode === 'embedded';
  const looks = { preflight, takeSnapshot, verify };
  for (const site of options.sites) {
    poll(inspectionTaskQueue(site), { ...workflows, activities: looks });
    if (takesConsoles) poll(consoleInspectionTaskQueue(site), { activities: looks });
    if (serves === 'inspect') continue;
    poll(siteTaskQueue(site), {
      ...workflows,
      activities,
      maxConcurrentActivityTaskExecutions: options.activitySlots ?? 50,
      ...(options.givesWay ? FEW_AT_ONCE : {}),
    });
    if (takesConsoles) {
      poll(consoleTaskQueue(site), { activities, maxConcurrentActivityTaskExecutions: config.browser.contexts });
    }
    // What lies on this disk is compared here and nowhere else.
    poll(peopleTaskQueue(site, home), {
      activities: { readPeople, foreseePeople, reconcilePeople, samplePeople, sealPeople },
      maxConcurrentActivityTaskExecutions: PEOPLE_LISTS_AT_ONCE,
    });
  }
  const tidyUp = serves === 'inspect' ? () => Promise.resolve() : keepPeopleTidy(stores, config, tellTidied);
  return async () => {
    await tidyUp();
    await console?.close();
  };
}

function tellTidied({ sealed, forgotten, problems }: Tidied): void {
  const { logger } = Runtime.instance();
  if (problems.length > 0) logger.warn('lists of people could not be tidied', { problems });
  if (sealed + forgotten > 0) logger.info('lists of people that syncs had left', { sealed, forgotten });
}

/** What the activities of this process share with what is around them. */
interface OfActivities {
  home: string;
  stores: PeopleStores;
  witnesses: Witnesses;
  ends: ActivityEnds;
}

async function createActivities({ config, env }: WorkersOptions, { home, stores, witnesses, ends }: OfActivities) {
  const ca = await Promise.all(config.http.caFiles.map((file) => readFile(file, 'utf8')));
  const seal = await sealOf(config);
  const console = await openConsolePages(config, seal);
  const activities = createTenantActivities({
    seal,
    stores,
    homeAt: (site) => peopleTaskQueue(site, home),
    open: createOpenSystems({
      secrets: createSecretStore({ env, readFile: (path) => readFile(path, 'utf8') }),
      ca,
      forwardProxy: forwardProxyOf(config.http),
      timeoutMs: config.http.timeoutMs,
      proxyOf: (tenantId) => proxyOf(config, tenantId),
      ...(console ? { browserDriver: console.driver, witnesses } : {}),
      atEnd: ends.add,
    }),
  });
  return { activities, console };
}

/** Only where this worker is told which file is ours, and how to reload. */
function proxyOf({ nginx }: Config, tenantId: string): ReverseProxy | undefined {
  if (nginx.include === null || nginx.config === null) return undefined;
  return createNginx({
    includeFile: nginx.include.replaceAll('{tenant}', tenantId),
    configFile: nginx.config,
    nginx: nginx.bin,
    reload: nginx.reload,
  });
}

/** The bundle of the build where there is one, else the sources, bundled once for all workers of this process. */
async function workflowCode(): Promise<WorkflowBundleOption> {
  const built = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (existsSync(built)) return { codePath: built };
  const source = import.meta.url.endsWith('.ts') ? './workflows/index.ts' : './workflows/index.js';
  const workflowsPath = fileURLToPath(new URL(source, import.meta.url));
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
}
