import { describe, expect, it } from 'vitest';
import type { E10 } from '../../../src/gateways/e10/e10.js';
import { thrownBy } from '../../support/leaks.js';
import { troubleCases } from '../../support/trouble-cases.js';
import { anE10, APP, AUTHORIZE, EMPLOYEES, rows, TOKEN, UNITS } from './an-e10.js';

const METHODS: [string, string, (one: E10) => Promise<unknown>][] = [
  ['authorize (code)', AUTHORIZE, (one) => one.authorize()],
  ['authorize (token)', TOKEN, (one) => one.authorize()],
  ['readTenantKey', EMPLOYEES, (one) => one.readTenantKey()],
  ['countEmployees', EMPLOYEES, (one) => one.countEmployees()],
  ['listUnits', UNITS, (one) => one.listUnits()],
];
describe.each(METHODS)('%s', (_name, route, call) => {
  troubleCases(async (answer) => {
    const { e10 } = await anE10({ [route]: answer });
    return thrownBy(call(e10));
  }, APP.appSecret);
});

it.each([
  ['inside the envelope', { message: { errcode: '200013', errmsg: '接口调用受限' }, data: null }],
  ['at the top', { errcode: 200013, errmsg: '接口调用受限' }],
])('a refused interface, told %s, keeps its code', async (_where, json) => {
  const { e10 } = await anE10({ [UNITS]: { json } });
  expect(await thrownBy(e10.listUnits())).toMatchObject({ name: 'Rejected', code: '200013' });
});

it('keeps all 18 digits of ids that come as bare numbers', async () => {
  const { e10 } = await anE10({
    [UNITS]: rows([
      { id: 977668748719054853n, name: '总部', parent: 0 },
      { id: '977668748719054855', name: '财务', code: 'D1', parent: 977668748719054853n },
    ]),
  });
  expect(await e10.listUnits()).toEqual([
    expect.objectContaining({ id: '977668748719054853', name: '总部' }),
    expect.objectContaining({ id: '977668748719054855', code: 'D1', parentId: '977668748719054853' }),
  ]);
});

it('reads all pages of units, and refuses a list that does not add up', async () => {
  const unit = (id: number) => ({ id, name: `u${id}`, parent: 0 });
  const { e10, server } = await anE10({ [UNITS]: [rows([unit(1), unit(2)], 3), rows([unit(3)], 3)] });
  expect(await e10.listUnits()).toHaveLength(3);

  server.script({ [UNITS]: rows([unit(1), unit(1)], 2) });
  expect(await thrownBy(e10.listUnits())).toMatchObject({ name: 'UnexpectedAnswer' });
});

it('reads the tenant code where the site returns it', async () => {
  const { e10, server } = await anE10({ [EMPLOYEES]: rows([{ id: 1, tenant_key: 't1a2b3c4d5' }]) });
  expect(await e10.readTenantKey()).toBe('t1a2b3c4d5');
  server.script({ [EMPLOYEES]: rows([{ id: 1 }]) });
  expect(await e10.readTenantKey()).toBeUndefined();
});
