import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { NotYet } from '../../src/activities/failures.js';
import { createTenantActivities } from '../../src/activities/index.js';
import { createOpenSystems } from '../../src/activities/open-systems.js';
import { DefaultLogger } from '@temporalio/worker';
import { parseBatch } from '../../src/batch-file/parse.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { createSeal } from '../../src/gateways/seal.js';
import { createDecisionSeal } from '../../src/gateways/decision-seal.js';
import { createFileSeal } from '../../src/gateways/sealed-file.js';
import { createSecretStore } from '../../src/gateways/secrets.js';
import { createPeopleStores } from '../../src/people-store/store.js';
import { inputOf, serve } from './children.js';

/** The baseline: a plain script that makes the same calls in the same order, and keeps nothing. */
export interface ScriptInput {
  batchFile: string;
  window: number;
}

export interface ScriptRan {
  seconds: number;
  tenants: number;
}

const { batchFile, window } = inputOf<ScriptInput>();
const KEY = Buffer.alloc(32, 7);
const logger = new DefaultLogger('ERROR');
const { tenants } = parseBatch(await readFile(batchFile, 'utf8'), batchFile);
const activities = createTenantActivities({
  seal: createSeal(KEY),
  open: createOpenSystems({
    secrets: createSecretStore({ env: {}, readFile: (path) => readFile(path, 'utf8') }),
    ca: [],
    forwardProxy: {},
    timeoutMs: 10_000,
    proxyOf: () => undefined,
  }),
  // Lists of people are nobody's here: the batch compares head counts.
  stores: createPeopleStores({
    dataDir: tmpdir(),
    sealKey: KEY,
    files: createFileSeal(KEY),
    decisionSeal: createDecisionSeal(KEY),
  }),
  homeAt: (site) => site,
});

serve({}, { run });

async function run(): Promise<ScriptRan> {
  const since = performance.now();
  const queue = [...tenants];
  await Promise.all(
    Array.from({ length: window }, async () => {
      for (let tenant = queue.shift(); tenant; tenant = queue.shift()) await migrate(tenant);
    }),
  );
  return { seconds: (performance.now() - since) / 1_000, tenants: tenants.length };
}

/** As `migrateTenant` goes where nothing fails. */
async function migrate(tenant: Tenant): Promise<void> {
  const { findings } = await call(activities.preflight, { tenant });
  const { sealed: snapshot, findings: more } = await call(activities.takeSnapshot, { tenant });
  await call(activities.switchMode, { tenant });
  await call(activities.pictureBeforeConfigure, { tenant });
  await call(activities.configure, { tenant });
  await call(activities.setCallback, { tenant });
  const people = await call(activities.planPeopleSync, { tenant, snapshot });
  await call(activities.savePeopleSync, { tenant, wanted: people });
  const { runId } = await call(activities.startPeopleSync, { tenant, key: tenant.id });
  await call(activities.awaitPeopleSync, { tenant, runId });
  await call(activities.rewriteCategories, { tenant, snapshot });
  const verdict = await call(activities.verify, { tenant, people, findings: [...findings, ...more] });
  if (verdict.grade === 'D') throw new Error(`${tenant.id} is not as wanted`);
}

/** With the context that activities expect, and no engine behind it. */
async function call<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
  for (;;) {
    try {
      return await new MockActivityEnvironment({}, { logger }).run(activity, input);
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      await sleep(error.afterMs ?? 1_000);
    }
  }
}
