import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../simulators/kernel/faults.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type World } from '../../simulators/world.js';
import { aCli, type Cli, type Finished } from '../support/cli.js';

/** One person of every tenant whose every field is found nowhere else. */
const CANARY = {
  name: '金丝雀甲',
  mobile: '13987654321',
  email: 'kanari@mark.example.cn',
  idNumber: '310101197712124711',
};
const MOVED = {
  startsMigrated: true,
  syncSeconds: 0.2,
  people: { e9: 40, e10: 42, first: CANARY },
} satisfies Partial<TenantSpec>;

const E9 = { system: 'e9', path: /getHrmUserInfoWithPage/ } as const;
const E10 = { system: 'e10', path: /queryEmployee/, from: 'outside' } as const;
const CONSOLE = { system: 'console', path: '/people' } as const;
const CLOUD = { system: 'open-api', path: '/v2/employee/list' } as const;
const USER = { system: 'open-api', path: '/user' } as const;

/** Tenants in whose answers the person stands where an error might take it up, and how their syncs end. */
const tenants: Record<string, { spec?: Partial<TenantSpec>; faults: Omit<Fault, 'tenant'>[]; end: object }> = {
  recovers: {
    faults: [
      { ...E9, kind: 'malformed', times: Infinity },
      { ...E10, kind: 'malformed' },
      { ...E10, kind: 'truncated' },
      { ...CONSOLE, kind: 'malformed' },
      { ...CONSOLE, kind: 'error-after' },
    ],
    end: { people: { by: 'list', baseline: null } },
  },
  'looked-up': {
    faults: [
      { ...CONSOLE, kind: 'malformed', times: Infinity },
      { ...USER, kind: 'error-after' },
      { ...USER, kind: 'malformed', after: 12 },
    ],
    end: { people: { by: 'sample', sample: { lookedUp: 42 } } },
  },
  'not-looked-up': {
    faults: [
      { ...CONSOLE, kind: 'malformed', times: Infinity },
      { ...USER, kind: 'malformed', after: 12, times: Infinity },
    ],
    end: { people: { by: 'count' } },
  },
  fails: {
    faults: [
      { ...E10, kind: 'malformed' },
      { ...E10, kind: 'unauthorised', times: Infinity },
    ],
    end: { state: 'failed', findings: [{ code: 'E10-TOKEN-REFUSED' }] },
  },
  cloud: {
    spec: { deployment: 'public', ownApp: true },
    faults: [{ ...CLOUD, kind: 'malformed', times: 2 }],
    end: { people: { by: 'list' } },
  },
};

describe('a person of the lists', { timeout: 240_000 }, () => {
  let world: World;
  let cli: Cli;
  let synced: Finished;
  const folder = (): string => dirname(cli.file);
  const at = (name: string): string => join(folder(), name);
  const exported = (tenant: string, name: string, ...more: string[]) =>
    cli.run(
      'people',
      'export',
      '-f',
      cli.file,
      '--tenant',
      tenant,
      '--comparison',
      'foreseen',
      '--to',
      at(name),
      ...more,
    );

  beforeAll(async () => {
    world = await startWorld({
      tenants: Object.entries(tenants).map(([id, { spec }]) => ({ ...MOVED, ...spec, id })),
    });
    for (const [tenant, { faults }] of Object.entries(tenants)) {
      for (const fault of faults) world.fault({ ...fault, tenant });
    }
    cli = await aCli(world, { defaults: { people: { compare: 'everybody' } } }, { QYS_E10_LOG_LEVEL: 'debug' });
    synced = await cli.run('sync', '-f', cli.file, '--yes', '--html', at('pages'), '-o', 'json');
    await mkdir(at('personal'));
    for (const more of [
      ['--format', 'csv'],
      ['--format', 'parquet'],
    ]) {
      await exported('recovers', `opaque.${more[1]}`, ...more);
    }
    await exported('recovers', 'personal/recovers.csv', '--personal');
    await cli.run('status', '-f', cli.file);
    await cli.run('report', '-f', cli.file, '--people-html', at('pages'));
  }, 240_000);
  afterAll(() => world.close());

  it.each(Object.keys(tenants))('is read, and answered in broken rows, %s', (tenant) => {
    expect(synced.stdout, synced.stderr).not.toBe('');
    const ends = (JSON.parse(synced.stdout) as { tenants: { tenant: string }[] }).tenants;

    expect(ends.find((one) => one.tenant === tenant)).toMatchObject(tenants[tenant]?.end ?? {});
  });

  it('is in the sealed result', async () => {
    const personal = await readFile(at('personal/recovers.csv'), 'utf8');

    for (const mark of [CANARY.name, CANARY.mobile, CANARY.email]) expect(personal).toContain(mark);
    expect((await allFiles()).filter((file) => file.endsWith('.sealed')).length).toBeGreaterThanOrEqual(3);
  });

  it('is nowhere else: no history, log, error, report, page, opaque export or plain file', async () => {
    const files = (await allFiles()).filter((file) => !file.endsWith('.sealed') && !file.startsWith('personal/'));
    const everything = [{ file: 'printed', bytes: Buffer.from(cli.printed()) }];
    for (const file of files) everything.push({ file, bytes: await readFile(at(file)) });
    const foundIn = (mark: string): string[] =>
      everything.filter(({ bytes }) => tracesOf(mark).some((trace) => bytes.includes(trace))).map(({ file }) => file);

    // What is looked for would be found: the name of a tenant is in the histories, what happened is in the log.
    expect(foundIn(world.tenant('recovers').spec.name).join()).toContain('temporal.db');
    expect(foundIn('readPeople').join()).toMatch(/temporal\.db.*qys-e10\.log|qys-e10\.log.*temporal\.db/);
    expect(foundIn('unexpected answer at').join()).toContain('temporal.db');
    expect(files).toEqual(expect.arrayContaining(['opaque.csv', 'opaque.parquet', 'pages/recovers.people.html']));
    expect(files.filter((file) => /\.duckdb|spill/.test(file))).toEqual([]);
    for (const mark of Object.values(CANARY)) expect([mark, foundIn(mark)]).toEqual([mark, []]);
  });

  async function allFiles(): Promise<string[]> {
    const entries = await readdir(folder(), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder(), join(entry.parentPath, entry.name)));
  }
});

/** A text as it stands in bytes, in JSON, in an address, and in base64 wherever it begins there. */
function tracesOf(text: string): Buffer[] {
  const escaped = [...text]
    .map((one) => (one > '~' ? `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}` : one))
    .join('');
  const encoded = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    // Without what belongs to its neighbours as well.
    const whole = bytes.toString('base64').replace(/=+$/, '');
    return whole.slice(Math.ceil((before * 4) / 3), whole.length - (bytes.length % 3 === 0 ? 0 : 1));
  });
  return [text, escaped, encodeURIComponent(text), ...encoded].map((one) => Buffer.from(one));
}
