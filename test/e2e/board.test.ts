import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WorkOrder } from '../../src/domain/work-orders/work-order.js';
import { aBoard, TOKEN, ZHANG, type ABoard } from '../support/a-board.js';
import { chromiumPath } from '../support/chromium.js';
import { anOperator } from '../support/operator.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const PHONE = { width: 390, height: 844 };

let rig: Rig;
let board: ABoard;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  const entry = { qiyuesuo: { driver: 'manual', api: undefined } };
  rig = await aRig([
    { id: 'acme', name: '阿珂米 <b>有限</b>公司', categories: { legacy: 3 }, entry },
    { id: 'blocked', wrongCorpId: true },
    { id: 'cloud', deployment: 'public', entry },
  ]);
  const revealFrom = rig.world.tenant('acme').env;
  board = await aBoard(rig.migrations, { revealFrom });
  browser = await chromium.launch({ executablePath: chromiumPath, chromiumSandbox: false });
  page = await browser.newPage({ viewport: PHONE, locale: 'zh-CN' });
});

afterAll(async () => {
  await browser?.close();
  await board?.close();
  await rig?.close();
});

it.skipIf(chromiumPath === undefined)(
  'leads an operator through every order of a tenant on a phone (skipped without Chromium)',
  { timeout: 240_000 },
  async () => {
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (401|409|422)/.test(message.text())) troubles.push(message.text());
    });

    // The link of the start: the token stands behind the #.
    await page.goto(`${board.url}/login#${TOKEN}`);
    await page.getByRole('heading', { name: '批次' }).waitFor();
    expect(page.url()).toBe(`${board.url}/`);
    await isAccessible();

    // A page that is open keeps itself up to date.
    await page.getByRole('link', { name: /^工单/ }).click();
    await page.getByRole('heading', { name: '工单' }).waitFor();
    const tenants = rig.batch.tenants.filter(({ qiyuesuo }) => qiyuesuo.deployment === 'private');
    await rig.migrations.startBatch({ ...rig.batch, tenants }, ZHANG, IMPATIENT);
    const operator = anOperator(rig, 'acme', ZHANG);
    const { id } = rig.tenant('acme');
    await page.getByRole('link', { name: `${id}/1` }).waitFor();
    let refused = false;
    let mistakes = 0;
    let tickedOne = false;
    const steps: string[] = [];

    for (;;) {
      const order = await nextOrder(id);
      if (!order) break;
      await page.goto(`${board.url}/orders`);
      await page.getByRole('link', { name: `${id}/${order.number}` }).click();
      await page.getByRole('heading', { name: `工单 ${id}/${order.number}` }).waitFor();
      const take = page.getByRole('button', { name: '领取' });
      if (await take.isVisible()) {
        await take.click();
        await page.getByText('您已领取该工单').waitFor();
      }
      await showsValues(order);
      await isAccessible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);

      // A checklist is done one row first, then the rest.
      const rows = order.tasks.filter(({ field, done }) => field.startsWith('category:') && !done);
      const mine = rows.length > 1 && !tickedOne ? rows.slice(0, 1) : rows;
      tickedOne ||= rows.length > 0;
      const tasks = rows.length > 0 ? mine : order.tasks;
      const action = await operator.act({ ...order, tasks });
      if (action.do !== 'confirm') throw new Error('an operator confirms');

      if (!refused) {
        // Nothing is answered but one field: the others are named, and what was typed stays.
        refused = true;
        await fill({ 'people-sync.people': 'many' });
        await page.getByRole('button', { name: '已按要求完成' }).click();
        await page.getByRole('alert').waitFor();
        await expect.poll(() => page.locator('.trouble').evaluate((box) => box === document.activeElement)).toBe(true);
        expect(await page.locator('.has-problem').count()).toBe(order.tasks.length);
        expect(await page.locator('[data-field="people-sync.people"] input').inputValue()).toBe('many');
        await isAccessible();
      }
      await fill(action.values);
      for (const { field } of mine) await page.locator(`[data-field="${field}"]`).getByRole('checkbox').check();

      const [row] = mine;
      const isReopened = order.trail.some(({ what }) => what === 'reopened');
      if (isReopened) await page.getByText('为什么再次打开').waitFor();
      // One row still shows the old address: told so, the order is opened again.
      if (row && rows.length < 3 && !isReopened) {
        mistakes += 1;
        await tellOther(row.field, `${rig.tenant('acme').e9?.address}/QYSPrivateCallbackServlet`);
      }
      await reveals(order);
      await page.getByLabel('备注').fill('照做 <script>alert(1)</script>');
      await page.getByRole('button', { name: rows.length > 0 ? '所选各行已完成' : '已按要求完成' }).click();
      await page.locator('.told').waitFor();
      steps.push(`${order.number} ${order.step}${isReopened ? ' again' : ''}`);
    }

    expect((await rig.end('acme')).result).toMatchObject({ outcome: expect.stringMatching(/^migrated/) as string });
    expect(mistakes).toBe(1);
    expect(steps).toEqual([
      '1 snapshot',
      '2 switch-mode',
      '3 switch-mode',
      '4 sync-people',
      '5 rewrite-categories',
      '5 rewrite-categories',
      '5 rewrite-categories again',
    ]);

    await page.goto(board.url);
    await page.getByRole('link', { name: rig.batch.batch }).click();
    await page.getByText('E10-TOKEN-REFUSED', { exact: true }).first().waitFor();
    await page.getByText('部分完成').or(page.getByText('已完成 2 / 2')).first().waitFor();
    await isAccessible();
    await page.setViewportSize({ width: 1280, height: 900 });
    await isAccessible();
    await page.setViewportSize(PHONE);
    await page.goto(`${board.url}/tenants/${id}`);
    await page.getByText('阿珂米 <b>有限</b>公司').waitFor();
    await page.getByRole('heading', { name: '该租户的工单' }).waitFor();
    await isAccessible();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Work orders of this tenant' }).waitFor();
    await isAccessible();
    await page.emulateMedia({ colorScheme: 'dark' });
    await isAccessible();
    expect(troubles).toEqual([]);
  },
);

it.skipIf(chromiumPath === undefined)(
  'works by keyboard, links and forms alone, without its script (skipped without Chromium)',
  { timeout: 120_000 },
  async () => {
    await rig.start('cloud');
    const { id } = rig.tenant('cloud');
    const first = await nextOrder(id);
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', viewport: PHONE });
    page = await context.newPage();
    await page.goto(`${board.url}/orders/${id}/${first?.number}`);
    await page.getByLabel('Token').fill(TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Work order ${id}/1` }).waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the content' }).and(page.locator(':focus')).waitFor();
    await page.getByRole('button', { name: 'Take it' }).press('Enter');
    await page.getByText('You have taken this order.').waitFor();
    await page.getByRole('radio', { name: '泛微E9及以下版本' }).press(' ');
    await page.getByRole('radio', { name: '关闭' }).press(' ');
    for (const field of ['integration.oaAddress', 'integration.teamCode']) {
      await page.locator(`[data-field="${field}"]`).getByLabel('the page shows nothing').press(' ');
    }
    await page.getByRole('button', { name: 'It is done as shown' }).press('Enter');
    await page.getByText('Your answer was taken.').waitFor();
    expect((await nextOrder(id))?.number).toBe(2);

    await page.goto(`${board.url}/orders/${id}/2`);
    expect(await page.locator('button:visible', { hasText: 'Copy' }).count()).toBe(0);
    await page.getByText('It cannot be done').press('Enter');
    await page.getByLabel('Reason').fill('only tried');
    await page.getByRole('button', { name: 'Reject the order' }).press('Enter');
    await page.getByText('The order is rejected.').waitFor();
    await context.close();
  },
);

/** Waits for an order that is open now, or for the tenant's end. */
async function nextOrder(id: string): Promise<WorkOrder | undefined> {
  let order: WorkOrder | undefined;
  await until('an order or the end', async () => {
    order = (await rig.migrations.openOrderOf(id))?.order;
    return order !== undefined || (await rig.migrations.tenantEnd(id)) !== undefined;
  });
  return order;
}

/** Every value that is to be set stands on the page, ready to copy. */
async function showsValues(order: WorkOrder): Promise<void> {
  for (const { field, do: what, value, done } of order.tasks) {
    if (what !== 'set' || !value || done || field.endsWith('oaVersion')) continue;
    const shown = await page.locator(`[data-field="${field}"] .value code`).first().textContent();
    const choices: Record<string, string> = {
      true: '开启',
      false: '关闭',
      https: 'https接口',
      old: '旧版回调',
      global: '全局回调',
    };
    expect(shown, field).toContain(choices[value] ?? value);
  }
}

/** Types what the page of the console shows, as a person would: clicks a choice, types a text, or ticks that there is nothing. */
async function fill(values: Record<string, string>): Promise<void> {
  for (const [field, text] of Object.entries(values)) {
    const task = page.locator(`[data-field="${field}"]`);
    const isChoice = (await task.locator('input[type="radio"]').count()) > 0;
    if (isChoice) await task.locator(`input[type="radio"][value="${text}"]`).check();
    else if (text === 'empty') await task.getByLabel('页面为空').check();
    else await task.locator('input[type="text"], textarea').fill(text);
  }
}

async function tellOther(field: string, text: string): Promise<void> {
  const task = page.locator(`[data-field="${field}"][data-do="set"]`);
  await task.getByText('页面显示的不是这样').click();
  await task.locator('.other input').first().fill(text);
}

/** A secret is shown when it is asked for, and hidden again; it never stands in the page that was sent. */
async function reveals(order: WorkOrder): Promise<void> {
  const secret = order.tasks.find((task) => task.secret?.ref !== undefined && !task.done);
  const ref = secret?.secret?.ref;
  if (!secret || !ref || !('env' in ref)) return;
  const value = rig.world.tenant('acme').env[ref.env] ?? '';
  const sent = await (await page.request.get(page.url())).text();
  expect(sent).not.toContain(value);
  const task = page.locator(`[data-field="${secret.field}"]`);
  await task.getByRole('button', { name: /^显示/ }).click();
  await task.getByText(value).waitFor();
  await task.getByRole('button', { name: '隐藏' }).click();
  await task.getByText(value).waitFor({ state: 'detached' });
}

/** The rules of WCAG 2.2 A and AA, as far as a machine can check them. */
async function isAccessible(): Promise<void> {
  // Not as a script of the page: the board's own policy would refuse it.
  const found =
    await page.evaluate(`${axe.source}; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`);
  expect(found, page.url()).toEqual([]);
}
