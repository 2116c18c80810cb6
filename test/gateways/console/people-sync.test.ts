import { describe, expect, it } from 'vitest';
import { thrownBy } from '../../support/leaks.js';
import { aDriver } from './a-driver.js';

const RUNS = 'POST /console/v1/people-sync/runs';
const run = (id: string) => `GET /console/v1/people-sync/runs/${id}`;

describe('starting a run', () => {
  it('sends the key, so that the same key answers the same run', async () => {
    const { driver, server } = await aDriver({ [RUNS]: { status: 202, json: { runId: 41, state: 'queued' } } });

    expect(await driver.startPeopleSync('tenant/acme#1')).toEqual({ runId: '41', state: 'queued' });
    expect(server.requests(RUNS)[0]?.headers['idempotency-key']).toBe('tenant/acme#1');
  });

  it.each([
    ['runId', { runId: 'r7' }, 'r7'],
    ['runId, as a number', { runId: 7 }, '7'],
    ['id', { id: 'r7' }, 'r7'],
    ['a member of another name', { runningRunId: 'aaaa' }, 'aaaa'],
    ['the whole run', { run: { runId: 'r7', state: 'running' } }, 'r7'],
    ['the address of the run', { instance: '/console/v1/people-sync/runs/r%207' }, 'r%207'],
    ['a sentence', { detail: 'run r7 is running' }, 'r7'],
    ['a sentence with other numbers', { detail: '已完成 60%，run id: r7' }, 'r7'],
    ['a Chinese sentence', { detail: '同步任务 20260101-7 正在进行' }, '20260101-7'],
    ['a type that is an address', { type: 'https://x.example/problems#sync-running', runId: 'r7' }, 'r7'],
  ])('answers the one under way as what is in the way, told by %s', async (_how, more, id) => {
    const { driver, server } = await aDriver({
      [RUNS]: { status: 409, json: { type: 'sync-running', title: '同步进行中', status: 409, ...more } },
      [run(id)]: { json: { runId: id, state: 'running', done: 3, total: 9, retryAfterSeconds: 5 } },
    });

    const other = await driver.startPeopleSync('key');

    expect(other).toEqual({ runId: id, state: 'running', done: 3, total: 9, retryAfterSeconds: 5, inTheWay: true });
    expect(server.times(RUNS)).toBe(1);
  });

  it.each([
    ['no id', { detail: '请稍后再试' }],
    ['only a percentage', { detail: '已完成 60%' }],
    ['what is no run', { detail: 'busy since 20260101' }],
  ])('is a conflict where the answer tells %s', async (_what, more) => {
    const { driver } = await aDriver({ [RUNS]: { status: 409, json: { type: 'sync-running', title: '忙', ...more } } });

    expect(await thrownBy(driver.startPeopleSync('key'))).toMatchObject({ name: 'Conflict', code: 'sync-running' });
  });

  it('looks at no run on any other conflict', async () => {
    const { driver, server } = await aDriver({
      [RUNS]: { status: 409, json: { type: 'nothing-chosen', title: '未选择同步范围', runId: 'r7' } },
      [run('r7')]: { json: { runId: 'r7', state: 'running' } },
    });

    const error = await thrownBy(driver.startPeopleSync('key'));

    expect(error).toMatchObject({ name: 'Conflict', code: 'nothing-chosen' });
    expect(String(error)).toContain('未选择同步范围');
    expect(server.times(run('r7'))).toBe(0);
  });

  it('says what kept it from looking at the run under way', async () => {
    const { driver } = await aDriver({
      [RUNS]: { status: 409, json: { type: 'sync-running', runId: 'r7' } },
      [run('r7')]: { status: 429, headers: { 'retry-after': '3' } },
    });

    expect(await thrownBy(driver.startPeopleSync('key'))).toMatchObject({ name: 'Throttled', retryAfterMs: 3_000 });
  });
});

it('of a run that failed has no words: they may name people', async () => {
  const json = { runId: 'r1', state: 'failed', done: 3, message: '王伟 (13800000000): 手机号重复' };
  const { driver } = await aDriver({ [run('r1')]: { json } });

  expect(await driver.readSyncRun('r1')).toEqual({ runId: 'r1', state: 'failed', done: 3 });
});

it('encodes the id of a run', async () => {
  const id = 'a/b?c #1';
  const { driver } = await aDriver({ [run(encodeURIComponent(id))]: { json: { runId: id, state: 'failed' } } });

  expect(await driver.readSyncRun(id)).toEqual({ runId: id, state: 'failed' });
});

describe('the organisation', () => {
  const route = 'GET /console/v1/people-sync/organisation';

  it('comes page by page', async () => {
    const { driver, server } = await aDriver({
      [route]: [
        { json: { units: [{ id: 1, name: '总部' }], next: 'a&b' } },
        { json: { units: [{ id: '2', name: '财务', code: 'F', parentId: 1 }], next: '' } },
      ],
    });

    expect(await driver.readOrganisation()).toEqual({
      units: [
        { id: '1', name: '总部' },
        { id: '2', name: '财务', code: 'F', parentId: '1' },
      ],
    });
    expect(server.requests(route).map(({ query }) => query)).toEqual([{}, { cursor: 'a&b' }]);
  });

  it('is empty with a reason where Qiyuesuo cannot reach the OA', async () => {
    const { driver } = await aDriver({ [route]: { json: { units: [], reason: '连接超时' } } });
    expect(await driver.readOrganisation()).toEqual({ units: [], reason: '连接超时' });
  });

  it('does not repeat what stands in the query of an address', async () => {
    const reason = '连接 https://oa.example/openserver/x?access_token=canary-token 超时';
    const { driver } = await aDriver({ [route]: { json: { units: [], reason } } });

    expect((await driver.readOrganisation()).reason).toMatch(/openserver\/x\?access_token=sha256:\w{8} 超时$/);
  });

  it('is not read for ever when cursors alternate', async () => {
    const { driver, server } = await aDriver({
      [route]: ({ query }) => ({ json: { units: [], next: query['cursor'] === 'a' ? 'b' : 'a' } }),
    });

    expect(await thrownBy(driver.readOrganisation())).toMatchObject({ name: 'UnexpectedAnswer', paths: ['next'] });
    expect(server.times(route)).toBe(3);
  });
});

describe('counting people', () => {
  const route = 'GET /console/v1/people';
  const people = (count: number, state = 'active') =>
    Array.from({ length: count }, () => ({ id: '1', name: 'x', state }));

  it('reads large pages to the end', async () => {
    const { driver, server } = await aDriver({
      [route]: [
        { json: { people: people(1000), total: 1004, next: 'n' } },
        { json: { people: [...people(1), ...people(3, 'disabled')], total: 1004 } },
      ],
    });

    expect(await driver.countPeople()).toEqual({ total: 1004, active: 1001 });
    expect(server.requests(route).map(({ query }) => query)).toEqual([
      { limit: '1000' },
      { limit: '1000', cursor: 'n' },
    ]);
  });

  it('leaves out who is not of the OA, where the console shows of anybody that they are', async () => {
    const [one, two, three] = people(3);
    const bound = [{ ...one, oaUserId: '77' }, { ...two, oaUserId: null }, three];
    const { driver } = await aDriver({ [route]: { json: { people: bound, total: 3 } } });
    expect(await driver.countPeople()).toEqual({ total: 3, active: 1 });
  });

  it('does not believe a list that lost rows', async () => {
    const { driver } = await aDriver({ [route]: { json: { people: people(2), total: 3 } } });
    expect(await thrownBy(driver.countPeople())).toMatchObject({ name: 'UnexpectedAnswer', paths: ['total'] });
  });

  it('allows for somebody who joins meanwhile', async () => {
    const { driver } = await aDriver({
      [route]: [{ json: { people: people(2), total: 3, next: 'n' } }, { json: { people: people(2), total: 4 } }],
    });
    expect(await driver.countPeople()).toEqual({ total: 4, active: 4 });
  });
});
