import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../simulators/kernel/faults.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { startWorld, type SimulatedTenant, type TenantState, type World } from '../../simulators/world.js';
import { chromiumPath } from '../support/chromium.js';
import { handsAt } from '../support/console-hands.js';
import { logIn, sessionCookies } from '../support/console-login.js';
import { e10Form, moved } from './clients.js';

const GLOBAL = '/papi/signcenter/qiyuesuo/signCallbackPrivate';
const CATEGORY = '/papi/signcenter/qiyuesuo/categoryCallback';
const SKINS = ['element', 'ant', 'iview', 'table'] as const;

let browser: Browser;
let context: BrowserContext;
let world: World;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  browser = await chromium.launch({ executablePath: chromiumPath, chromiumSandbox: false });
});
afterAll(() => browser?.close());
afterEach(async () => {
  await context?.close();
  await world?.close();
});

/** A tenant, and an operator who has just logged in. */
async function anOperator(spec: Partial<TenantSpec> = {}) {
  world = await startWorld({ tenants: [{ id: 'acme', syncSeconds: 0, ...spec }] });
  const tenant = world.tenant('acme');
  context = await browser.newContext({ viewport: { width: 1440, height: 1400 } });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  if (tenant.spec.web.sessionIn === 'cookie') await context.addCookies(await sessionCookies(tenant));
  else await logIn(page, tenant);
  await page.goto(tenant.at.console);
  return { tenant, page, hands: handsAt(page, tenant) };
}

/** Looks again until it is so; machines under load are slow. */
const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000 });

/** Without the ports of this world. */
function compared(tenant: SimulatedTenant): TenantState {
  const { e9, e10 } = tenant.at;
  return JSON.parse(JSON.stringify(tenant.state()).replaceAll(e10, 'E10').replaceAll(e9, 'E9')) as TenantState;
}

type Operator = Awaited<ReturnType<typeof anOperator>>;

async function switchesAndFillsIn({ tenant, hands }: Operator, name = '泛微ecology集成') {
  const form = e10Form(tenant) as Record<string, string>;
  await hands.follow('集成中心', '集成管理', name, '集成配置信息');
  await hands.choose('泛微OA版本', '泛微E10');
  await hands.answer('确认切换');
  await hands.item('泛微开放平台的corpId').waitFor();
  await hands.toggle('开启单点登录');
  await hands.fill('泛微e-cology系统地址', form['oaAddress'] ?? '');
  await hands.fill('泛微团队识别码', form['teamCode'] ?? '');
  await hands.radio('同步源', 'https接口');
  await hands.fill('泛微开放平台地址', form['openPlatformAddress'] ?? '');
  await hands.fill('泛微开放平台的app_key', form['appKey'] ?? '');
  await hands.fill('泛微开放平台的app_secret', form['appSecret'] ?? '');
  await hands.fill('泛微开放平台的corpId', form['corpId'] ?? '');
  await hands.save();
}

async function rewritesCategories(page: Page, { tenant }: Operator) {
  await page.goto(`${tenant.at.signing}/`);
  const hands = handsAt(page, tenant);
  await hands.follow('印控中心', '业务分类');
  const address = `${tenant.at.e9}/QYSPrivateCallbackServlet`;
  const own = tenant
    .state()
    .categories.filter((one) => (one['callback'] as { url: string } | null)?.url.startsWith(address));
  for (const category of own) {
    await hands.sees('共');
    await page.getByPlaceholder('请输入业务分类名称').fill(String(category['name']));
    await hands.press('查询');
    await eventually(() => hands.seen(String(category['name'])).count()).toBeGreaterThan(0);
    await eventually(() => hands.seen('编辑').count()).toBe(1);
    await hands.seen('编辑').click();
    await hands.item('回调地址').waitFor();
    const { search } = new URL(await hands.read('回调地址'));
    await hands.fill('回调地址', `${tenant.at.e10}${CATEGORY}${search}`);
    await hands.save();
    await eventually(() => hands.item('回调地址').count()).toBe(0);
  }
}

describe.skipIf(chromiumPath === undefined)('a person', () => {
  it.each([
    ['element', 'on-confirm'],
    ['element', 'with-form'],
    ['ant', 'with-form'],
    ['iview', 'on-confirm'],
    ['table', 'with-form'],
  ] as const)(
    'walks through the whole procedure and leaves what the contract leaves (%s, %s)',
    async (skin, stores) => {
      const spec: Partial<TenantSpec> = {
        version: '4.3.7',
        categories: { legacy: 2, none: 1, elsewhere: 1 },
        web: { skin, switchStores: stores, callbackSwitchStores: stores },
      };
      const operator = await anOperator(spec);
      const { tenant, page, hands } = operator;

      await switchesAndFillsIn(operator);

      await hands.follow('集成登录', '泛微ecology集成', '编辑应用', '回调地址');
      await hands.follow('切换为旧版回调');
      await hands.answer('确定');
      await hands.item('回调地址').waitFor();
      await hands.fill('回调地址', `${tenant.at.e10}${GLOBAL}`);
      await hands.save();

      await hands.follow('集成管理', '泛微ecology集成', '组织人员同步');
      await hands.press('下一步');
      await hands.sees(tenant.spec.name);
      await hands.press('下一步');
      await hands.item('同步人员定时任务').waitFor();
      await hands.save('完成');
      await hands.follow('同步记录');
      await hands.press('立即同步');
      await hands.answer('确定');
      await hands.sees('同步成功');
      await hands.follow('人员列表');
      await hands.sees('共 30 人');

      await rewritesCategories(page, operator);
      const byPages = compared(tenant);
      const effects = world.journal.writes('acme').map(({ effect }) => effect);
      await world.close();
      await context.close();

      expect(byPages).toEqual(await byContract(spec));
      expect(effects.filter((effect) => effect?.startsWith('category:'))).toHaveLength(2);
    },
  );

  it.each(SKINS)('sees the two fields of the public cloud’s page and its tenant id (%s)', async (skin) => {
    const { tenant, hands } = await anOperator({ deployment: 'public', web: { skin } });
    await hands.follow('集成中心', '集成管理', '泛微E-cology10集成');
    await hands.toggle('单点登录开关');
    await hands.fill('泛微E10地址', tenant.at.e10);
    await hands.fill('租户id', 't123456789');
    await hands.save();
    expect(tenant.state().integration).toMatchObject({ oaVersion: 'E10', singleSignOn: true, teamCode: 't123456789' });
  });

  it.each(['element', 'table'] as const)('finds the page in a frame, and another 保存 around it (%s)', async (skin) => {
    const operator = await anOperator({ web: { skin, frame: true } });
    await switchesAndFillsIn(operator);
    expect(operator.tenant.state().integration).toMatchObject({ oaVersion: 'E10' });
    expect(await operator.page.getByRole('button', { name: '保存' }).count()).toBe(1);
  });

  it.each(['element', 'table'] as const)(
    'logs in with user, password and the digits of a picture (%s)',
    async (skin) => {
      world = await startWorld({ tenants: [{ id: 'acme', web: { skin } }] });
      context = await browser.newContext();
      const page = await context.newPage();
      await logIn(page, world.tenant('acme'));
      await handsAt(page, world.tenant('acme')).sees('集成中心');
      await logIn(page, world.tenant('acme'), 'signing');
      await handsAt(page, world.tenant('acme')).sees('印控中心');
    },
  );

  it('meets the login in the frame only', async () => {
    const { tenant, page, hands } = await anOperator({ web: { frame: true } });
    await hands.follow('集成中心', '集成管理', '泛微ecology集成', '集成配置信息');
    await hands.item('泛微OA版本').waitFor();
    tenant.endSessions();
    await hands.press('保存');
    await page.frameLocator('iframe.inner-frame').locator('input[name=captcha]').waitFor();
    expect(page.url()).not.toContain('login');
  });

  it.each(['4.3.4', '4.3.5'])('opens the tab of the global callback before 4.3.6 (%s)', async (version) => {
    const { tenant, hands } = await anOperator({ version });
    await hands.follow('集成中心', '集成登录', '泛微ecology集成', '编辑应用', '回调地址', '全局回调');
    await hands.fill('回调地址', 'https://oa.example.cn/global');
    await hands.save();
    expect(tenant.state().callback).toMatchObject({ page: 'global', url: 'https://oa.example.cn/global' });
  });

  it('changes the scope in a tree that is half chosen', async () => {
    const { tenant, page, hands } = await anOperator({ scope: 'departments' });
    await hands.follow('集成中心', '集成管理', '泛微ecology集成', '组织人员同步');
    await hands.press('下一步');
    await hands.sees(tenant.spec.name);
    expect(await page.locator('.el-checkbox__input.is-indeterminate').count()).toBe(1);
    await page.locator('.el-tree-node__expand-icon').first().click();
    await hands.sees('财务部');
    await page.locator('.el-tree-node__content').filter({ hasText: '财务部' }).locator('.el-checkbox').click();
    await hands.press('下一步');
    await hands.save('完成');
    const scope = tenant.state().peopleSync['scope'] as string[];
    expect(scope).toHaveLength(3);

    await page.reload();
    await hands.press('下一步');
    await hands.sees(tenant.spec.name);
    await page.locator('.el-checkbox').first().click();
    await hands.press('下一步');
    await hands.press('完成');
    await eventually(() => (tenant.state().peopleSync['scope'] as string[]).length).toBe(1);
  });

  it('pages through the list and finds each 编辑 twice in the table with fixed columns', async () => {
    const { tenant, page } = await anOperator({ categories: { legacy: 12, none: 0 } });
    await page.goto(`${tenant.at.signing}/`);
    const hands = handsAt(page, tenant);
    await hands.follow('印控中心', '业务分类');
    await hands.sees('共 12 条');
    expect(await page.getByText('编辑', { exact: true }).count()).toBe(20);
    expect(await hands.seen('编辑').count()).toBe(10);
    await hands.press('下一页');
    await eventually(() => hands.seen('编辑').count()).toBe(2);
  });

  it('reads other words for the same pages', async () => {
    const { tenant, page, hands } = await anOperator({
      web: {
        menuName: '泛微e-cology集成',
        misprint: true,
        callbackSwitchStores: 'on-confirm',
        categoriesName: '用印流程',
        categoryEdit: '修改',
        categorySave: '确定',
      },
    });
    await hands.follow('集成中心', '集成登录', '泛微e-cology集成', '编辑应用', '回调地址', '切换未旧版回调');
    await hands.answer('确定');
    await hands.item('回调地址').waitFor();
    expect(tenant.state().callback).toMatchObject({ page: 'old', url: null });
    await hands.follow('切换为新版回调');
    await hands.answer('确定');
    await eventually(() => tenant.state().callback['page']).toBe('new');

    await page.goto(`${tenant.at.signing}/`);
    await hands.follow('印控中心', '用印流程');
    await hands.sees('用印流程名称');
    await hands.seen('修改').first().click();
    await hands.fill('回调地址', 'https://oa.example.cn/other');
    await hands.save('确定');
    expect(world.journal.times({ tenant: 'acme', effect: /^category:/ })).toBe(1);
  });

  it('works while a request stays open for ever, and the world ends all the same', async () => {
    const operator = await anOperator({ web: { longPoll: true } });
    await switchesAndFillsIn(operator);
    expect(operator.tenant.state().integration).toMatchObject({ oaVersion: 'E10' });
    const begun = Date.now();
    await world.close();
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it('logs in again where the session lives outside of cookies', async () => {
    const { tenant, page, hands } = await anOperator({ web: { sessionIn: 'session-storage', sessionOverAs: '449' } });
    await hands.follow('集成中心', '集成管理', '泛微ecology集成', '集成配置信息');
    await hands.item('泛微OA版本').waitFor();
    tenant.endSessions();
    await page.reload();
    await hands.sees('登录已失效');
    await hands.press('重新登录');
    await page.waitForURL(/\/login$/);
  });
});

/** The same procedure by the contract, in a world of the same seed. */
async function byContract(spec: Partial<TenantSpec>): Promise<TenantState> {
  world = await startWorld({ tenants: [{ id: 'acme', syncSeconds: 0, ...spec }] });
  const tenant = world.tenant('acme');
  const console = await moved(tenant);
  await console.put('/callback', {
    ...(await console.get('/callback')).body,
    page: 'old',
    url: `${tenant.at.e10}${GLOBAL}`,
  });
  await console.put('/people-sync', (await console.get('/people-sync')).body);
  await console.run('once');
  await eventually(async () => (await console.get('/people-sync/runs/run-acme-1')).body['state']).toBe('succeeded');
  for (const { id, callback } of (await console.get('/categories')).body['categories'] as {
    id: string;
    callback: { url: string } | null;
  }[]) {
    if (!callback?.url.includes('/QYSPrivateCallbackServlet')) continue;
    const url = `${tenant.at.e10}${CATEGORY}${new URL(callback.url).search}`;
    const { etag } = ((await console.get('/categories')).body['categories'] as { id: string; etag: string }[]).find(
      (one) => one.id === id,
    ) ?? { etag: '' };
    await console.put(`/categories/${id}/callback`, { ...callback, url }, etag);
  }
  return compared(tenant);
}

describe.skipIf(chromiumPath === undefined)('a page in trouble', () => {
  const LOAD = '/web/api/integration/load';

  /** An operator at the integration page while this goes wrong. */
  async function before(fault: Fault, web: TenantSpec['web'] = {}) {
    const operator = await anOperator({ web: { decoys: false, ...web } });
    world.fault({ tenant: 'acme', path: LOAD, times: Infinity, ...fault });
    await operator.hands.follow('集成中心', '集成管理', '泛微ecology集成', '集成配置信息');
    return operator;
  }

  const SHOWN = '加密密钥';

  it.each([
    ['label-missing', 0],
    ['label-twice', 2],
    ['label-renamed', 0],
  ] as const)('has %s', async (kind, labels) => {
    const { hands } = await before({ kind, field: 'encryptionKey' });
    await hands.item('泛微e-cology系统地址').waitFor();
    expect(await hands.seen(SHOWN).count()).toBe(labels);
    if (kind === 'label-renamed') await hands.sees('加密密钥（新）');
  });

  it('has labels and values late', async () => {
    const { hands } = await before({ kind: 'late-labels', field: 'encryptionKey', ms: 1_500 });
    world.fault({ path: LOAD, kind: 'late-values', field: 'oaAddress', ms: 1_500, times: Infinity });
    await hands.item('泛微OA版本').waitFor();
    expect(await hands.seen(SHOWN).count()).toBe(0);
    await hands.seen(SHOWN).waitFor();
    await hands.press('取消');
    await eventually(() => hands.read('泛微e-cology系统地址')).toBe('');
    await eventually(() => hands.read('泛微e-cology系统地址')).toMatch(/^http/);
  });

  it('lacks an option', async () => {
    const { page, hands } = await before({ kind: 'option-missing', field: 'oaVersion', text: '泛微E10' });
    await hands.item('泛微OA版本').locator('.el-select').click();
    await hands.seen('泛微E9及以下版本').waitFor();
    expect(await page.getByText('泛微E10', { exact: true }).count()).toBe(0);
  });

  it.each(SKINS)('has another kind of control (%s)', async (skin) => {
    const { hands } = await before({ kind: 'other-kind', field: 'singleSignOn', text: 'select' }, { skin });
    await hands.choose('开启单点登录', '是');
    expect(await hands.item('开启单点登录').locator('input, select').count()).toBe(1);
  });

  it('cannot be edited, cannot be saved, or is not there', async () => {
    const { page, hands } = await before({ kind: 'read-only', field: 'oaAddress' });
    await hands.item('泛微OA版本').waitFor();
    world.fault({ path: LOAD, kind: 'save-disabled', times: 1 });
    await page.reload();
    await hands.item('泛微OA版本').waitFor();
    expect(await hands.item('泛微e-cology系统地址').locator('input').isDisabled()).toBe(true);
    expect(await hands.button('保存').isDisabled()).toBe(true);

    world.fault({ path: LOAD, kind: 'half-page', times: 1 });
    await page.reload();
    await hands.item('泛微OA版本').waitFor();
    expect(await hands.button('保存').count()).toBe(0);

    world.fault({ path: LOAD, kind: 'no-right', times: 1 });
    await page.reload();
    await hands.sees('无权限');
  });

  it.each([
    ['notice', '系统公告', '我知道了'],
    ['unknown-dialog', '是否立即体验', '暂不'],
  ] as const)('opens with %s', async (kind, words, answer) => {
    const { hands } = await before({ kind });
    await hands.sees(words);
    await hands.press(answer);
    await eventually(() => hands.seen(answer).count()).toBe(0);
  });

  it('has dialogs late, unknown ones at the save, and holds on to who leaves', async () => {
    const { page, hands } = await before({ kind: 'late-dialog', ms: 1_500 });
    world.fault({ path: LOAD, kind: 'save-dialog-unknown', times: Infinity });
    world.fault({ path: LOAD, kind: 'guards-leaving', times: Infinity });
    world.fault({ path: LOAD, kind: 'native-alert', times: Infinity });
    await page.reload();
    await hands.item('泛微OA版本').waitFor();
    await hands.choose('泛微OA版本', '泛微E10');
    expect(await hands.seen('确认切换').count()).toBe(0);
    await hands.answer('确认切换');
    await hands.item('泛微团队识别码').waitFor();
    await hands.press('保存');
    await hands.sees('是否继续');
    await hands.press('取消');
    expect(world.journal.writes('acme')).toEqual([]);
    await page.reload();
    await hands.item('泛微OA版本').waitFor();
    expect(hands.dialogs).toContain('系统将于今晚维护');
    expect(hands.dialogs).toContain('');
  });

  it('asks before it saves, in its own box or in the browser’s', async () => {
    const { tenant, page, hands } = await before({ kind: 'save-dialog' });
    world.fault({ path: LOAD, kind: 'save-alert', times: Infinity });
    await page.reload();
    await hands.fill('泛微e-cology系统地址', 'https://oa.example.cn');
    await hands.press('保存');
    await hands.sees('确定保存');
    expect(world.journal.times({ tenant: tenant.id, path: '/web/api/integration/save' })).toBe(0);
    await hands.press('确定');
    await hands.sees('保存成功');
    expect(hands.dialogs).toHaveLength(1);
  });

  it.each([
    [{ kind: 'not-stored' }, '保存成功'],
    [{ kind: 'error-toast-after', text: '保存失败，请联系管理员' }, '保存失败，请联系管理员'],
    [{ kind: 'busy' }, '操作频繁'],
    [{ kind: 'throttle-seconds' }, '操作频繁'],
    [{ kind: 'error-after' }, '系统异常'],
    [{ kind: 'reset' }, '网络异常'],
  ] as [Fault, string][])('says its words after a save: %j', async (fault, words) => {
    const { hands } = await before({ kind: 'notice', after: 1_000 });
    world.fault({ tenant: 'acme', path: '/web/api/integration/save', times: Infinity, ...fault });
    await hands.item('泛微OA版本').waitFor();
    await hands.press('保存');
    await hands.sees(words);
  });

  it.each([
    ['redirect', /\/login$/],
    ['401', /\/login$/],
    ['449', /config$/],
    ['login-page', /config$/],
  ] as const)('loses its session between two clicks (%s)', async (sessionOverAs, where) => {
    const { tenant, page, hands } = await before({ kind: 'notice', after: 1_000 }, { sessionOverAs });
    await hands.item('泛微OA版本').waitFor();
    const stored = tenant.state();
    tenant.endSessions();
    await hands.press('保存');
    if (sessionOverAs === '449') await hands.sees('登录已失效');
    else await page.locator('input[name=captcha]').waitFor();
    expect(page.url()).toMatch(where);
    expect(tenant.state()).toEqual(stored);
  });
});
