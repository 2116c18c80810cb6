import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { expect, inject, it } from 'vitest';
import { createFileBatchStore } from '../../src/batch-store/files.js';
import { createOutput } from '../../src/cli/output.js';
import { isNeededBy, missingLine, missingWorkers } from '../../src/cli/missing-workers.js';
import { createMigrations } from '../../src/client.js';
import { openConnection } from '../../src/connection.js';
import { consoleTaskQueue, inspectionTaskQueue } from '../../src/domain/ids.js';
import type { Tenant } from '../../src/domain/tenant.js';

const tenantAt = (site: string, driver: 'api' | 'browser') => ({ site, qiyuesuo: { driver } }) as Tenant;
const out = createOutput('text', 'en', { stdout: process.stdout, stderr: process.stderr, color: false, now: Date.now });

it('names each queue that nobody polls, with the command that starts a worker for it', async () => {
  const connection = await openConnection({ address: inject('temporalAddress') });
  const client = new Client({ connection });
  const migrations = createMigrations({ client, store: createFileBatchStore('unused') });
  const remote = { temporal: { mode: 'remote' }, migrations } as const;
  const site = `site-${randomUUID().slice(0, 8)}`;
  const tenants = [tenantAt(site, 'api'), tenantAt(site, 'browser'), tenantAt(site, 'browser')];
  // Whoever asks for work is seen while it asks.
  const gone = new AbortController();
  const poll = () =>
    client.workflowService.pollActivityTaskQueue({
      namespace: 'default',
      taskQueue: { name: inspectionTaskQueue(site) },
      identity: 'somebody',
    });
  const asks = connection
    .withAbortSignal(gone.signal, () => connection.withDeadline(Date.now() + 30_000, poll))
    .catch(() => undefined);
  try {
    await expect.poll(() => migrations.pollersOf(inspectionTaskQueue(site))).toEqual(['somebody']);
    const looks = await missingWorkers(remote, tenants, 'look');
    expect(looks.map((one) => missingLine(one, out))).toEqual([
      `Nobody works for qys-e10-console-inspect@${site}: what needs it waits. Start a worker where Chromium is: qys-e10 worker --site ${site} --site-only`,
    ]);
    expect(tenants.map((tenant) => looks.some((one) => isNeededBy(tenant, one)))).toEqual([false, true, true]);

    const migrates = (await missingWorkers(remote, tenants, 'migrate')).map(({ queue }) => queue);
    expect(migrates).toEqual(expect.arrayContaining([`qys-e10@${site}`, consoleTaskQueue(site)]));
    expect(await missingWorkers({ ...remote, temporal: { mode: 'embedded' } }, tenants, 'migrate')).toEqual([]);
  } finally {
    gone.abort();
    await asks;
    await connection.close();
  }
});
