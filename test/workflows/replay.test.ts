import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { aRig, until } from '../support/rig.js';

const FOLDER = fileURLToPath(new URL('../histories', import.meta.url));
/** `QYS_E10_RECORD_HISTORIES=1 npm test` records anew, for a version that changes workflows on purpose. */
const RECORD = process.env['QYS_E10_RECORD_HISTORIES'] === '1';

it('replays what it runs today; recorded anew on request', async () => {
  const people = { e9: 4, e10: 4 };
  const rig = await aRig([
    { id: 'migrated', people, categories: { legacy: 2 } },
    { id: 'public', deployment: 'public' },
    { id: 'rolled-back', people, syncFails: true },
    { id: 'blocked', wrongCorpId: true },
    { id: 'cancelled', people, sameAddress: true },
  ]);
  for (const id of ['migrated', 'public', 'rolled-back', 'blocked']) await rig.migrate(id);
  await rig.start('cancelled');
  const waiting = rig.tenant('cancelled').id;
  await until('it waits', async () => (await rig.migrations.tenantStatus(waiting))?.waiting !== null);
  await rig.client.workflow.getHandle(tenantWorkflowId(waiting)).cancel();
  await rig.end('cancelled');

  for (const id of ['migrated', 'public', 'rolled-back', 'blocked', 'cancelled']) {
    const history = await rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant(id).id)).fetchHistory();
    await replays(id, history);
    if (!RECORD) continue;
    await mkdir(FOLDER, { recursive: true });
    await writeFile(join(FOLDER, `migrate-tenant-${id}.json`), historyToJSON(history));
  }
  await rig.close();
}, 120_000);

it('replays the recorded histories, so that running tenants survive an update', async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json'));
  expect(files.length).toBeGreaterThanOrEqual(5);

  for (const file of files) {
    const recorded: unknown = JSON.parse(await readFile(join(FOLDER, file), 'utf8'));
    await replays(file, historyFromJSON(recorded));
  }
}, 120_000);

async function replays(workflowId: string, history: ReturnType<typeof historyFromJSON>): Promise<void> {
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundlePath') } }, [
    { workflowId, history },
  ]);
  for await (const { error } of results) expect(error, workflowId).toBeUndefined();
}
