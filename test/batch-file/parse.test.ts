import fc from 'fast-check';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatBatchErrors } from '../../src/batch-file/errors.js';
import { parseBatch } from '../../src/batch-file/parse.js';
import { errorsOf } from './support.js';

const PRIVATE = `batch: b
tenants:
  - id: acme
    qiyuesuo:
      deployment: private
      version: 4.3.5.2
      console: https://Seal.Acme.example:443/
      openApi: https://gate.acme.example/qys///
      token: { env: T }
      secret: { file: secrets/qys }
    e10:
      address: https://oa.acme.example:20600/
      tenantKey: t1a2b3c4d5
      corpId: 0123456789abcdef0123456789abcdef
      appKey: fedcba9876543210fedcba9876543210
      appSecret: { file: /run/secrets/app }
`;

const PUBLIC = `batch: b
tenants:
  - id: pub
    qiyuesuo: { deployment: public, token: { env: T }, secret: { env: S } }
    e10: { address: https://e10.example, tenantKey: t123456789 }
`;

const BY_DEFAULT = { maxConcurrency: 5, slowStart: true, order: 'file' };

describe('parseBatch', () => {
  it('fills in everything that the file leaves out', () => {
    expect(parseBatch(PRIVATE, 'dir/b.yaml')).toEqual({
      batch: 'b',
      waves: [{ name: 'all', size: { rest: true }, ...BY_DEFAULT }],
      limits: {},
      targets: {},
      undoWindowMs: 7 * 86_400_000,
      tenants: [
        {
          id: 'acme',
          name: 'acme',
          site: 'default',
          tags: {},
          qiyuesuo: {
            deployment: 'private',
            version: '4.3.5.2',
            console: 'https://seal.acme.example',
            openApi: 'https://gate.acme.example/qys',
            token: { env: 'T' },
            secret: { file: resolve('dir/secrets/qys') },
            dialect: 'auto',
            driver: 'manual',
            previous: {},
          },
          e10: {
            address: 'https://oa.acme.example:20600',
            tenantKey: 't1a2b3c4d5',
            openPlatform: 'https://oa.acme.example:20600/openserver',
            corpId: '0123456789abcdef0123456789abcdef',
            appKey: 'fedcba9876543210fedcba9876543210',
            appSecret: { file: '/run/secrets/app' },
            headers: {},
          },
          categories: 'auto',
          people: { scope: 'keep', guard: { percent: 5, count: 50 } },
          priority: 3,
          acceptUnrestorable: [],
        },
      ],
      warnings: [],
    });
  });

  it('knows the addresses of the public cloud', () => {
    expect(parseBatch(PUBLIC, 'b.yaml').tenants[0]?.qiyuesuo).toMatchObject({
      console: 'https://cloud.qiyuesuo.com',
      openApi: 'https://openapi.qiyuesuo.com',
    });
  });

  it('reads waves, limits and durations', () => {
    const waves = `waves:
  - { name: a, count: 1, maxErrors: 0, soak: 90s, approval: true }
  - { name: b, percent: 12.5, maxErrors: 2%, soak: 2h, gate: undo, strict: true }
  - { name: c, match: { region: east }, maxBlocked: 0.5 %, soak: 1d }
  - { name: d, rest: true, maxConcurrency: 20, maxErrorRate: { percent: 20, last: 20 }, consecutive: 3, soak: 30m }
limits: { maxErrors: 5 }
`;

    const batch = parseBatch(waves + PUBLIC, 'b.yaml');

    expect(batch.limits).toEqual({ maxErrors: { count: 5 } });
    expect(batch.waves).toEqual([
      { name: 'a', size: { count: 1 }, ...BY_DEFAULT, maxErrors: { count: 0 }, soakMs: 90_000, approval: true },
      {
        name: 'b',
        size: { percent: 12.5 },
        ...BY_DEFAULT,
        maxErrors: { percent: 2 },
        soakMs: 7_200_000,
        gate: 'undo',
        strict: true,
      },
      {
        name: 'c',
        size: { match: [{ name: 'region', patterns: ['east'] }] },
        ...BY_DEFAULT,
        maxBlocked: { percent: 0.5 },
        soakMs: 86_400_000,
      },
      {
        name: 'd',
        size: { rest: true },
        ...BY_DEFAULT,
        maxConcurrency: 20,
        maxErrorRate: { percent: 20, last: 20 },
        consecutive: 3,
        soakMs: 1_800_000,
      },
    ]);
  });

  it('reads how a wave starts, and what becomes of it', () => {
    const wave = `waves:
  - name: all
    rest: true
    slowStart: false
    order: priority
    startAfter: 2026-05-01T22:00:00+08:00
    completeAfter: 2026-05-02T22:00:00+08:00
    approval: warnings
    fourEyes: true
    onFailure: ask
`;

    expect(parseBatch(wave + PUBLIC, 'b.yaml').waves).toEqual([
      {
        name: 'all',
        size: { rest: true },
        maxConcurrency: 5,
        slowStart: false,
        order: 'priority',
        startAfter: '2026-05-01T22:00:00+08:00',
        completeAfter: '2026-05-02T22:00:00+08:00',
        approval: 'warnings',
        fourEyes: true,
        onFailure: 'ask',
      },
    ]);
  });

  it.each(['"2026-05-01T22:00:00+08:00"', '2026-05-01T22:00Z', '2026-05-01T22:00:00.5-03:30'])(
    'takes %s for a date and time, in quotes or not',
    (written) => {
      const [wave] = parseBatch(`waves: [{ name: w, rest: true, startAfter: ${written} }]\n${PUBLIC}`, 'b.yaml').waves;

      expect(wave?.startAfter).toBe(written.replaceAll('"', ''));
    },
  );

  it('reads targets in one spelling, and the undo window', () => {
    const batch = parseBatch(
      `targets: { HTTPS://E10.example:443/: 2, https://openapi.qiyuesuo.com: 3, "*": 20 }\nundoWindow: 12h\n${PUBLIC}`,
      'b.yaml',
    );

    expect(batch).toMatchObject({
      targets: { 'https://e10.example': 2, 'https://openapi.qiyuesuo.com': 3, '*': 20 },
      undoWindowMs: 12 * 3_600_000,
      warnings: [],
    });
  });

  it('reads priorities, and the tenant wins over the defaults', () => {
    const priorityOf = (text: string) => parseBatch(text, 'b.yaml').tenants[0]?.priority;

    expect(priorityOf(`defaults: { priority: 4 }\n${PUBLIC}`)).toBe(4);
    expect(priorityOf(`defaults: { priority: 4 }\n${PUBLIC}    priority: 1\n`)).toBe(1);
  });

  it('deals tenants to waves by conditions on tags and facts', () => {
    const waves = `waves:
  - { name: one, match: { region: "!west", priority: 1, deployment: public } }
  - { name: two, match: { id: [other, p*] } }
`;
    const { waves: read, warnings } = parseBatch(
      `${waves}${PUBLIC}    tags: { region: east }\n    priority: 1\n`,
      'b.yaml',
    );

    expect(read.map(({ size }) => size)).toEqual([
      {
        match: [
          { name: 'deployment', patterns: ['public'] },
          { name: 'priority', patterns: ['1'] },
          { name: 'region', patterns: ['!west'] },
        ],
      },
      { match: [{ name: 'id', patterns: ['other', 'p*'] }] },
    ]);
    expect(warnings).toMatchObject([{ code: 'WAVE-EMPTY', path: 'waves[1]' }]);
  });

  it.each(['0 2 * * *', '*/15 0-6 1,15 * 1-5', '0 0 * * 7'])('takes the schedule %s', (schedule) => {
    const batch = parseBatch(`${PUBLIC}    people: { schedule: "${schedule}" }\n`, 'b.yaml');

    expect(batch.tenants[0]?.people.schedule).toBe(schedule);
  });

  it('reads the same from Windows lines and with a byte order mark', () => {
    expect(parseBatch(`\uFEFF${PRIVATE.replaceAll('\n', '\r\n')}`, 'b.yaml')).toEqual(parseBatch(PRIVATE, 'b.yaml'));
  });

  it('counts lines and columns alike with either', () => {
    const wrong = PUBLIC.replace('public', 'pubic');

    expect(errorsOf(`\uFEFF${wrong.replaceAll('\n', '\r\n')}`)).toEqual(errorsOf(wrong));
  });
});

describe('defaults', () => {
  const withDefaults = (defaults: string, tenant = '') => `batch: b
defaults: ${defaults}
tenants:
  - id: pub
    qiyuesuo: { deployment: public, token: { env: T }, secret: { file: /s } }
    e10: { address: https://e10.example, tenantKey: t123456789 }
    ${tenant}
  - id: other
    qiyuesuo: { deployment: public, token: { env: T }, secret: { env: S } }
    e10: { address: https://e10.example, tenantKey: t123456789 }
`;

  it('merges mappings, replaces lists, and lets the tenant win', () => {
    const text = withDefaults(
      '{ site: dmz, tags: { a: x, b: x }, people: { scope: [u1, u2], guard: { percent: 1 } }, acceptUnrestorable: [appSecret] }',
      'tags: { b: y }\n    people: { scope: [u3] }\n    acceptUnrestorable: []',
    );

    const [pub, other] = parseBatch(text, 'b.yaml').tenants;

    expect(pub).toMatchObject({ site: 'dmz', tags: { a: 'x', b: 'y' }, acceptUnrestorable: [] });
    expect(pub?.people).toEqual({ scope: ['u3'], guard: { percent: 1, count: 50 } });
    expect(other).toMatchObject({
      tags: { a: 'x', b: 'x' },
      people: { scope: ['u1', 'u2'] },
      acceptUnrestorable: ['appSecret'],
    });
  });

  it('replaces a secret reference as a whole', () => {
    const [pub] = parseBatch(withDefaults('{ qiyuesuo: { secret: { env: S } } }'), 'b.yaml').tenants;

    expect(pub?.qiyuesuo.secret).toEqual({ file: '/s' });
  });

  it('is blamed once, at its own line, for what it does to tenants', () => {
    expect(formatBatchErrors(errorsOf(withDefaults('{ qiyuesuo: { version: 4.3.7, driver: api } }')))).toBe(
      [
        'b.yaml:2:34  NOT-ALLOWED  defaults.qiyuesuo.version: the public cloud has no version (for tenants[0] and 1 more)',
        '  fix  remove version',
        'b.yaml:2:49  MISSING  defaults.qiyuesuo.driver: driver api needs qiyuesuo.api (for tenants[0] and 1 more)',
        '  fix  add api: { address: …, token: { env: NAME } }, or choose driver: manual',
      ].join('\n'),
    );
  });

  it('is checked even where no tenant uses it', () => {
    expect(errorsOf(withDefaults('{ qiyuesuo: { deployment: pubic } }'))).toMatchObject([
      { code: 'BAD-VALUE', line: 2, path: 'defaults.qiyuesuo.deployment' },
    ]);
  });

  it('can be written with anchors, aliases and merge keys too, and errors point at the anchor', () => {
    const text = `batch: b
defaults: { e10: &e10 { address: https://e10.example, tenantKey: t123456789 } }
tenants:
  - id: one
    qiyuesuo: &cloud
      deployment: public
      token: { env: T }
      secret: plain
    e10: *e10
  - id: two
    qiyuesuo:
      <<: *cloud
      dialect: nonce
`;

    expect(errorsOf(text)).toMatchObject([
      { code: 'SECRET-IN-PLAIN-TEXT', line: 8, column: 15, path: 'tenants[0].qiyuesuo.secret' },
      { code: 'SECRET-IN-PLAIN-TEXT', line: 8, column: 15, path: 'tenants[1].qiyuesuo.secret' },
    ]);
    expect(parseBatch(text.replace('plain', '{ env: S }'), 'b.yaml').tenants[1]?.qiyuesuo).toMatchObject({
      deployment: 'public',
      dialect: 'nonce',
    });
  });
});

describe('errors', () => {
  it('come all at once, in the order of the file, from schema, rules and waves', () => {
    const text = `batch: B
waves: [{ name: w, count: 1 }]
tenants:
  - id: a
    site: X
    qiyuesuo: { deployment: public, token: T, secret: { env: S } }
  - id: a
    qiyuesuo: { deployment: private, token: { env: T }, secret: { env: S }, version: 4.3.7, console: x }
    e10: {}
`;

    expect(errorsOf(text).map(({ line, code, path }) => `${line} ${code} ${path}`)).toEqual([
      '1 ID batch',
      '2 NO-WAVE waves',
      '4 MISSING tenants[0].e10',
      '5 ID tenants[0].site',
      '6 SECRET-IN-PLAIN-TEXT tenants[0].qiyuesuo.token',
      '7 DUPLICATE tenants[1].id',
      '8 MISSING tenants[1].qiyuesuo.openApi',
      '8 ADDRESS tenants[1].qiyuesuo.console',
      '9 MISSING tenants[1].e10.address',
      '9 MISSING tenants[1].e10.tenantKey',
      '9 MISSING tenants[1].e10.corpId',
      '9 MISSING tenants[1].e10.appKey',
      '9 MISSING tenants[1].e10.appSecret',
    ]);
  });

  it('come before aliases of aliases fill the memory', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
    );

    expect(errorsOf(`a0: &a0 x\n${levels.join('\n')}\n`)).toMatchObject([{ code: 'YAML-ALIAS' }]);
  });

  it('never show a value of the file, wherever a secret was put', () => {
    const lines = PRIVATE.split('\n').slice(2, -1);
    const values = [
      'C4N4RY-hunter2',
      '{ C4N4RY-hunter2 }',
      '[C4N4RY-hunter2]',
      '"https://me:C4N4RY-hunter2@x"',
      '{ env: C4N4RY-hunter2 }',
      '!C4N4RY-hunter2 x',
      '*C4N4RY-hunter2',
      '"C4N4RY-hunter2',
      '{ C4N4RY-hunter2: { C4N4RY-hunter2: 1 } }',
      '? C4N4RY-hunter2',
    ];

    fc.assert(
      fc.property(
        fc.nat(lines.length - 1),
        fc.constantFrom(...values),
        fc.constantFrom('', 'password'),
        (index, value, key) => {
          const changed = lines.with(
            index,
            (lines[index] ?? '').replace(/(\w+): .*/, (_, old: string) => `${key === '' ? old : key}: ${value}`),
          );

          expect(JSON.stringify(errorsOf(`batch: b\ntenants:\n${changed.join('\n')}\n`))).not.toContain('C4N4RY');
        },
      ),
    );
  });

  it('never show a value of a text that is hardly YAML', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            ': ',
            '\n',
            '  ',
            '- ',
            '{',
            '}',
            '[',
            ']',
            '"',
            "'",
            '&',
            '*',
            '!',
            '|',
            '>',
            '%',
            '@',
            '`',
            'C4N4RY2',
            'tenants',
            'batch',
          ),
          { maxLength: 30 },
        ),
        (parts) => {
          expect(JSON.stringify(errorsOf(parts.join('')))).not.toContain('C4N4RY2');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('warnings', () => {
  it('name suspicious formats and plain http, and stop nothing', () => {
    const text = PRIVATE.replace('t1a2b3c4d5', 'x1')
      .replace('0123456789abcdef0123456789abcdef', 'x1')
      .replace('fedcba98', 'FEDCBA98')
      .replace('https://oa.', 'http://oa.');

    expect(formatBatchErrors(parseBatch(text, 'b.yaml').warnings)).toBe(
      [
        'b.yaml:12:16  PLAIN-HTTP  tenants[0].e10.address: plain http: secrets and signatures travel in clear',
        '  fix  use https where the system offers it',
        'b.yaml:13:18  FORMAT-SUSPECT  tenants[0].e10.tenantKey: a tenant key usually is t and 9 of a-z and 0-9',
        '  fix  compare with the 识别码 of 后台管理中心 → 基本设置 → 授权信息; it is not the 标识码 of the licence',
        'b.yaml:14:15  FORMAT-SUSPECT  tenants[0].e10.corpId: the corpId is the same as the tenant key',
        '  fix  take the corpId from 后台管理中心 → 开放平台 → 开发者资料',
        'b.yaml:15:15  FORMAT-SUSPECT  tenants[0].e10.appKey: this code usually has 32 characters of 0-9 and a-f',
        '  fix  compare with 后台管理中心 → 开放平台',
      ].join('\n'),
    );
  });

  it.each(['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'])('leave %s alone', (address) => {
    expect(parseBatch(PUBLIC.replace('https://e10.example', `"${address}"`), 'b.yaml').warnings).toEqual([]);
  });

  it('name a wave that takes nobody', () => {
    const waves = 'waves: [{ name: w, match: { region: north } }, { name: r, rest: true }]\n';

    expect(parseBatch(waves + PUBLIC, 'b.yaml').warnings).toMatchObject([
      { code: 'WAVE-EMPTY', line: 1, path: 'waves[0]' },
      { code: 'TAG-UNKNOWN', line: 1, path: 'waves[0].match.region' },
    ]);
  });

  it('name what the last wave has for nobody', () => {
    const waves = (more: string) => `waves: [{ name: w, rest: true, ${more} }]\n`;
    const of = (more: string) =>
      parseBatch(waves(more) + PUBLIC, 'b.yaml').warnings.map(({ code, path }) => [code, path]);

    expect(of('soak: 10m, approval: true')).toEqual([
      ['WAVE-LAST', 'waves[0].soak'],
      ['WAVE-LAST', 'waves[0].approval'],
    ]);
    expect(of('soak: 10m, gate: undo')).toEqual([]);
  });

  it('name a tag that nobody has, and what was probably meant', () => {
    const waves = 'waves: [{ name: w, match: { regoin: "!north" } }, { name: r, count: 1 }]\n';

    const { warnings } = parseBatch(`${waves}${PUBLIC}    tags: { region: east }\n`, 'b.yaml');

    expect(formatBatchErrors(warnings)).toBe(
      [
        'b.yaml:1:29  TAG-UNKNOWN  waves[0].match.regoin: no tenant has this tag; did you mean region?',
        '  fix  compare with the tags of the tenants',
        'b.yaml:1:51  WAVE-EMPTY  waves[1]: no tenant is in this wave',
        '  fix  compare its size with the waves above it and with the tags of the tenants',
      ].join('\n'),
    );
  });

  it('name a target that no tenant uses', () => {
    const { warnings } = parseBatch(
      `targets: { https://e10.example: 2, https://e10.example:8443: 2 }\n${PUBLIC}`,
      'b.yaml',
    );

    expect(formatBatchErrors(warnings)).toBe(
      [
        'b.yaml:1:36  TARGET-UNUSED  targets["https://e10.example:8443"]: no tenant uses this system',
        '  fix  compare with the addresses of the tenants, their scheme and port too',
      ].join('\n'),
    );
  });
});
