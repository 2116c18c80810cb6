import type { TenantSpec } from './tenant/spec.js';
import type { World } from './world.js';

/** Tenants that together show every branch of the migration. Each story is what a reader of the demo learns from it. */
export const demoTenants: TenantSpec[] = [
  { id: 'east-434', name: '华东阿珂米有限公司', version: '4.3.4', story: 'private 4.3.4: the global callback page' },
  {
    id: 'north-436',
    name: '华北星河制造有限公司',
    version: '4.3.6',
    story: 'private 4.3.6: switched to the old callback page',
  },
  { id: 'south-51', name: '华南云帆科技股份有限公司', version: '5.1.0', story: 'private 5.1: the same page rule' },
  {
    id: 'gap-435',
    name: '中原四三五药业有限公司',
    version: '4.3.5',
    story: 'private 4.3.5: not covered by the procedure, blocked',
  },
  {
    id: 'gap-435-chosen',
    name: '中原四三五食品有限公司',
    version: '4.3.5',
    entry: { callbackPage: 'global' },
    story: '4.3.5 with the page chosen in the file',
  },
  {
    id: 'forward-ready',
    name: '江南原址物流有限公司',
    sameAddress: true,
    forward: 'proxied',
    story: 'address kept, the proxy forwards already',
  },
  {
    id: 'forward-later',
    name: '江南原址建设有限公司',
    sameAddress: true,
    story: 'address kept, waits until the administrator adds the forward',
  },
  {
    id: 'forty',
    name: '四十分类集团有限公司',
    categories: { legacy: 30, otherOldHost: 3, elsewhere: 4, none: 3 },
    story: 'address changed, 40 categories of mixed callbacks',
  },
  {
    id: 'no-callbacks',
    name: '无回调环保有限公司',
    categories: { legacy: 0, none: 3 },
    story: 'no category calls E9: nothing to rewrite',
  },
  { id: 'public-1', name: '云端公有电子有限公司', deployment: 'public', story: 'public cloud: five steps' },
  {
    id: 'public-2',
    name: '云端公有材料有限公司',
    deployment: 'public',
    ownApp: true,
    story: 'public cloud, with an app of our own for checks',
  },
  {
    id: 'scope-cleared',
    name: '范围清空能源有限公司',
    scope: 'departments',
    scopeAfterSwitch: 'cleared',
    story: 'the switch clears the sync scope: found again by code',
  },
  {
    id: 'wrong-corp',
    name: '错误企业标识有限公司',
    wrongCorpId: true,
    story: 'wrong corpId: blocked before any write',
  },
  { id: 'no-hr', name: '无人事权限有限公司', noHrRights: true, story: 'the app may not read people: blocked' },
  { id: 'wrong-tenant', name: '错误识别码有限公司', wrongTenantKey: true, story: 'wrong tenant key: blocked' },
  {
    id: 'throttled',
    name: '限流科技有限公司',
    story: 'a target that asks for fewer calls, in both forms of Retry-After',
  },
  {
    id: 'half-way',
    name: '半途回退制造有限公司',
    syncFails: true,
    categories: { legacy: 5 },
    story: 'the people sync fails half-way: undone, with proof',
  },
  {
    id: 'lost-answer',
    name: '丢失应答物流有限公司',
    story: 'answers are lost after the write: read back, never repeated',
  },
  { id: 'done-before', name: '早已迁移有限公司', startsMigrated: true, story: 'already migrated: nothing is written' },
  {
    id: 'legacy-sign',
    name: '旧版签名有限公司',
    version: '4.3.4',
    dialect: 'legacy',
    entryDialect: 'auto',
    story: 'the older signature, found by itself',
  },
  {
    id: 'old-secrets',
    name: '旧密钥可恢复有限公司',
    previousSecrets: true,
    story: 'other secrets before, with references to restore them',
  },
  {
    id: 'lost-secrets',
    name: '旧密钥不可恢复有限公司',
    previousSecrets: 'unreferenced',
    story: 'other secrets before, and nobody has them: blocked',
  },
  {
    id: 'one-set',
    name: '共用配置有限公司',
    fieldSets: 'shared',
    story: 'a console with one set of fields for both versions',
  },
  {
    id: 'own-app',
    name: '自有应用有限公司',
    ownApp: true,
    story: 'checks use an app of our own, Qiyuesuo’s token is left alone',
  },
];

/** Three tenants whose consoles somebody has to go to: one of each callback page, and the public cloud. */
export function tenantsByHand(driver: 'manual' | 'browser'): TenantSpec[] {
  const entry = { qiyuesuo: { driver, api: undefined } };
  const small = { people: { e9: 8, e10: 8 }, categories: { legacy: 3, elsewhere: 1, none: 1 } };
  return ['east-434', 'south-51', 'public-1'].flatMap((id) =>
    demoTenants.filter((tenant) => tenant.id === id).map((tenant) => ({ ...tenant, ...small, entry })),
  );
}

/** What goes wrong in the demo, on purpose. */
export function demoFaults(world: World): void {
  world.fault({ tenant: 'throttled', system: 'e10', from: 'outside', kind: 'throttle-seconds', ms: 1_000, times: 2 });
  world.fault({
    tenant: 'throttled',
    system: 'console',
    from: 'outside',
    kind: 'throttle-date',
    ms: 1_000,
    after: 3,
    times: 2,
  });
  world.fault({
    tenant: 'lost-answer',
    system: 'console',
    method: 'PUT',
    path: '/integration/oa-version',
    kind: 'error-after',
  });
  world.fault({ tenant: 'lost-answer', system: 'console', method: 'PUT', path: '/integration', kind: 'error-after' });
  world.fault({ tenant: 'lost-answer', system: 'console', method: 'PUT', path: '/callback', kind: 'reset' });
  world.fault({
    tenant: 'lost-answer',
    system: 'console',
    method: 'POST',
    path: '/people-sync/runs',
    kind: 'error-after',
  });
}
