import { describe, expect, it } from 'vitest';
import { formatBatchErrors } from '../../src/batch-file/errors.js';
import { errorsOf } from './support.js';

const PUBLIC_TENANT = `tenants:
  - id: pub
    qiyuesuo: { deployment: public, token: { env: T }, secret: { env: S } }
    e10: { address: https://e10.example, tenantKey: t123456789 }
`;

const tenant = (qiyuesuo: string, e10 = '', rest = '') => `batch: b
tenants:
  - id: a
    qiyuesuo: { deployment: public, token: { env: T }, secret: { env: S }${qiyuesuo} }
    e10: { address: https://e10.example, tenantKey: t123456789${e10} }
${rest}`;

const wave = (fields: string) => `batch: b
waves:
  - { name: w, rest: true, ${fields} }
${PUBLIC_TENANT}`;

const match = (conditions: string) => `batch: b
waves:
  - { name: w, match: ${conditions} }
  - { name: r, rest: true }
${PUBLIC_TENANT}`;

const targets = (limits: string) => `batch: b
targets: ${limits}
${PUBLIC_TENANT}`;

const NOT_A_DATE_TIME = [
  `b.yaml:3:40  DATE-TIME  waves[0].startAfter: not a date and time with its offset`,
  `  fix  write it like 2026-05-01T22:00:00+08:00, or with Z for UTC`,
];

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

/** What the file is, its text, and exactly what is said about it: people search for the words, and they must never show a secret. */
const CASES: [string, string, string[]][] = [
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
  [
    'an open quote',
    'batch: "b\ntenants: []\n',
    [
      `b.yaml:3:1  YAML-SYNTAX  a quote, bracket, comma or colon is missing, or the indentation does not fit`,
      `  fix  close what is open, write a space after each colon, and indent entries equally`,
    ],
  ],
  [
    'an open bracket',
    'batch: b\ntenants: [\n',
    [
      `b.yaml:3:1  YAML-SYNTAX  the indentation does not fit`,
      `  fix  indent the entries of one mapping or list equally`,
    ],
  ],
  [
    'uneven indentation',
    'batch: b\ntenants:\n  - id: a\n   name: x\n',
    [
      `b.yaml:4:1  YAML-SYNTAX  a quote, bracket, comma or colon is missing, or the indentation does not fit`,
      `  fix  close what is open, write a space after each colon, and indent entries equally`,
    ],
  ],
  [
    'an alias without anchor',
    'batch: *nowhere\n',
    [
      `b.yaml:1:8  YAML-ALIAS  an alias without its anchor`,
      `  fix  define the anchor (&name) above its first use (*name); put a text that begins with * in quotes`,
    ],
  ],
  [
    'a merge of a number',
    'batch: b\n<<: 3\n',
    [
      `b.yaml:1:1  YAML-SYNTAX  a merge key (<<) has something else than mappings`,
      `  fix  let << stand for an alias of a mapping`,
    ],
  ],
  [
    'an unknown tag',
    'batch: !secret b\n',
    [
      `b.yaml:1:8  YAML-SYNTAX  a tag (!…) that is not known here`,
      `  fix  remove it, or put a text that begins with ! in quotes; a secret is written { env: NAME } or { file: PATH }`,
    ],
  ],
  [
    'two documents',
    'batch: b\n---\nbatch: c\n',
    [
      `b.yaml:2:1  YAML-SYNTAX  a second document begins here`,
      `  fix  keep one document per file: remove the line ---`,
    ],
  ],
  [
    'tenants that are no list',
    'batch: b\ntenants: acme\n',
    [
      `b.yaml:2:10  WRONG-TYPE  tenants: expected a list, found a text`,
      `  fix  write one entry per line, each after "- "`,
    ],
  ],
  [
    'a tenant that is no mapping',
    'batch: b\ntenants: [acme]\n',
    [
      `b.yaml:2:11  WRONG-TYPE  tenants[0]: expected a mapping, found a text`,
      `  fix  write keys and values, indented below this key`,
    ],
  ],
  [
    'a tenant with an id only',
    'batch: b\ntenants:\n  - id: a\n',
    [
      `b.yaml:3:5  MISSING  tenants[0].qiyuesuo: missing`,
      `  fix  add qiyuesuo: with deployment, token, secret and, for a private cloud, version, console and openApi`,
      `b.yaml:3:5  MISSING  tenants[0].e10: missing`,
      `  fix  add e10: with address, tenantKey and, for a private cloud, corpId, appKey and appSecret`,
    ],
  ],
  [
    'a misspelt key far down',
    tenant('', ', tenant_key: x'),
    [
      `b.yaml:5:65  UNKNOWN-KEY  tenants[0].e10.tenant_key: unknown key; did you mean tenantKey?`,
      `  fix  write tenantKey`,
    ],
  ],
  [
    'a key nothing is like',
    tenant(', colour: red'),
    [
      `b.yaml:4:76  UNKNOWN-KEY  tenants[0].qiyuesuo.colour: unknown key`,
      `  fix  remove it; known here: deployment, version, console, openApi, signing, token, secret, dialect, driver, api, company, previous`,
    ],
  ],
  [
    'a key that is no word',
    tenant(', { x: y }: red'),
    [
      `b.yaml:4:5  UNKNOWN-KEY  tenants[0].qiyuesuo: unknown key (not shown, it may be a secret)`,
      `  fix  remove it; known here: deployment, version, console, openApi, signing, token, secret, dialect, driver, api, company, previous`,
    ],
  ],
  [
    'an id with capitals',
    `batch: Spring Cutover\n${PUBLIC_TENANT}`,
    [
      `b.yaml:1:8  ID  batch: not usable as an id`,
      `  fix  use 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit; put it in quotes if it is a number`,
    ],
  ],
  [
    'an id that is a number',
    `batch: 2026\n${PUBLIC_TENANT}`,
    [
      `b.yaml:1:8  ID  batch: not usable as an id`,
      `  fix  use 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit; put it in quotes if it is a number`,
    ],
  ],
  [
    'a tenant id twice, in another case',
    `batch: b\n${PUBLIC_TENANT}  - id: PUB\n    qiyuesuo: { deployment: public, token: { env: T }, secret: { env: S } }\n    e10: { address: https://e10.example, tenantKey: t123456789 }\n`,
    [
      `b.yaml:6:9  ID  tenants[1].id: not usable as an id`,
      `  fix  use 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit; put it in quotes if it is a number`,
      `b.yaml:6:9  DUPLICATE  tenants[1].id: the same id as tenants[0]`,
      `  fix  give each its own id`,
    ],
  ],
  [
    'an empty value',
    tenant('', '', '    name:\n'),
    [`b.yaml:6:5  EMPTY-VALUE  tenants[0].name: is empty`, `  fix  write a value or remove the line`],
  ],
  [
    'a name that is a number',
    tenant('', '', '    name: 123\n'),
    [`b.yaml:6:11  WRONG-TYPE  tenants[0].name: expected a text, found a number`, `  fix  put it in quotes`],
  ],
  [
    'a deployment that does not exist',
    `batch: b\ndefaults: { qiyuesuo: { deployment: pubic } }\n${PUBLIC_TENANT}`,
    [
      `b.yaml:2:37  BAD-VALUE  defaults.qiyuesuo.deployment: not one of the values that can stand here; did you mean public?`,
      `  fix  write private or public`,
    ],
  ],
  [
    'a driver that does not exist',
    tenant(', driver: robot'),
    [
      `b.yaml:4:84  BAD-VALUE  tenants[0].qiyuesuo.driver: not one of the values that can stand here`,
      `  fix  write manual, browser or api`,
    ],
  ],
  [
    'a version that is a number',
    tenant(', version: 4.3'),
    [
      `b.yaml:4:85  VERSION  tenants[0].qiyuesuo.version: not a version`,
      `  fix  write three numbers like 4.3.7, as 关于 in the management console shows it`,
      `b.yaml:4:85  NOT-ALLOWED  tenants[0].qiyuesuo.version: the public cloud has no version`,
      `  fix  remove version`,
    ],
  ],
  [
    'an adapter without driver api',
    tenant(', api: { address: https://a.example, token: { env: A } }'),
    [
      `b.yaml:4:76  NOT-ALLOWED  tenants[0].qiyuesuo.api: only driver api uses it`,
      `  fix  add driver: api, or remove api`,
    ],
  ],
  [
    'an adapter without its token',
    tenant(', driver: api, api: { address: https://a.example }'),
    [`b.yaml:4:89  MISSING  tenants[0].qiyuesuo.api.token: missing`, `  fix  add token`],
  ],
  [
    'a private cloud with nothing of its own',
    `batch: b\ndefaults: { qiyuesuo: { token: { env: T }, secret: { env: S } } }\ntenants:\n  - id: a\n    qiyuesuo:\n      deployment: private\n    e10: { address: https://e10.example }\n`,
    [
      `b.yaml:5:5  MISSING  tenants[0].qiyuesuo.version: missing; the private cloud needs it`,
      `  fix  add version: like 4.3.7, it decides the callback page`,
      `b.yaml:5:5  MISSING  tenants[0].qiyuesuo.console: missing; the private cloud needs it`,
      `  fix  add console: with the address of 契约锁管理平台, usually port 9181`,
      `b.yaml:5:5  MISSING  tenants[0].qiyuesuo.openApi: missing; the private cloud needs it`,
      `  fix  add openApi: with the address of the open API, usually port 9182; it is never derived`,
      `b.yaml:7:5  MISSING  tenants[0].e10.tenantKey: missing`,
      `  fix  add tenantKey: with the code of 后台管理中心 → 基本设置 → 授权信息`,
      `b.yaml:7:5  MISSING  tenants[0].e10.corpId: missing; the private cloud needs it`,
      `  fix  add corpId: of 后台管理中心 → 开放平台 → 开发者资料`,
      `b.yaml:7:5  MISSING  tenants[0].e10.appKey: missing; the private cloud needs it`,
      `  fix  add appKey: of 后台管理中心 → 开放平台 → 应用管理`,
      `b.yaml:7:5  MISSING  tenants[0].e10.appSecret: missing; the private cloud needs it`,
      `  fix  add appSecret: { env: NAME } of 后台管理中心 → 开放平台 → 应用管理`,
    ],
  ],
  [
    'a secret in braces',
    tenant('', ', appSecret: { hunter2 }'),
    [
      `b.yaml:5:65  SECRET-REFERENCE  tenants[0].e10.appSecret: expected a reference to a secret and nothing else`,
      `  fix  write { env: NAME } or { file: PATH }`,
    ],
  ],
  [
    'a template instead of a reference',
    tenant('', ', appSecret: {{ APP_SECRET }}'),
    [
      `b.yaml:5:65  SECRET-REFERENCE  tenants[0].e10.appSecret: expected a reference to a secret and nothing else`,
      `  fix  write { env: NAME } or { file: PATH }`,
    ],
  ],
  [
    'a secret as the name of a variable',
    tenant('', ', appSecret: { env: a1b2c3d4e5f60718293a4b5c6d7e8f90 }'),
    [
      `b.yaml:5:83  SECRET-IN-PLAIN-TEXT  tenants[0].e10.appSecret.env: this looks like the secret itself, not like the name of a variable`,
      `  fix  put the secret into an environment variable and write its name here; then replace the secret, it has been in a file`,
    ],
  ],
  [
    'a name that no variable can have',
    tenant('', ', appSecret: { env: MY-SECRET }'),
    [
      `b.yaml:5:83  SECRET-REFERENCE  tenants[0].e10.appSecret.env: not the name of an environment variable`,
      `  fix  give the name of the variable, like ACME_QYS_TOKEN, never the secret itself`,
    ],
  ],
  [
    'an authorization header',
    tenant('', ', headers: { Authorization: Bearer hunter2 }'),
    [
      `b.yaml:5:91  SECRET-IN-PLAIN-TEXT  tenants[0].e10.headers.Authorization: a header of this name carries a secret`,
      `  fix  remove it; extra headers are for routing codes only`,
    ],
  ],
  [
    'our own app without a corpId',
    tenant('', ', ownApp: { appKey: k, appSecret: { env: A } }'),
    [`b.yaml:5:65  MISSING  tenants[0].e10.ownApp: ownApp needs a corpId`, `  fix  add corpId: to ownApp or to e10`],
  ],
  [
    'a code that YAML takes for a number',
    tenant('', ', appKey: 12345678901234567890123456789012'),
    [
      `b.yaml:5:73  WRONG-TYPE  tenants[0].e10.appKey: expected a text without spaces`,
      `  fix  copy it again, and put it in quotes if it has digits only`,
    ],
  ],
  [
    'waves without a size, with two, after the rest, of the same name',
    `batch: b\nwaves:\n  - { name: w }\n  - { name: v, count: 1, rest: true }\n  - { name: r, rest: true }\n  - { name: r, rest: true }\n${PUBLIC_TENANT}`,
    [
      `b.yaml:3:5  WAVE-SIZE  waves[0]: takes no tenants`,
      `  fix  give exactly one of count, percent, match and rest`,
      `b.yaml:4:5  WAVE-SIZE  waves[1]: has more than one size: count, rest`,
      `  fix  give exactly one of count, percent, match and rest`,
      `b.yaml:5:22  WAVE-SIZE  waves[2].rest: leaves nothing to the waves below`,
      `  fix  move the wave with rest: true to the end`,
      `b.yaml:6:13  DUPLICATE  waves[3].name: the same name as waves[2]`,
      `  fix  give each its own name`,
    ],
  ],
  [
    'rest: false',
    `batch: b\nwaves: [{ name: w, rest: false }]\n${PUBLIC_TENANT}`,
    [`b.yaml:2:26  BAD-VALUE  waves[0].rest: not one of the values that can stand here`, `  fix  write true`],
  ],
  [
    'a wave of nobody',
    `batch: b\nwaves: [{ name: w, percent: 0 }, { name: r, rest: true }]\n${PUBLIC_TENANT}`,
    [
      `b.yaml:2:29  BAD-VALUE  waves[0].percent: a share of nobody`,
      `  fix  write a number above 0, or remove the wave`,
    ],
  ],
  [
    'no concurrency',
    wave('maxConcurrency: 0'),
    [`b.yaml:3:44  BAD-VALUE  waves[0].maxConcurrency: too small`, `  fix  write 1 or more`],
  ],
  [
    'half a failure',
    wave('maxErrors: 2.5'),
    [
      `b.yaml:3:39  LIMIT  waves[0].maxErrors: not a limit`,
      `  fix  write a number of tenants like 0 or 2, or a percentage like 2%`,
    ],
  ],
  [
    'an error rate over everything',
    wave('maxErrorRate: { percent: 120, last: 20 }'),
    [
      `b.yaml:3:53  BAD-VALUE  waves[0].maxErrorRate.percent: not a percentage`,
      `  fix  write a number from 0 to 100 with at most two decimals, without the % sign`,
    ],
  ],
  [
    'an error rate of half a setting',
    wave('maxErrorRate: { percent: 20 }'),
    [`b.yaml:3:28  MISSING  waves[0].maxErrorRate.last: missing`, `  fix  add last`],
  ],
  [
    'a row that is too long to remember',
    wave('consecutive: 201'),
    [`b.yaml:3:41  BAD-VALUE  waves[0].consecutive: too large`, `  fix  write 200 or less`],
  ],
  [
    'an approval in words',
    wave('approval: yes'),
    [`b.yaml:3:38  BAD-VALUE  waves[0].approval: not an approval`, `  fix  write true, false or warnings`],
  ],
  [
    'strict about nothing',
    wave('strict: true'),
    [`b.yaml:3:36  LIMIT  waves[0].strict: strict needs maxErrors`, `  fix  add maxErrors: 0`],
  ],
  [
    'strict about nothing, in the whole batch',
    `batch: b\nlimits: { strict: true }\n${PUBLIC_TENANT}`,
    [`b.yaml:2:19  LIMIT  limits.strict: strict needs maxErrors`, `  fix  add maxErrors: 0`],
  ],
  [
    'six fields of a schedule',
    tenant('', '', '    people: { schedule: "0 0 2 * * *" }\n'),
    [
      `b.yaml:6:25  CRON  tenants[0].people.schedule: not a schedule`,
      `  fix  write five fields, minute hour day month weekday, in quotes: "0 2 * * *" is daily at 02:00`,
    ],
  ],
  [
    'a schedule that never comes',
    tenant('', '', '    people: { schedule: "0 25 * * *" }\n'),
    [
      `b.yaml:6:25  CRON  tenants[0].people.schedule: not a schedule`,
      `  fix  write five fields, minute hour day month weekday, in quotes: "0 2 * * *" is daily at 02:00`,
    ],
  ],
  [
    'a scope in words',
    tenant('', '', '    people: { scope: everybody }\n'),
    [
      `b.yaml:6:22  BAD-VALUE  tenants[0].people.scope: not a scope`,
      `  fix  write keep, or a list of codes of E10 units`,
    ],
  ],
  [
    'a guard below nothing',
    tenant('', '', '    people: { guard: { count: -1 } }\n'),
    [`b.yaml:6:31  BAD-VALUE  tenants[0].people.guard.count: too small`, `  fix  write 0 or more`],
  ],
  [
    'a window outside the day',
    tenant('', '', '    window: { from: "22:00", to: "24:30", zone: Asia/Shanghai }\n'),
    [
      `b.yaml:6:34  WINDOW  tenants[0].window.to: not a time of day`,
      `  fix  write hours and minutes in quotes: "22:00"`,
    ],
  ],
  [
    'an empty window',
    tenant('', '', '    window: { from: "22:00", to: "22:00", zone: Asia/Shanghai }\n'),
    [
      `b.yaml:6:34  WINDOW  tenants[0].window.to: the window is empty`,
      `  fix  remove window, or let from and to differ`,
    ],
  ],
  [
    'a secret field that does not exist',
    tenant('', '', '    acceptUnrestorable: [app_secret]\n'),
    [
      `b.yaml:6:26  BAD-VALUE  tenants[0].acceptUnrestorable[0]: not one of the values that can stand here; did you mean appSecret?`,
      `  fix  write encryptionKey or appSecret`,
    ],
  ],
  [
    'a slow start in numbers',
    wave('slowStart: 1'),
    [
      `b.yaml:3:39  WRONG-TYPE  waves[0].slowStart: expected true or false, found a number`,
      `  fix  write true or false, without quotes`,
    ],
  ],
  [
    'an order that does not exist',
    wave('order: prioriti'),
    [
      `b.yaml:3:35  BAD-VALUE  waves[0].order: not one of the values that can stand here; did you mean priority?`,
      `  fix  write file or priority`,
    ],
  ],
  [
    'a gate without a soak',
    wave('gate: undo'),
    [`b.yaml:3:34  MISSING  waves[0].gate: gate needs a soak`, `  fix  add soak: 30m, or remove gate`],
  ],
  [
    'four eyes without an approval',
    wave('fourEyes: true, approval: false'),
    [
      `b.yaml:3:38  MISSING  waves[0].fourEyes: fourEyes needs an approval`,
      `  fix  add approval: true, or remove fourEyes`,
    ],
  ],
  [
    'a failure that repeats itself',
    wave('onFailure: retry'),
    [
      `b.yaml:3:39  BAD-VALUE  waves[0].onFailure: not one of the values that can stand here`,
      `  fix  write undo or ask`,
    ],
  ],
  [
    'a match of everything',
    match('{}'),
    [
      `b.yaml:3:16  EMPTY-VALUE  waves[0].match: is empty`,
      `  fix  add a condition, or write rest: true instead of match`,
    ],
  ],
  [
    'a match in words',
    match('east'),
    [
      `b.yaml:3:23  WRONG-TYPE  waves[0].match: expected a mapping, found a text`,
      `  fix  write keys and values, indented below this key`,
    ],
  ],
  [
    'a pattern that is a number',
    match('{ version: 4.3 }'),
    [
      `b.yaml:3:34  SELECTOR  waves[0].match.version: not a pattern`,
      `  fix  write a text like east|west, or a list of texts; put it in quotes if it is a number`,
    ],
  ],
  [
    'a pattern with a gap',
    match('{ region: east| }'),
    [
      `b.yaml:3:33  SELECTOR  waves[0].match.region: one side of a | is empty`,
      `  fix  write a text on both sides, or remove the |`,
    ],
  ],
  [
    'a pattern that is half negated',
    match('{ region: east|!west }'),
    [
      `b.yaml:3:33  SELECTOR  waves[0].match.region: a ! inside of a pattern`,
      `  fix  write it once, in front: !east|west is neither of the two`,
    ],
  ],
  [
    'a pattern that YAML takes for a tag',
    match('{ region: !east }'),
    [
      `b.yaml:3:33  YAML-SYNTAX  a tag (!…) that is not known here`,
      `  fix  remove it, or put a text that begins with ! in quotes; a secret is written { env: NAME } or { file: PATH }`,
    ],
  ],
  [
    'a pattern that YAML takes for an alias',
    match('{ region: *east }'),
    [
      `b.yaml:3:33  YAML-ALIAS  an alias without its anchor`,
      `  fix  define the anchor (&name) above its first use (*name); put a text that begins with * in quotes`,
    ],
  ],
  [
    'a range of versions that YAML takes for a block of text',
    match('{ version: >=4.3.6 }'),
    [
      `b.yaml:3:34  YAML-SYNTAX  not valid YAML`,
      `  fix  check this line and the one above; put texts with special characters in quotes`,
    ],
  ],
  [
    'a range of versions that is none, in a list',
    match('{ version: [4.3.7, ">=newest"] }'),
    [
      `b.yaml:3:42  SELECTOR  waves[0].match.version[1]: not a version and not a range of versions`,
      `  fix  write 4.3.7, 4.3.* or a range of versions with three numbers like ">=4.3.6 <5"`,
    ],
  ],
  [
    'a range of versions upside down',
    match('{ version: ">=5 <4" }'),
    [
      `b.yaml:3:34  SELECTOR  waves[0].match.version: no version can be in this range`,
      `  fix  write the lower bound first, like ">=4.3.6 <5"`,
    ],
  ],
  [
    'a deployment that no tenant can have',
    match('{ deployment: privat }'),
    [
      `b.yaml:3:37  SELECTOR  waves[0].match.deployment: no tenant can have this deployment`,
      `  fix  write private or public`,
    ],
  ],
  [
    'a priority that no tenant can have',
    match('{ priority: 6 }'),
    [
      `b.yaml:3:35  SELECTOR  waves[0].match.priority: no tenant can have this priority`,
      `  fix  write 1, 2, 3, 4 or 5`,
    ],
  ],
  [
    'waves by facts that leave somebody out',
    `batch: b\nwaves: [{ name: w, match: { deployment: private } }]\n${PUBLIC_TENANT}`,
    [
      `b.yaml:2:1  NO-WAVE  waves: 1 tenant is in no wave: add a wave with rest: true`,
      `  fix  add as the last wave: { name: rest, rest: true }`,
    ],
  ],
  [
    'a misspelt fact of a tenant, which says nothing about its wave',
    `batch: b\nwaves: [{ name: w, match: { site: hq } }]\n${PUBLIC_TENANT}    site: H Q\n`,
    [
      `b.yaml:7:11  ID  tenants[0].site: not usable as an id`,
      `  fix  use 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit; put it in quotes if it is a number`,
    ],
  ],
  [
    'tags with the names of facts',
    `batch: b\ndefaults: { tags: { driver: x } }\n${PUBLIC_TENANT}    tags: { version: x }\n`,
    [
      `b.yaml:2:29  TAG-NAME  defaults.tags.driver: selectors know something else by this name`,
      `  fix  give the tag another name`,
      `b.yaml:7:22  TAG-NAME  tenants[0].tags.version: selectors know something else by this name`,
      `  fix  give the tag another name`,
    ],
  ],
  [
    'a priority above the first',
    `batch: b\ndefaults: { priority: 0 }\n${PUBLIC_TENANT}`,
    [`b.yaml:2:23  BAD-VALUE  defaults.priority: too small`, `  fix  write 1 or more`],
  ],
  [
    'a priority below the last',
    tenant('', '', '    priority: 6\n'),
    [`b.yaml:6:15  BAD-VALUE  tenants[0].priority: too large`, `  fix  write 5 or less`],
  ],
  [
    'a target with a path',
    targets('{ https://e10.example/x: 2 }'),
    [
      `b.yaml:2:12  TARGET  targets: not an address without a path`,
      `  fix  write scheme, host and, where it is not the usual one, port: https://seal.example.com:9182; or "*"`,
    ],
  ],
  [
    'a target with a password, which is not shown',
    targets('{ https://me:hunter2@e10.example: 0 }'),
    [
      `b.yaml:2:12  TARGET  targets: not an address without a path`,
      `  fix  write scheme, host and, where it is not the usual one, port: https://seal.example.com:9182; or "*"`,
      `b.yaml:2:44  BAD-VALUE  targets: too small`,
      `  fix  write 1 or more`,
    ],
  ],
  [
    'a target for nobody',
    targets('{ https://e10.example: 0 }'),
    [`b.yaml:2:33  BAD-VALUE  targets["https://e10.example"]: too small`, `  fix  write 1 or more`],
  ],
  [
    'a target twice, in two spellings',
    targets('{ https://e10.example: 2, https://E10.example:443/: 3 }'),
    [
      `b.yaml:2:36  DUPLICATE  targets["https://E10.example:443/"]: the same system twice`,
      `  fix  keep one of the two`,
    ],
  ],
  [
    'an undo window without a unit',
    `batch: b\nundoWindow: 7\n${PUBLIC_TENANT}`,
    [`b.yaml:2:13  DURATION  undoWindow: not a duration`, `  fix  write a whole number and a unit: 90s, 30m, 2h or 1d`],
  ],
  ['a start without an offset', wave('startAfter: 2026-05-01T22:00:00'), NOT_A_DATE_TIME],
  ['a start with a date only', wave('startAfter: 2026-05-01'), NOT_A_DATE_TIME],
  ['a start as YAML 1.1 writes it', wave('startAfter: 2026-05-01 22:00:00+08:00'), NOT_A_DATE_TIME],
  ['a start as a number', wave('startAfter: 20260501'), NOT_A_DATE_TIME],
  ['a start on February 30', wave('startAfter: 2026-02-30T22:00:00Z'), NOT_A_DATE_TIME],
];

describe('a malformed batch file', () => {
  it.each(CASES)('%s', (_, text, lines) => {
    const said = formatBatchErrors(errorsOf(text));

    expect(said.split('\n')).toEqual(lines);
    expect(said).not.toContain('CANARY');
  });
});
