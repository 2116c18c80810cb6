import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callbackPageFor } from '../../src/domain/callback.js';
import { catalogue } from '../../src/domain/finding-catalogue.js';
import { FINDING_CODES } from '../../src/domain/findings.js';
import { guardVerdict, remapScope, scopeUnits, unitsFoundAgain, withDescendants } from '../../src/domain/people.js';
import { namedScope } from '../../src/domain/named-scope.js';
import { planChanges, type Picture } from '../../src/domain/planning.js';
import type { Integration, Unit } from '../../src/domain/settings.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { differingFields, wantedFields } from '../../src/domain/wanted.js';
import { exitCodeOf, exitCodeOfBatch } from '../../src/cli/exit-codes.js';
import { planHash } from '../../src/domain/fingerprint.js';

describe('the callback page', () => {
  it.each([
    ['4.3.4', undefined, 'global'],
    ['4.2.9', undefined, 'global'],
    ['4.3.5', undefined, undefined],
    ['4.3.5.2', undefined, undefined],
    ['4.3.5', 'old', 'old'],
    ['4.3.6', undefined, 'old'],
    ['4.3.10', undefined, 'old'],
    ['5.1.0', undefined, 'old'],
  ] as const)('of %s with choice %s is %s', (version, chosen, page) => {
    expect(callbackPageFor(version, chosen)).toBe(page);
  });
});

describe('the mass-change guard', () => {
  const people = { guard: { percent: 5, count: 50 } };
  it.each([
    [0, 0, false],
    [0, 10, false],
    [10, 10, true],
    [95, 100, true],
    [94, 100, false],
    [1_950, 2_000, true],
    [1_949, 2_000, false],
    [20, 10, true],
  ])('%i people in E10, %i active: passes %s', (source, active, passes) => {
    expect(guardVerdict(source, active, people).pass).toBe(passes);
  });

  it('is lifted by an operator, but never for nobody at all', () => {
    const lifted = { ...people, guardLifted: { by: 'li', reason: 'a department has left' } };
    expect(guardVerdict(1, 100, lifted).pass).toBe(true);
    expect(guardVerdict(0, 100, lifted).pass).toBe(false);
  });

  it('says its numbers', () => {
    const numbers = expect.stringMatching(/90.*100.*10.*5/) as unknown;
    expect(guardVerdict(90, 100, people)).toMatchObject({ why: { en: numbers, zh: numbers } });
  });
});

describe('the scope', () => {
  const e9: Unit[] = [
    { id: '1', name: '总部' },
    { id: '2', name: '财务部', code: 'D1', parentId: '1' },
    { id: '3', name: '财务部', code: 'D2', parentId: '2' },
    { id: '4', name: '法务部', parentId: '1' },
  ];
  const e10: Unit[] = e9.map(({ id, parentId, ...unit }) => ({
    ...unit,
    id: `9${id}`,
    ...(parentId ? { parentId: `9${parentId}` } : {}),
  }));

  it('is found again by code, by path, or by a name that only one unit has', () => {
    expect(remapScope(scopeUnits(['2', '3', '4'], e9), e10)).toEqual({ scope: ['92', '93', '94'], unmapped: [] });
  });

  it('is never guessed', () => {
    const doubled = [...e10, { id: '99', name: '法务部', parentId: '91' }];
    expect(remapScope(scopeUnits(['4'], e9), doubled).unmapped.map(({ name }) => name)).toEqual(['法务部']);
    expect(remapScope(scopeUnits(['2'], e9), []).scope).toEqual([]);
  });

  it('of everybody: how many units are found again, and by what', () => {
    const shorter = e10.filter(({ id }) => id !== '93');
    expect(unitsFoundAgain(e9, shorter)).toEqual({
      e9: 4,
      e10: 3,
      byCode: 1,
      byPath: 2,
      without: 1,
      lost: ['D2'],
    });
  });

  it('brings everything below it, also where the tree has a cycle', () => {
    expect(withDescendants(['91'], e10).sort()).toEqual(['91', '92', '93', '94']);
    expect(
      withDescendants(
        ['a'],
        [
          { id: 'a', name: '', parentId: 'b' },
          { id: 'b', name: '', parentId: 'a' },
        ],
      ),
    ).toEqual(['a', 'b']);
  });
});

describe('the plan', () => {
  const tenant = {
    id: 'acme',
    qiyuesuo: { deployment: 'private', version: '4.3.7' },
    e9: { address: 'https://e9' },
    e10: { address: 'https://e10', tenantKey: 't', openPlatform: 'https://e10/openserver', corpId: 'c', appKey: 'k' },
    categories: 'auto',
    people: { scope: 'keep', guard: { percent: 5, count: 50 } },
  } as unknown as Tenant;
  const fingerprints = { encryptionKey: 'aaaaaaaa', appSecret: 'bbbbbbbb' };
  const wanted = wantedFields(tenant, fingerprints);
  const moved: Picture = {
    integration: {
      deployment: 'private',
      oaVersion: 'E10',
      fields: { ...wanted, oaAddress: 'https://E10/' },
      etag: '',
    },
    callback: { page: 'old', url: 'https://e10/papi/signcenter/qiyuesuo/signCallbackPrivate', etag: '', extra: {} },
    peopleSync: { enabled: true, scope: ['1'], schedule: '0 2 * * *', etag: '', extra: {} },
    namedScope: null,
    categories: [],
    forwarded: null,
  };

  it('is empty where everything is as wanted, however the addresses are spelt', () => {
    expect(planChanges(tenant, moved, fingerprints)).toEqual([]);
  });

  it('is empty where the console hides its secrets and all else is as wanted', () => {
    const { encryptionKey: _, appSecret: __, ...shown } = wanted;
    expect(
      planChanges(tenant, { ...moved, integration: { ...moved.integration, fields: shown } }, fingerprints),
    ).toEqual([]);
  });

  it('compares the scope with the units that the file names', () => {
    const tree: Unit[] = [
      { id: '1', name: '总部', code: 'D1' },
      { id: '2', name: '法务部', code: 'D2' },
    ];
    const scopeOf = (scope: 'keep' | string[], units = tree) => {
      const named = { ...tenant, people: { ...tenant.people, scope } };
      const changes = planChanges(named, { ...moved, namedScope: namedScope(named, units) }, fingerprints);
      return changes.map(({ target, before, after }) => [target, before, after]);
    };

    expect(scopeOf(['D1'])).toEqual([]);
    expect(scopeOf(['D2', 'D1'])).toEqual([
      ['people-sync.scope', '1', 'D2, D1'],
      ['people-sync.run', null, 'started'],
    ]);
    expect(scopeOf(['D1', 'D9'])).toHaveLength(2);
    expect(scopeOf('keep')).toEqual([]);
    expect(scopeOf(['D2'], [])).toEqual([]);
  });

  it('starts a sync run only where the integration or the sync changes', () => {
    const targets = (picture: Picture) => planChanges(tenant, picture, fingerprints).map(({ target }) => target);
    expect(targets({ ...moved, callback: { page: 'new', url: null, etag: '', extra: {} } })).toEqual([
      'callback.page',
      'callback.url',
    ]);
    expect(targets({ ...moved, integration: { ...moved.integration, oaVersion: 'E9' } })).toContain('people-sync.run');
  });

  it('differs in hash when anything differs, and in nothing else', () => {
    const changes = planChanges(
      tenant,
      { ...moved, integration: { ...moved.integration, oaVersion: 'E9' } },
      fingerprints,
    );
    expect(planHash('acme', changes)).toBe(planHash('acme', structuredClone(changes)));
    expect(planHash('acme', changes)).not.toBe(planHash('other', changes));
  });

  it('names exactly the fields that differ', () => {
    const fields = fc.subarray(['oaAddress', 'teamCode', 'appKey', 'corpId', 'singleSignOn'] as const);
    fc.assert(
      fc.property(fields, (changed) => {
        const found = { ...wanted };
        for (const field of changed) Object.assign(found, { [field]: field === 'singleSignOn' ? false : 'other' });
        const integration: Integration = { deployment: 'private', oaVersion: 'E10', fields: found, etag: '' };
        expect([...differingFields(integration, wanted)].sort()).toEqual([...changed].sort());
      }),
    );
  });
});

it('gives every code a title, a cause and a fix in both languages', () => {
  for (const code of FINDING_CODES) {
    for (const lang of ['en', 'zh'] as const) {
      for (const text of Object.values<string>({ ...catalogue[code][lang] })) expect(text.trim(), code).not.toBe('');
    }
    expect(catalogue[code].zh.title, code).toMatch(/[\u4e00-\u9fff]/);
  }
});

describe('the exit code', () => {
  it.each([
    [['migrated', 'already-migrated', 'migrated-with-warnings'], null, 0],
    [['migrated', 'blocked'], null, 5],
    [['blocked', 'rolled-back'], null, 3],
    [['migrated', 'terminated'], null, 3],
    [['migrated'], 'stopped-by-limit', 4],
    [['rolled-back', 'rollback-incomplete'], 'stopped-by-limit', 7],
    // The run goes on.
    [['migrated', null], null, 8],
    [['blocked', null], null, 5],
    // It is over: some were left out, or never started.
    [['migrated', 'skipped'], 'partial', 3],
    [['migrated', 'skipped'], null, 3],
    [['migrated', null], 'partial', 3],
    [['migrated', 'blocked'], 'partial', 5],
    [['blocked', 'skipped'], 'partial', 5],
    [['blocked', 'rolled-back', 'skipped'], 'partial', 3],
    [['rollback-incomplete', 'skipped'], 'partial', 7],
    [[], 'aborted', 3],
    [['migrated', null], 'aborted', 3],
    [['blocked', null], 'aborted', 3],
    [['rollback-incomplete', null], 'aborted', 7],
    [['migrated-with-warnings'], 'done-with-warnings', 0],
  ] as const)('of %j (%s) is %i', (endings, outcome, code) => {
    expect(exitCodeOf(endings, outcome)).toBe(code);
  });

  it('of a batch follows from its counts and its word', () => {
    expect(exitCodeOfBatch({ endings: { migrated: 2 }, outcome: 'done' })).toBe(0);
    expect(exitCodeOfBatch({ endings: { migrated: 2, skipped: 1 }, outcome: 'partial' })).toBe(3);
    expect(exitCodeOfBatch({ endings: {}, outcome: 'aborted' })).toBe(3);
    expect(exitCodeOfBatch({ endings: { 'rollback-incomplete': 1 }, outcome: 'stopped-by-limit' })).toBe(7);
  });
});
