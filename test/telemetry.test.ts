import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger, logFile } from '../src/log.js';
import { temporalLogger } from '../src/telemetry.js';

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'qys-e10-log-'));
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

it('writes the log of a command to a file, and secrets nowhere', async () => {
  const log = createLogger({ dataDir, logLevel: 'info' }, 'file');

  log.info(
    {
      tenantId: 'acme',
      token: 'canary-1',
      e10: { appSecret: 'canary-2' },
      call: { headers: { authorization: 'canary-3' } },
    },
    'Mode switched',
  );
  log.debug('not wanted');

  const lines = (await readFile(logFile({ dataDir }), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ tenantId: 'acme', msg: 'Mode switched', token: '[secret]' });
  expect(lines[0]).not.toContain('canary');
});

it('tells a tenant that did not end well by its outcome, and what broke with its stack', async () => {
  const dir = join(dataDir, 'outcomes');
  const log = temporalLogger(createLogger({ dataDir: dir, logLevel: 'info' }, 'file'));

  const blocked = ApplicationFailure.create({ type: 'blocked', message: 'QYS-TOKEN: expired' });
  log.warn('Workflow failed', { workflowId: 'tenant/acme', error: blocked });
  log.warn('Workflow failed', { workflowId: 'tenant/acme', error: new TypeError('of ours') });

  const [outcome, broken] = (await readFile(logFile({ dataDir: dir }), 'utf8')).trim().split('\n');
  expect(JSON.parse(outcome ?? '')).toMatchObject({ level: 30, outcome: 'blocked', reason: 'QYS-TOKEN: expired' });
  expect(outcome).not.toContain('stack');
  expect(JSON.parse(broken ?? '')).toMatchObject({ level: 40, error: { stack: expect.any(String) as string } });
});
