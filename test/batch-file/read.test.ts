import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignWaves } from '../../src/domain/batch/waves.js';
import { readBatchFile } from '../../src/batch-file/read.js';

describe('readBatchFile', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batch-file-'));
    path = join(folder, 'b.yaml');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads the example without a warning', async () => {
    const batch = await readBatchFile('examples/spring-cutover.batch.yaml');

    expect(batch.warnings).toEqual([]);
    expect(batch.waves.map(({ name }) => name)).toEqual(['canary', 'rest']);
    expect(batch.tenants.map(({ id, qiyuesuo }) => `${id} ${qiyuesuo.deployment} ${qiyuesuo.driver}`)).toEqual([
      'acme private api',
      'bolan private manual',
      'cangqiong public manual',
    ]);
  });

  it('reads the example of waves by facts, which says who is in which', async () => {
    const batch = await readBatchFile('examples/waves-by-facts.batch.yaml');

    expect(batch.warnings).toEqual([]);
    expect(assignWaves(batch).map(({ wave, tenants }) => [wave.name, ...tenants.map(({ id }) => id)])).toEqual([
      ['canary', 'group-hq'],
      ['kept-address', 'group-west', 'group-factory'],
      ['not-south', 'yunqi'],
      ['rest', 'nanhai'],
    ]);
  });

  it('resolves files of secrets against the folder of the batch file', async () => {
    await writeFile(
      path,
      `batch: b
tenants:
  - id: pub
    qiyuesuo: { deployment: public, token: { file: ../t }, secret: { file: s } }
    e10: { address: https://e10.example, tenantKey: t123456789 }
`,
    );

    const { tenants } = await readBatchFile(path);

    expect(tenants[0]?.qiyuesuo).toMatchObject({
      token: { file: join(folder, '..', 't') },
      secret: { file: join(folder, 's') },
    });
  });

  it('says that the file does not exist', async () => {
    await expect(readBatchFile(path)).rejects.toThrow(
      `${path}:1:1  FILE-MISSING  there is no such file\n  fix  check the path after -f`,
    );
  });

  it('says that it is a folder', async () => {
    await expect(readBatchFile(folder)).rejects.toThrow('FILE-UNREADABLE  this is a folder');
  });

  it('names the line which is not UTF-8', async () => {
    await writeFile(path, Buffer.concat([Buffer.from('batch: b\ntenants:\n  - name: '), Buffer.from([0xb0, 0xa2])]));

    await expect(readBatchFile(path)).rejects.toMatchObject({ errors: [{ code: 'FILE-NOT-UTF8', line: 3 }] });
  });

  it('refuses UTF-16, as Windows may save it', async () => {
    await writeFile(path, '\uFEFFbatch: b\n', 'utf16le');

    await expect(readBatchFile(path)).rejects.toMatchObject({ errors: [{ code: 'FILE-NOT-UTF8', line: 1 }] });
  });

  it('refuses a huge file before reading it', async () => {
    await writeFile(path, '');
    await truncate(path, 65 * 1024 * 1024);

    await expect(readBatchFile(path)).rejects.toMatchObject({ errors: [{ code: 'FILE-TOO-LARGE' }] });
  });
});
