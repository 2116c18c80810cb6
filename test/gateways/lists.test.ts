import { describe, expect, it } from 'vitest';
import { createE9 } from '../../src/gateways/e9/hr.js';
import { createHttp } from '../../src/gateways/http.js';
import type { PagedList, PersonRow } from '../../src/domain/people/rows.js';
import { everythingOf, thrownBy } from '../support/leaks.js';
import { aServer, type RecordedRequest, type Script } from '../support/scripted-server.js';
import { troubleCases } from '../support/trouble-cases.js';
import { aDriver } from './console/a-driver.js';
import { anE10, EMPLOYEES, UNITS } from './e10/an-e10.js';
import { aQiyuesuo } from './qiyuesuo/a-qiyuesuo.js';

const E9_PEOPLE = 'POST /api/hrm/resful/getHrmUserInfoWithPage';
const PUBLIC_PEOPLE = 'GET /v2/employee/list';
const CONSOLE_PEOPLE = 'GET /console/v1/people';

async function anE9(routes: Record<string, Script>) {
  const server = await aServer(routes);
  const http = createHttp({ system: 'e9', baseUrl: server.url, timeoutMs: 2_000, mask: ['canary-secret-4711'] });
  return { server, e9: createE9(http, { token: 'canary-token-4711', digest: 'md5', body: 'json' }) };
}

/** Every list of people, against a server that answers as scripted. */
const lists: Record<string, (script: Script) => Promise<PagedList<PersonRow>>> = {
  E9: async (script) => (await anE9({ [E9_PEOPLE]: script })).e9.people(),
  E10: async (script) => (await anE10({ [EMPLOYEES]: script })).e10.people(),
  'the public cloud': async (script) =>
    (await aQiyuesuo({ [PUBLIC_PEOPLE]: script }, { deployment: 'public' })).qiyuesuo.people(),
  'the console': async (script) => {
    const list = (await aDriver({ [CONSOLE_PEOPLE]: script })).driver.people?.();
    if (list === undefined) throw new Error('the driver lists no people');
    return list;
  },
};

/** As each of them writes a page of rows with these ids. */
const pages: Record<string, (ids: string[], total: number, next?: string) => object> = {
  E9: (ids, totalSize) => ({
    code: '1',
    data: { totalSize: String(totalSize), dataList: ids.map((id) => ({ id, status: 1, loginid: `u${id}` })) },
  }),
  E10: (ids, total) => ({ message: { errcode: '0' }, data: { total, data: ids.map((id) => ({ id: BigInt(id) })) } }),
  'the public cloud': (ids) => ({ code: 0, result: { list: ids.map((id) => ({ id: BigInt(id) })), totalCount: 9 } }),
  'the console': (ids, total, next) => ({ people: ids.map((id) => ({ id, state: 'active' })), total, next }),
};

describe.each(Object.keys(lists))('the people of %s', (system) => {
  const open = lists[system] as (script: Script) => Promise<PagedList<PersonRow>>;
  const page = pages[system] as (ids: string[], total: number, next?: string) => object;

  // An app of E10 has no fixed token: there the secret alone could be echoed.
  const echo = system === 'E10' ? 'canary-secret-4711' : undefined;
  troubleCases(async (answer) => thrownBy((await open(answer)).readPage(null)), echo);

  it('may be nobody', async () => {
    const list = await open({ json: page([], 0) });

    expect(await list.readPage(null)).toMatchObject({ rows: [], next: null });
  });

  it('keep every digit of their ids', async () => {
    const list = await open({ json: page(['977668748719054853'], 5) });

    expect((await list.readPage(null)).rows[0]?.id).toBe('977668748719054853');
  });

  it('do not show the value that broke the schema', async () => {
    const list = await open({ json: page([], 0), text: '' });
    const broken = JSON.stringify(page(['1'], 1), (_, value: unknown) => (typeof value === 'bigint' ? 1 : value));
    const again = await open({ text: broken.replace(/"(id)":"?1"?/, '"$1":{"canary":1}') });

    expect(everythingOf(await thrownBy(again.readPage(null)))).not.toContain('canary');
    expect(list).toBeDefined();
  });
});

describe('a person', () => {
  it('of E9 is not compared where they left, have a second account, or no login', async () => {
    const row = (id: number, more: object) => ({ id, status: 1, loginid: `u${id}`, password: 'hash', ...more });
    const { e9 } = await anE9({
      [E9_PEOPLE]: {
        json: {
          code: '1',
          data: {
            totalSize: 4,
            dataList: [
              row(1, {
                workcode: ' 007 ',
                lastname: '王伟',
                departmentid: 5,
                subcompanyid1: 5,
                mobile: '',
                email: null,
              }),
              row(2, { status: '5' }),
              row(3, { accounttype: 1 }),
              row(4, { loginid: ' ' }),
            ],
          },
        },
      },
    });

    const { rows } = await e9.people().readPage(null);

    expect(rows[0]).toEqual({
      id: '1',
      name: '王伟',
      jobNumber: '007',
      mobile: null,
      email: null,
      login: 'u1',
      units: ['d5', 's5'],
      active: true,
      notCompared: null,
      oaUserId: null,
    });
    expect(rows.map(({ notCompared }) => notCompared)).toEqual([null, 'left', 'secondary-account', 'no-login']);
  });

  it('of E10 comes with all posts, and nothing is asked for but what is compared', async () => {
    const row = { id: 1, username: '王伟', job_num: 7, mobile: '138', department: [977668748719054853n, 2n] };
    const { e10, server } = await anE10({ [EMPLOYEES]: { json: { data: { total: 1, data: [row] } } } });

    const { rows } = await e10.people().readPage(null);

    expect(rows[0]).toMatchObject({ jobNumber: '7', mobile: '138', units: ['977668748719054853', '2'], email: null });
    expect(JSON.parse(server.requests(EMPLOYEES)[0]?.body ?? '')).toMatchObject({
      current: 1,
      pageSize: 1000,
      returnFieldList: ['id', 'username', 'job_num', 'mobile', 'email', 'account', 'status', 'department'],
    });
  });

  it('of the public cloud is reached by a mobile number or an e-mail address', async () => {
    const rows = [
      { id: 1, number: '7', contact: '13800000001', name: '王伟' },
      { id: 2, contact: 'li@example.cn', status: 'DISABLED' },
      { userId: 3, user: { contact: '13800000003' } },
    ];
    const { qiyuesuo } = await aQiyuesuo(
      { [PUBLIC_PEOPLE]: { json: { code: 0, result: rows } } },
      { deployment: 'public' },
    );

    expect((await qiyuesuo.people().readPage(null)).rows).toMatchObject([
      { id: '1', jobNumber: '7', mobile: '13800000001', email: null, active: true },
      { id: '2', mobile: null, email: 'li@example.cn', active: false },
      { id: '3', mobile: '13800000003' },
    ]);
  });

  it('of the console says to whom of the OA they are bound', async () => {
    const people = [{ id: 'q1', oaUserId: 17, jobNumber: null, mobile: '138', state: 'disabled' }];
    const { driver } = await aDriver({ [CONSOLE_PEOPLE]: { json: { people, total: 1 } } });

    expect((await driver.people?.().readPage(null))?.rows).toMatchObject([
      { id: 'q1', oaUserId: '17', jobNumber: null, active: false },
    ]);
  });
});

describe('units', () => {
  it('of E9 carry a letter, since departments and subcompanies have the same numbers', async () => {
    const { e9 } = await anE9({
      'POST /api/hrm/resful/getHrmsubcompanyWithPage': {
        json: { code: '1', data: { totalSize: 1, dataList: [{ id: 1, subcompanyname: '总部', supsubcomid: '0' }] } },
      },
      'POST /api/hrm/resful/getHrmdepartmentWithPage': {
        json: {
          code: '1',
          data: {
            totalSize: 2,
            dataList: [
              { id: 1, departmentname: '财务', departmentcode: 'F', supdepid: 0, subcompanyid1: 1 },
              { id: 2, departmentname: '出纳', supdepid: 1, subcompanyid1: 1 },
            ],
          },
        },
      },
    });

    expect((await e9.subcompanies().readPage(null)).rows).toEqual([
      { id: 's1', name: '总部', code: null, parentId: null },
    ]);
    expect((await e9.departments().readPage(null)).rows).toEqual([
      { id: 'd1', name: '财务', code: 'F', parentId: 's1' },
      { id: 'd2', name: '出纳', code: null, parentId: 'd1' },
    ]);
  });

  it('of E10 come by pages of a thousand', async () => {
    const { e10, server } = await anE10({
      [UNITS]: { json: { data: { total: 1, data: [{ id: 5, name: '总部', code: '', parent: 0 }] } } },
    });

    expect((await e10.units().readPage(null)).rows).toEqual([{ id: '5', name: '总部', code: null, parentId: null }]);
    expect(JSON.parse(server.requests(UNITS)[0]?.body ?? '')).toMatchObject({ current: 1, pageSize: 1000 });
  });
});

describe('the next page', () => {
  const ids = ['11', '12', '13', '14', '15'];

  it('follows the page that came, though a site gives fewer than it is asked for; the row before it can be asked for', async () => {
    const asked: { current: number; pageSize: number }[] = [];
    const { e10 } = await anE10({
      [EMPLOYEES]({ body }: RecordedRequest) {
        const { current, pageSize } = JSON.parse(body) as { current: number; pageSize: number };
        asked.push({ current, pageSize });
        const size = Math.min(pageSize, 2);
        const data = ids.slice((current - 1) * size, current * size).map((id) => ({ id }));
        return { json: { data: { total: 5, data } } };
      },
    });
    const list = e10.people();
    const read: string[] = [];

    let cursor: string | null = null;
    do {
      if (cursor !== null) expect(await list.rowBefore?.(cursor)).toBe(read.at(-1));
      const page: Awaited<ReturnType<typeof list.readPage>> = await list.readPage(cursor);
      read.push(...page.rows.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null);

    expect(read).toEqual(ids);
    expect(asked.map(({ current }) => current)).toEqual([1, 2, 2, 4, 3]);
  });

  it('of the public cloud begins behind the rows that came, until there are none', async () => {
    const { qiyuesuo } = await aQiyuesuo(
      {
        [PUBLIC_PEOPLE]({ query }: RecordedRequest) {
          const from = Number(query['selectOffset']);
          const rows = ids.slice(from, from + Math.min(3, Number(query['selectLimit']))).map((id) => ({ id }));
          return { json: { code: 0, result: rows } };
        },
      },
      { deployment: 'public' },
    );
    const list = qiyuesuo.people();

    expect((await list.readPage(null)).next).toBe('3');
    expect(await list.rowBefore?.('3')).toBe('13');
    expect((await list.readPage('3')).next).toBe('5');
    expect((await list.readPage('5')).next).toBeNull();
  });

  it('of the console is where the adapter says; a row before it is asked for only where it counts rows', async () => {
    const { driver, server } = await aDriver({
      [CONSOLE_PEOPLE]: ({ query }: RecordedRequest) => ({
        json: { people: [{ id: query['cursor'] ?? 'first', state: 'active' }], total: 2000, next: 'opaque' },
      }),
    });
    const list = driver.people?.();

    expect((await list?.readPage(null))?.next).toBe('opaque');
    expect(await list?.rowBefore?.('opaque')).toBeUndefined();
    expect(server.times(CONSOLE_PEOPLE)).toBe(1);
    expect(await list?.rowBefore?.('1000')).toBe('999');
    expect(await list?.rowBefore?.('c2000')).toBe('c1999');
  });
});
