import { expect, it } from 'vitest';
import { endpointsOf, refusingOf } from '../../../src/domain/batch/endpoints.js';
import type { Tenant } from '../../../src/domain/tenant.js';

const openPlatform = 'https://oa.acme.example/openserver';
const app = (corpId: string, appKey: string) => ({ corpId, appKey, appSecret: { env: `SECRET_${appKey}` } });

function tenant(e10: object): Tenant {
  const qiyuesuo = {
    driver: 'manual',
    openApi: 'https://seal.acme.example:9182',
    token: { env: 'T' },
    secret: { env: 'S' },
  };
  return { qiyuesuo, e10: { openPlatform, ...e10 } } as unknown as Tenant;
}

const keysOf = (e10: object): string[] => endpointsOf(tenant(e10)).map(({ key }) => key);
const failed = { system: 'e10', isOwnApp: true } as const;
const looked = { system: 'e10', isOwnApp: false } as const;

it('are an address with all that is sent there: of two apps of E10 one may be refused alone', () => {
  expect(keysOf({ ...app('corp', 'theirs'), ownApp: app('corp', 'ours') })).toEqual([
    'qiyuesuo https://seal.acme.example:9182 (env T, env S)',
    'e10 https://oa.acme.example (corp, theirs, env SECRET_theirs)',
    'e10 https://oa.acme.example (corp, ours, env SECRET_ours)',
  ]);
  expect(keysOf(app('corp', 'k'))).not.toEqual(keysOf(app('c0rp', 'k')));
  expect(keysOf({ corpId: 'corp', appKey: 'k' })).toHaveLength(1);
});

it('blames the app that was sent, and nobody where that one is not shared', () => {
  const [, theirs, ours] = endpointsOf(tenant({ ...app('corp', 'theirs'), ownApp: app('corp', 'ours') }));
  expect(refusingOf([theirs!, ours!], failed)).toBe(ours);
  expect(refusingOf([theirs!, ours!], looked)).toBe(theirs);
  expect(refusingOf([theirs!], failed)).toBeUndefined();
  expect(refusingOf([ours!], looked)).toBeUndefined();
  const [qiyuesuo] = endpointsOf(tenant({}));
  expect(refusingOf([qiyuesuo!], { system: 'qiyuesuo', isOwnApp: true })).toBe(qiyuesuo);
});
