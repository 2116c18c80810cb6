import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { BatchFileInvalid, formatBatchErrors } from '../../src/batch-file/errors.js';
import { batchJsonSchema } from '../../src/batch-file/json-schema.js';
import { parseBatch } from '../../src/batch-file/parse.js';
import { readBatchFile } from '../../src/batch-file/read.js';

const GOOD = `batch: b
tenants:
  - id: acme
    name: 阿珂米
    qiyuesuo:
      deployment: private
      version: 4.3.7
      console: https://seal.example:9181
      openApi: https://seal.example:9182
      token: { env: T }
      secret: { env: S }
      driver: api
      api: { address: https://seal.example/console/v1, token: { env: C } }
    e10:
      address: https://oa.example
      tenantKey: t1a2b3c4d5
      corpId: 0123456789abcdef0123456789abcdef
      appKey: 0123456789abcdef0123456789abcdef
      appSecret: { env: A }
`;
const edit = (from: string, to: string) => GOOD.replace(from, to);

/** Each with its exact words: people search for them, and they must never show a secret. */
const MALFORMED: [string, string, string[]][] = [
  [
    'empty',
    '',
    [
      'b.yaml:1:1  FILE-EMPTY  the file is empty',
      '  fix  start with batch: NAME and tenants:, or copy examples/spring-cutover.batch.yaml',
    ],
  ],
  [
    'only a comment',
    '# nothing\n',
    [
      'b.yaml:1:1  FILE-EMPTY  the file is empty',
      '  fix  start with batch: NAME and tenants:, or copy examples/spring-cutover.batch.yaml',
    ],
  ],
  [
    'a list',
    '- a\n- b\n',
    [
      'b.yaml:1:1  NOT-A-MAPPING  the file is not a mapping',
      '  fix  start with batch: NAME and tenants:, or copy examples/spring-cutover.batch.yaml',
    ],
  ],
  [
    'a word',
    'hello\n',
    [
      'b.yaml:1:1  NOT-A-MAPPING  the file is not a mapping',
      '  fix  start with batch: NAME and tenants:, or copy examples/spring-cutover.batch.yaml',
    ],
  ],
  [
    'broken YAML',
    'batch: [a\ntenants: []\n',
    [
      'b.yaml:2:1  YAML-SYNTAX  the indentation does not fit',
      '  fix  indent the entries of one mapping or list equally',
    ],
  ],
  [
    'a tab',
    'batch: b\n\ttenants: []\n',
    ['b.yaml:2:1  YAML-TAB  a tab is used to indent', '  fix  indent with spaces'],
  ],
  [
    'a key twice',
    'batch: b\nbatch: c\ntenants: []\n',
    ['b.yaml:2:1  YAML-DUPLICATE-KEY  a key stands twice in one mapping: "batch"', '  fix  keep one of the two'],
  ],
  ['no tenants', 'batch: b\n', ['b.yaml:1:1  MISSING  tenants: missing', '  fix  add tenants']],
  [
    'empty tenants',
    'batch: b\ntenants: []\n',
    ['b.yaml:2:1  EMPTY-VALUE  tenants: is empty', '  fix  add at least one entry'],
  ],
  ['no batch', edit('batch: b\n', ''), ['b.yaml:1:1  MISSING  batch: missing', '  fix  add batch']],
  [
    'unknown key at the top',
    GOOD + 'tenant: []\n',
    ['b.yaml:20:1  UNKNOWN-KEY  tenant: unknown key; did you mean tenants?', '  fix  write tenants'],
  ],
  [
    'misspelt key',
    edit('tenantKey:', 'tenentKey:'),
    [
      'b.yaml:14:5  MISSING  tenants[0].e10.tenantKey: missing',
      '  fix  add tenantKey: with the code of 后台管理中心 → 基本设置 → 授权信息',
      'b.yaml:16:7  UNKNOWN-KEY  tenants[0].e10.tenentKey: unknown key; did you mean tenantKey?',
      '  fix  write tenantKey',
    ],
  ],
  [
    'secret in plain text',
    edit('token: { env: T }', 'token: CANARY-SECRET'),
    [
      'b.yaml:10:14  SECRET-IN-PLAIN-TEXT  tenants[0].qiyuesuo.token: a secret stands here in plain text',
      '  fix  put it into an environment variable or a file and write { env: NAME } or { file: PATH }; then replace the secret, it has been in a file',
    ],
  ],
  [
    'secret as a number',
    edit('secret: { env: S }', 'secret: 123456'),
    [
      'b.yaml:11:15  SECRET-IN-PLAIN-TEXT  tenants[0].qiyuesuo.secret: a secret stands here in plain text',
      '  fix  put it into an environment variable or a file and write { env: NAME } or { file: PATH }; then replace the secret, it has been in a file',
    ],
  ],
  [
    'secret with both',
    edit('{ env: A }', '{ env: A, file: a }'),
    [
      'b.yaml:19:7  SECRET-REFERENCE  tenants[0].e10.appSecret: expected a reference to a secret and nothing else',
      '  fix  write { env: NAME } or { file: PATH }',
    ],
  ],
  [
    'secret with neither',
    edit('{ env: A }', '{ }'),
    [
      'b.yaml:19:7  SECRET-REFERENCE  tenants[0].e10.appSecret: expected a reference to a secret and nothing else',
      '  fix  write { env: NAME } or { file: PATH }',
    ],
  ],
  [
    'bad deployment',
    edit('private', 'privat'),
    [
      'b.yaml:6:19  BAD-VALUE  tenants[0].qiyuesuo.deployment: not one of the values that can stand here; did you mean private?',
      '  fix  write private or public',
    ],
  ],
  [
    'no version',
    edit('      version: 4.3.7\n', ''),
    [
      'b.yaml:5:5  MISSING  tenants[0].qiyuesuo.version: missing; the private cloud needs it',
      '  fix  add version: like 4.3.7, it decides the callback page',
    ],
  ],
  [
    'bad version',
    edit('4.3.7', 'latest'),
    [
      'b.yaml:7:16  VERSION  tenants[0].qiyuesuo.version: not a version',
      '  fix  write three numbers like 4.3.7, as 关于 in the management console shows it',
    ],
  ],
  [
    'version in the public cloud',
    edit('deployment: private', 'deployment: public'),
    ['b.yaml:7:16  NOT-ALLOWED  tenants[0].qiyuesuo.version: the public cloud has no version', '  fix  remove version'],
  ],
  [
    'address without scheme',
    edit('https://oa.example', 'oa.example'),
    [
      'b.yaml:15:16  ADDRESS  tenants[0].e10.address: not an absolute http or https address',
      '  fix  write it like https://oa.example.com',
    ],
  ],
  [
    'address with a password',
    edit('https://oa.example', 'https://u:CANARY@oa.example'),
    [
      'b.yaml:15:16  SECRET-IN-PLAIN-TEXT  tenants[0].e10.address: the address holds a user name or password',
      '  fix  remove everything between // and @; then replace the password, it has been in a file',
    ],
  ],
  [
    'address with a query',
    edit('https://oa.example', 'https://oa.example?x=1'),
    [
      'b.yaml:15:16  ADDRESS  tenants[0].e10.address: the address has a query or a fragment',
      '  fix  remove everything from ? or # on',
    ],
  ],
  [
    'api without api',
    edit('      api: { address: https://seal.example/console/v1, token: { env: C } }\n', ''),
    [
      'b.yaml:12:15  MISSING  tenants[0].qiyuesuo.driver: driver api needs qiyuesuo.api',
      '  fix  add api: { address: …, token: { env: NAME } }, or choose driver: manual',
    ],
  ],
  [
    'bad driver',
    edit('driver: api', 'driver: apj'),
    [
      'b.yaml:12:15  BAD-VALUE  tenants[0].qiyuesuo.driver: not one of the values that can stand here; did you mean api?',
      '  fix  write manual, browser or api',
      'b.yaml:13:7  NOT-ALLOWED  tenants[0].qiyuesuo.api: only driver api uses it',
      '  fix  add driver: api, or remove api',
    ],
  ],
  [
    'bad id',
    edit('id: acme', 'id: Acme Ltd'),
    [
      'b.yaml:3:9  ID  tenants[0].id: not usable as an id',
      '  fix  use 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit; put it in quotes if it is a number',
    ],
  ],
  [
    'id twice',
    GOOD + GOOD.split('\n').slice(2).join('\n'),
    ['b.yaml:20:9  DUPLICATE  tenants[1].id: the same id as tenants[0]', '  fix  give each its own id'],
  ],
  [
    'bad categories',
    GOOD + '    categories: rewrit\n',
    [
      'b.yaml:20:17  BAD-VALUE  tenants[0].categories: not one of the values that can stand here; did you mean rewrite?',
      '  fix  write auto, rewrite, forward or none',
    ],
  ],
  [
    'bad cron',
    GOOD + '    people: { schedule: "61 2 * * *" }\n',
    [
      'b.yaml:20:25  CRON  tenants[0].people.schedule: not a schedule',
      '  fix  write five fields, minute hour day month weekday, in quotes: "0 2 * * *" is daily at 02:00',
    ],
  ],
  [
    'bad guard',
    GOOD + '    people: { guard: { percent: 120 } }\n',
    [
      'b.yaml:20:33  BAD-VALUE  tenants[0].people.guard.percent: not a percentage',
      '  fix  write a number from 0 to 100 with at most two decimals, without the % sign',
    ],
  ],
  [
    'bad zone',
    GOOD + '    window: { from: "22:00", to: "05:00", zone: Asia/Peking }\n',
    [
      'b.yaml:20:49  WINDOW  tenants[0].window.zone: not a time zone',
      '  fix  write a name of the IANA list like Asia/Shanghai',
    ],
  ],
  [
    'bad time',
    GOOD + '    window: { from: "25:00", to: "05:00", zone: Asia/Shanghai }\n',
    [
      'b.yaml:20:21  WINDOW  tenants[0].window.from: not a time of day',
      '  fix  write hours and minutes in quotes: "22:00"',
    ],
  ],
  [
    'bad limit',
    'waves: [{ name: w, rest: true, maxErrors: many }]\n' + GOOD,
    [
      'b.yaml:1:43  LIMIT  waves[0].maxErrors: not a limit',
      '  fix  write a number of tenants like 0 or 2, or a percentage like 2%',
    ],
  ],
  [
    'limit over 100 %',
    'waves: [{ name: w, rest: true, maxErrors: 120% }]\n' + GOOD,
    [
      'b.yaml:1:43  LIMIT  waves[0].maxErrors: not a limit',
      '  fix  write a number of tenants like 0 or 2, or a percentage like 2%',
    ],
  ],
  [
    'bad duration',
    'waves: [{ name: w, rest: true, soak: 30 }]\n' + GOOD,
    [
      'b.yaml:1:38  DURATION  waves[0].soak: not a duration',
      '  fix  write a whole number and a unit: 90s, 30m, 2h or 1d',
    ],
  ],
  [
    'wave without size',
    'waves: [{ name: w }]\n' + GOOD,
    ['b.yaml:1:9  WAVE-SIZE  waves[0]: takes no tenants', '  fix  give exactly one of count, percent, match and rest'],
  ],
  [
    'wave with two sizes',
    'waves: [{ name: w, rest: true, count: 3 }]\n' + GOOD,
    [
      'b.yaml:1:9  WAVE-SIZE  waves[0]: has more than one size: count, rest',
      '  fix  give exactly one of count, percent, match and rest',
    ],
  ],
  [
    'tenants in no wave',
    'waves: [{ name: w, match: { region: east } }]\n' + GOOD,
    [
      'b.yaml:1:1  NO-WAVE  waves: 1 tenant is in no wave: add a wave with rest: true',
      '  fix  add as the last wave: { name: rest, rest: true }',
    ],
  ],
  [
    'wave twice',
    'waves: [{ name: w, count: 1 }, { name: w, rest: true }]\n' + GOOD,
    ['b.yaml:1:40  DUPLICATE  waves[1].name: the same name as waves[0]', '  fix  give each its own name'],
  ],
  [
    'defaults are wrong',
    'defaults: { qiyuesuo: { driver: apj } }\n' + edit('      driver: api\n', ''),
    [
      'b.yaml:1:33  BAD-VALUE  defaults.qiyuesuo.driver: not one of the values that can stand here; did you mean api?',
      '  fix  write manual, browser or api',
      'b.yaml:13:7  NOT-ALLOWED  tenants[0].qiyuesuo.api: only driver api uses it',
      '  fix  add driver: api, or remove api',
    ],
  ],
  [
    'several at once',
    edit('4.3.7', 'x').replace('https://oa.example', 'oa').replace('{ env: S }', 'CANARY'),
    [
      'b.yaml:7:16  VERSION  tenants[0].qiyuesuo.version: not a version',
      '  fix  write three numbers like 4.3.7, as 关于 in the management console shows it',
      'b.yaml:11:15  SECRET-IN-PLAIN-TEXT  tenants[0].qiyuesuo.secret: a secret stands here in plain text',
      '  fix  put it into an environment variable or a file and write { env: NAME } or { file: PATH }; then replace the secret, it has been in a file',
      'b.yaml:15:16  ADDRESS  tenants[0].e10.address: not an absolute http or https address',
      '  fix  write it like https://oa.example.com',
    ],
  ],
];

describe('a malformed batch file', () => {
  it.each(MALFORMED)('%s', (_name, text, lines) => {
    const error = thrownBy(() => parseBatch(text, 'b.yaml'));

    expect(error).toBeInstanceOf(BatchFileInvalid);
    expect(formatBatchErrors((error as BatchFileInvalid).errors).split('\n')).toEqual(lines);
    expect(String(error)).not.toContain('CANARY');
  });

  it('is named when it is not there', async () => {
    await expect(readBatchFile('no/such.yaml')).rejects.toThrow(/no\/such\.yaml:1:1 {2}FILE-MISSING/);
  });
});

describe('a good batch file', () => {
  it('is completed by the defaults', () => {
    const { tenants, waves } = parseBatch(GOOD, 'b.yaml');

    expect(waves).toMatchObject([{ name: 'all', size: { rest: true }, maxConcurrency: 5 }]);
    expect(tenants[0]).toMatchObject({
      site: 'default',
      categories: 'auto',
      e10: { openPlatform: 'https://oa.example/openserver' },
      people: { scope: 'keep', guard: { percent: 5, count: 50 } },
      qiyuesuo: { dialect: 'auto', previous: {} },
    });
  });

  it('merges its own defaults into each tenant, and the tenant wins', () => {
    const text = `defaults: { site: hq, tags: { region: east }, people: { guard: { percent: 9 } } }\n${GOOD}    tags: { size: big }\n    site: branch\n`;

    expect(parseBatch(text, 'b.yaml').tenants[0]).toMatchObject({
      site: 'branch',
      tags: { region: 'east', size: 'big' },
      people: { guard: { percent: 9, count: 50 } },
    });
  });

  it('resolves secret files against its own folder', () => {
    const { tenants } = parseBatch(edit('{ env: A }', '{ file: secrets/app }'), '/etc/batches/b.yaml');
    expect(tenants[0]?.e10.appSecret).toEqual({ file: '/etc/batches/secrets/app' });
  });

  it('warns of values that look unusual, with their lines', () => {
    const { warnings } = parseBatch(edit('t1a2b3c4d5', 'ABC'), 'b.yaml');
    expect(warnings).toMatchObject([{ code: 'FORMAT-SUSPECT', line: 16, path: 'tenants[0].e10.tenantKey' }]);
  });
});

describe('the JSON Schema', () => {
  it('is the one that is checked in', () => {
    const checkedIn: unknown = JSON.parse(readFileSync('schemas/batch.schema.json', 'utf8'));
    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(batchJsonSchema())));
  });

  it.each(['spring-cutover', 'waves-by-facts'])('accepts the example %s, which is valid', async (name) => {
    const path = `examples/${name}.batch.yaml`;
    const accepts = new Ajv.default({ strict: false, logger: false }).compile(batchJsonSchema());
    const written: unknown = parse(readFileSync(path, 'utf8'), { merge: true });
    expect(accepts(written), JSON.stringify(accepts.errors)).toBe(true);
    expect((await readBatchFile(path)).tenants.length).toBeGreaterThan(2);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
