import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { BoardOptions } from '../../src/board/options.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import type { WorkOrder } from '../../src/domain/work-orders/work-order.js';
import { aBoard, type ABoard, type Answer, type Visitor, ZHANG } from '../support/a-board.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const MANUAL = { entry: { qiyuesuo: { driver: 'manual', api: undefined } } };

let rig: Rig;
let board: ABoard;
let visitor: Visitor;

afterEach(async () => {
  await board.close();
  await rig.close();
});

async function opened(specs: Parameters<typeof aRig>[0], more: Partial<BoardOptions> = {}): Promise<void> {
  rig = await aRig(specs);
  board = await aBoard(rig.migrations, more);
  visitor = await board.visitor();
}

async function orderOf(name: string, number: number): Promise<{ order: WorkOrder; path: string }> {
  const { id } = rig.tenant(name);
  let order: WorkOrder | undefined;
  await until(`${name}/${number} is open`, async () => {
    const open = (await rig.migrations.openOrderOf(id))?.order;
    order = open?.number === number ? open : undefined;
    return order !== undefined;
  });
  return { order: order as WorkOrder, path: `/orders/${id}/${number}` };
}

/** The hidden fields of the form that confirms. */
function seenIn({ body }: Answer): string {
  return /id="answer"[\s\S]*?name="seen" value="([^"]+)"/.exec(body)?.[1] ?? '';
}

/** What a page says, without its markup. */
function words({ body }: Answer): string {
  return body
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');
}

const FORM = ['integration.oaVersion', 'integration.singleSignOn', 'integration.oaAddress', 'integration.teamCode'];
const ANSWERS = {
  'value:integration.oaVersion': 'E9',
  'value:integration.singleSignOn': 'false',
  'empty:integration.oaAddress': 'yes',
  'empty:integration.teamCode': 'yes',
};

describe('a work order on the board', () => {
  it('is queued, taken, refused with all that is wrong, confirmed with evidence, and goes on', async () => {
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    await rig.start('cloud');
    const { path } = await orderOf('cloud', 1);
    const { id } = rig.tenant('cloud');
    let queue: Answer | undefined;
    await until('the queue shows it', async () => {
      queue = await visitor.get('/orders');
      return queue.body.includes(`href="${path}"`);
    });
    expect(words(queue!)).toMatch(new RegExp(`${id}/1 .* snapshot ! open 0/4`));

    const taken = await visitor.post(`${path}/take`, {});
    expect([taken.status, taken.headers['location']]).toEqual([303, `${path}?told=taken`]);
    const page = await visitor.get(`${path}?told=taken`);
    expect(words(page)).toContain('You have taken this order.');
    expect(words(page)).toContain('taken by you');

    const seen = seenIn(page);
    const refused = await visitor.postParts(`${path}/confirm`, {
      seen,
      'value:integration.oaVersion': 'E9',
      'value:integration.oaAddress': 'ftp://old.example/?token=canary-typed',
      note: 'half of it',
    });
    expect(refused.status).toBe(422);
    expect(words(refused)).toContain('3 answers do not fit');
    expect(refused.body).toMatch(/<title>Error: Work order/);
    expect(refused.body).toContain('aria-invalid="true"');
    // What was typed is there again, but for what an address may hide.
    expect(refused.body).toMatch(/name="value:integration.oaVersion"\s+value="E9"\s+checked/);
    expect(refused.body).toContain('value="ftp://old.example/"');
    expect(refused.body).toContain('half of it');
    expect(refused.body).not.toContain('canary-typed');
    expect((await rig.migrations.openOrderOf(id))?.order.trail).toHaveLength(2);

    const bytes = Buffer.from('a picture');
    const evidence = new File([bytes], '../../page <1>.PNG');
    const done = await visitor.postParts(`${path}/confirm`, { seen, ...ANSWERS, note: 'looked', evidence });
    expect([done.status, done.headers['location']]).toEqual([303, `${path}?told=confirmed`]);
    const second = await orderOf('cloud', 2);
    expect(second.order.step).toBe('switch-mode');
    const after = await visitor.get(path);
    expect(words(after)).toContain(`The next order of this tenant: Work order ${id}/2`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(words(after)).toContain(`confirmed · ${ZHANG} looked Evidence: page &lt;1&gt;.PNG sha256:${sha256}`);
    const status = await rig.migrations.tenantStatus(id);
    expect(status?.orders[0]?.trail.at(-1)).toEqual({
      at: expect.any(String) as string,
      what: 'confirmed',
      by: ZHANG,
      note: 'looked',
      evidence: { name: 'page <1>.PNG', sha256 },
    });
    expect(status?.orders[0]?.tasks.map(({ field }) => field)).toEqual(FORM);

    const again = await visitor.postParts(`${path}/confirm`, { seen, ...ANSWERS });
    expect([again.status, words(again).includes('Nothing is to be done here any more')]).toEqual([409, true]);
    expect(board.told.map(({ what, facts }) => [what, facts['action']])).toEqual([
      ['Logged in', undefined],
      ['Work order', 'take'],
      ['Work order', 'confirm'],
    ]);
  });

  it('keeps evidence where it may, under its hash and for its owner alone', async () => {
    const folder = join(await mkdtemp(join(tmpdir(), 'qys-e10-evidence-')), 'kept');
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }], { evidenceFolder: folder });
    await rig.start('cloud');
    const { path } = await orderOf('cloud', 1);
    const seen = seenIn(await visitor.get(path));
    const evidence = new File(['a picture'], '../../../etc/page.png');
    expect((await visitor.postParts(`${path}/confirm`, { seen, evidence })).status).toBe(422);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    expect((await visitor.postParts(`${path}/confirm`, { seen, ...ANSWERS, evidence })).status).toBe(303);
    const name = `${createHash('sha256').update('a picture').digest('hex')}.png`;
    expect(await readdir(folder)).toEqual([name]);
    expect(await readFile(join(folder, name), 'utf8')).toBe('a picture');
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('is not taken for what it was: a form of another version is sent back with what was typed', async () => {
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    await rig.start('cloud');
    const { path } = await orderOf('cloud', 1);
    const old = await visitor.postParts(`${path}/confirm`, { seen: 'other', ...ANSWERS, note: 'mine' });
    expect(old.status).toBe(409);
    expect(words(old)).toContain('This order has changed since this page was opened.');
    expect(old.body).toContain('mine');
    const fresh = seenIn(old);
    expect((await visitor.postParts(`${path}/confirm`, { seen: fresh, ...ANSWERS })).status).toBe(303);
  });

  it('is somebody’s, and says so in the words of the tenant', async () => {
    const tokens = [
      { by: ZHANG, token: 'token-of-zhang-0123456789' },
      { by: '李四', token: 'token-of-li-0123456789ab' },
    ];
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }], { entrance: { tokens } });
    await rig.start('cloud');
    const { path } = await orderOf('cloud', 1);
    const li = await board.visitor('token-of-li-0123456789ab');
    expect((await li.post(`${path}/take`, {})).status).toBe(303);
    const late = await visitor.post(`${path}/take`, {});
    expect(late.status).toBe(409);
    expect(words(late)).toContain('it is taken by 李四');
    expect(words(await visitor.get(path))).toContain('李四 has taken this order. Agree with them');
  });

  it('is rejected with a reason only, and the tenant is undone or ends', async () => {
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    await rig.start('cloud');
    const { path } = await orderOf('cloud', 1);
    const without = await visitor.post(`${path}/reject`, { reason: ' ' });
    expect([without.status, words(without).includes('Say why.')]).toEqual([422, true]);
    const rejected = await visitor.post(`${path}/reject`, { reason: 'no account' });
    expect(rejected.headers['location']).toBe(`${path}?told=rejected`);
    expect(await rig.end('cloud')).toMatchObject({
      ending: 'blocked',
      reason: expect.stringContaining('no account') as string,
    });
    const tenant = words(await visitor.get(`/tenants/${rig.tenant('cloud').id}`));
    expect(tenant).toContain('a work order was rejected ORDER-REJECTED');
    expect(tenant).toContain('read the reason, clear it up, then retry');
  });

  it('is told so where nobody answers in time, and nothing that was typed is lost', { timeout: 90_000 }, async () => {
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    await rig.start('cloud');
    const { path } = await orderOf('cloud', 1);
    const seen = seenIn(await visitor.get(path));
    await rig.stopWorkers();
    const answer = await visitor.postParts(`${path}/confirm`, { seen, ...ANSWERS, note: 'mine' });
    expect(answer.status).toBe(504);
    expect(words(answer)).toContain('No worker answered in time');
    expect(answer.body).toContain('mine');
  });
});

describe('secrets on the board', () => {
  it('stand in no page, and are revealed on request only, where the board may', { timeout: 120_000 }, async () => {
    const spec = { id: 'acme', previousSecrets: true as const, ...MANUAL };
    await opened([spec]);
    const secrets = Object.values(rig.world.tenant('acme').env);
    await rig.start('acme');
    const operator = anOperator(rig, 'acme', ZHANG);
    const first = await orderOf('acme', 1);
    await rig.migrations.tellOrder(rig.tenant('acme').id, await operator.act(first.order));
    const { order, path } = await orderOf('acme', 2);
    const task = order.tasks.find(({ field }) => field === 'integration.appSecret');
    const ref = task?.secret?.ref;
    const value = ref && 'env' in ref ? (rig.world.tenant('acme').env[ref.env] ?? '') : '';
    expect(value.length).toBeGreaterThan(8);

    const { id } = rig.tenant('acme');
    const field = 'integration.appSecret';
    expect((await visitor.post(`${path}/reveal`, { field })).status).toBe(404);

    const revealing = await aBoard(rig.migrations, { revealFrom: rig.world.tenant('acme').env });
    try {
      const other = await revealing.visitor();
      const early = await other.post(`${path}/reveal`, { field });
      expect([early.status, early.body.includes(value)]).toEqual([409, false]);
      expect((await other.post(`${path}/take`, {})).status).toBe(303);
      const html = await other.post(`${path}/reveal`, { field });
      expect(html.headers).toMatchObject({ 'cache-control': 'no-store', refresh: `20; url=${path}` });
      expect(html.body).toContain(value);
      const json = await other.post(`${path}/reveal`, { field }, { accept: 'application/json' });
      expect(json.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' });
      expect(JSON.parse(json.body)).toEqual({ value, problem: null, seconds: 20 });
      expect((await other.get(`${path}/reveal?field=${field}`)).status).toBe(404);
      for (const asked of ['integration.oaAddress', 'integration.corpId', 'constructor', '']) {
        expect((await other.post(`${path}/reveal`, { field: asked })).status).toBe(404);
      }
      const origin = { origin: revealing.url };
      const anonymous = await revealing.ask(`${path}/reveal`, {
        method: 'POST',
        headers: origin,
        body: `field=${field}`,
      });
      expect([anonymous.status, anonymous.body.includes(value)]).toEqual([401, false]);
      const pages = ['/', '/orders', path, `${path}?told=taken`, `/tenants/${id}`];
      for (const page of pages) {
        const { body, status } = await other.get(page);
        expect(status).toBe(200);
        for (const secret of secrets) expect(body, page).not.toContain(secret);
      }
      expect(revealing.told.filter(({ what }) => what === 'Secret revealed')).toEqual(
        Array.from({ length: 2 }, () => ({
          what: 'Secret revealed',
          facts: { by: ZHANG, tenantId: id, order: 2, field },
        })),
      );
      for (const secret of secrets) expect(JSON.stringify(revealing.told)).not.toContain(secret);
    } finally {
      await revealing.close();
    }
  });
});

describe('what the board shows of batches', () => {
  it('is every batch, and with a file its own alone', { timeout: 120_000 }, async () => {
    await opened([
      { id: 'good' },
      { id: 'blocked', wrongCorpId: true },
      { id: 'cloud', deployment: 'public', ...MANUAL },
    ]);
    const { batch } = rig.batch;
    const file = { path: 'my.batch.yaml', batch: rig.batch };
    const own = await aBoard(rig.migrations, { file });
    try {
      const ofFile = await own.visitor();
      expect((await ofFile.get('/')).headers['location']).toBe(`/batches/${batch}`);
      expect(words(await ofFile.get(`/batches/${batch}`))).toContain('Start it: qys-e10 apply -f my.batch.yaml');
      expect((await visitor.get(`/batches/${batch}`)).status).toBe(404);

      await rig.migrations.startBatch(rig.batch, 'li', IMPATIENT);
      await orderOf('cloud', 1);
      let page = '';
      await until('two tenants have ended', async () => {
        page = words(await ofFile.get(`/batches/${batch}`));
        return page.includes('2 of 3 finished') && page.includes('1 tenant ');
      });
      expect(page).toContain('1 work order is open');
      expect(page).toContain('qys-e10 retry -f my.batch.yaml --code E10-TOKEN-REFUSED --reason …');
      expect(page).toMatch(/parked 1 /);
      expect(page).toContain('Temporal’s Web UI');
      const link = await ofFile.get(`/batches/${batch}?show=failed`);
      expect(link.body).toContain(`http://127.0.0.1:8233/namespaces/default/workflows?query=QysBatch`);
      expect(words(link)).not.toContain(`${rig.tenant('good').id} `);

      const { id } = rig.tenant('cloud');
      const tenant = await ofFile.get(`/tenants/${id}`);
      expect(tenant.body).toContain(
        `http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(tenantWorkflowId(id))}`,
      );
      expect(words(tenant)).toContain(`A person does its work order: Work order ${id}/1`);
      expect(words(await visitor.get('/'))).toContain(batch);
      expect(words(await visitor.get('/orders'))).toContain(`${id}/1`);

      const stranger = await aBoard(rig.migrations, {
        file: { path: 'other.yaml', batch: { ...rig.batch, batch: 'other', tenants: [] } },
      });
      try {
        const other = await stranger.visitor();
        for (const path of [`/batches/${batch}`, `/tenants/${id}`, `/orders/${id}/1`]) {
          expect((await other.get(path)).status).toBe(404);
        }
        expect((await other.post(`/orders/${id}/1/take`, {})).status).toBe(404);
        expect(words(await other.get('/orders'))).toContain('No work order is open.');
      } finally {
        await stranger.close();
      }
    } finally {
      await own.close();
    }
  });

  it('asks for no id that could not be one', async () => {
    await opened([{ id: 'cloud', deployment: 'public', ...MANUAL }]);
    const odd = encodeURIComponent(`x' OR QysTenant != '`);
    for (const path of [
      `/batches/${odd}`,
      `/tenants/${odd}`,
      `/orders/${odd}/1`,
      '/orders/cloud/0',
      '/orders/cloud/x',
    ]) {
      expect((await visitor.get(path)).status).toBe(404);
    }
  });
});
