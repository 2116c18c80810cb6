import { describe, expect, it } from 'vitest';
import { NOTHING_TYPED } from '../../src/board/answer-form.js';
import { createAssets } from '../../src/board/assets.js';
import { batchPage } from '../../src/board/pages/batch.js';
import { layout } from '../../src/board/pages/layout.js';
import { orderPage, versionOf, type OrderForm } from '../../src/board/pages/order.js';
import type { Html, Page } from '../../src/board/pages/parts.js';
import { queuePage } from '../../src/board/pages/queue.js';
import { revealPage } from '../../src/board/pages/simple.js';
import { tenantPage } from '../../src/board/pages/tenant.js';
import type { OrderSight, Overview, TenantSight } from '../../src/board/sight.js';
import { texts } from '../../src/board/texts.js';
import type { TenantRow } from '../../src/client.js';
import type { BatchStatus } from '../../src/domain/batch/status.js';
import type { Finding } from '../../src/domain/findings.js';
import type { Tenant } from '../../src/domain/tenant.js';
import { newOrder, type WorkOrder } from '../../src/domain/work-orders/work-order.js';

/** Breaks out of text, of an attribute in either quotes, and of a script, wherever it is not escaped. */
const HOSTILE = `<img src=x onerror=alert(1)>"><b x='y' onclick=alert(2)></script>`;
const AT = '2026-11-28T22:00:00.000Z';
const UI = { uiUrl: 'http://127.0.0.1:8233', namespace: 'default' };

const aPage = (lang: 'en' | 'zh', by = '张三'): Page => ({
  lang,
  text: texts[lang],
  by,
  formToken: 'form-token',
  assets: createAssets(),
});

const FINDING: Finding = { code: 'SETTING-DIFFERS', severity: 'warning', message: HOSTILE, subject: HOSTILE };
const ROW: TenantRow = {
  tenantId: 'acme',
  batch: 'spring',
  wave: HOSTILE,
  step: 'verify',
  outcome: 'rolled-back',
  ending: 'rolled-back',
  findings: [HOSTILE],
  needsAttention: false,
  waits: null,
  order: null,
  startedAt: AT,
  endedAt: AT,
  runId: 'run',
};
const TENANT = {
  id: 'acme',
  name: HOSTILE,
  qiyuesuo: { deployment: 'private', console: `javascript:alert(1)//${HOSTILE}` },
  e10: { address: `https://oa.example/${HOSTILE}` },
} as Tenant;

function anOrder(): WorkOrder {
  const order = newOrder(
    {
      number: 2,
      step: 'switch-mode',
      undo: false,
      findings: [FINDING],
      tasks: [
        { field: 'integration.oaVersion', do: 'set', value: 'E10' },
        { field: 'integration.teamCode', do: 'set', value: HOSTILE },
        { field: 'integration.appSecret', do: 'set', secret: { word: 'wanted', ref: { env: HOSTILE } } },
        { field: 'people-sync.scope', do: 'read' },
        { field: `category:${HOSTILE}`, do: 'set', value: 'https://oa.example/cb' },
        { field: `category:${HOSTILE}2`, do: 'set', value: 'https://a', done: { by: HOSTILE, at: AT } },
      ],
    },
    AT,
  );
  order.state = 'taken';
  order.takenBy = HOSTILE;
  order.trail.push({
    at: AT,
    what: 'confirmed',
    by: HOSTILE,
    note: HOSTILE,
    evidence: { name: HOSTILE, sha256: '00' },
  });
  return order;
}

function formOf(order: WorkOrder, more: Partial<OrderForm> = {}): OrderForm {
  return {
    typed: NOTHING_TYPED,
    problems: [],
    refusals: [],
    told: null,
    seen: versionOf(order),
    reason: null,
    reveals: true,
    keepsEvidence: false,
    ...more,
  };
}

function orderHtml(page: Page, more: Partial<OrderForm> = {}, order = anOrder()): string {
  const seen: OrderSight = { tenantId: 'acme', tenant: TENANT, order, next: null };
  return (orderPage(seen, formOf(order, more), page) as string).toString();
}

const OVERVIEW: Overview = {
  batch: 'spring',
  row: { running: true, startedAt: AT, outcome: null, needsAttention: true, next: null, content: null },
  status: {
    batch: 'spring',
    content: '',
    startedAt: AT,
    startedBy: HOSTILE,
    total: 2,
    wave: HOSTILE,
    waves: [
      {
        name: HOSTILE,
        phase: 'approval',
        size: 2,
        maxConcurrency: 5,
        width: 1,
        counts: {},
        running: 1,
        finished: 1,
        failed: 1,
        tolerated: 1,
        blocked: 0,
      },
    ],
    endings: { 'rolled-back': 1 },
    running: 1,
    parked: 0,
    looking: 0,
    undoing: 0,
    toUndo: 0,
    notStarted: 0,
    prepared: 0,
    until: null,
    perMinute: 2,
    etaMs: 60_000,
    awaitsApproval: HOSTILE,
    stoppedBy: HOSTILE,
    holds: [{ on: { endpoint: HOSTILE }, by: HOSTILE, reason: HOSTILE, at: AT }],
    trail: [{ at: AT, what: HOSTILE, by: HOSTILE, reason: HOSTILE }],
    outcome: null,
    over: false,
  },
  orders: 1,
  waiters: [
    {
      id: 'acme',
      status: {
        tenantId: 'acme',
        name: HOSTILE,
        batch: 'spring',
        wave: null,
        step: 'verify',
        outcome: null,
        steps: [],
        findings: [],
        waiting: { step: 'verify', what: HOSTILE, fields: [], allowed: ['retry', 'undo'] },
        orders: [],
        held: null,
        decisions: [],
      },
    },
  ],
  moreWaiters: 3,
  troubles: [{ tenantId: 'acme', attempt: 4, why: HOSTILE }],
  causes: [{ code: HOSTILE, tenants: ['acme'] }],
  total: 2,
  ended: 1,
  list: {
    shown: 'all',
    tenants: [{ id: 'acme', name: HOSTILE, wave: HOSTILE, row: ROW, dropped: false }],
    page: 1,
    pages: 2,
  },
};

const SEEN: TenantSight = {
  id: 'acme',
  name: HOSTILE,
  wave: HOSTILE,
  batch: 'spring',
  tenant: TENANT,
  row: ROW,
  dropped: false,
  status: {
    tenantId: 'acme',
    name: HOSTILE,
    batch: 'spring',
    wave: null,
    step: 'verify',
    outcome: 'rolled-back',
    steps: [{ step: 'verify', state: 'failed', written: 0, note: HOSTILE }],
    findings: [FINDING],
    changes: [{ step: 'configure', target: HOSTILE, label: HOSTILE, before: HOSTILE, after: HOSTILE }],
    waiting: null,
    orders: [anOrder()],
    pictures: [{ at: AT, step: 'verify', undo: false, page: HOSTILE, moment: HOSTILE, sha256: HOSTILE }],
    held: null,
    decisions: [{ at: AT, action: 'retry', by: HOSTILE, reason: HOSTILE }],
  },
  end: { ending: 'rolled-back', reason: HOSTILE, result: null },
  why: {
    tenantId: 'acme',
    wave: HOSTILE,
    position: 1,
    state: 'running',
    ahead: 0,
    reasons: [{ because: 'paused', text: HOSTILE }],
  },
  order: undefined,
  left: { endedAt: AT, grade: 'C', findings: [FINDING] },
};

describe.each(['en', 'zh'] as const)('a page in %s', (lang) => {
  const page = aPage(lang, HOSTILE);
  const pages: Record<string, () => Html | string> = {
    batch: () => batchPage(OVERVIEW, { ui: UI, file: HOSTILE }, page),
    tenant: () => tenantPage(SEEN, { ui: UI, file: HOSTILE }, page),
    queue: () =>
      queuePage(
        [{ tenantId: 'acme', name: HOSTILE, order: anOrder(), waveName: HOSTILE, window: { closesAt: Date.now() } }],
        page,
      ),
    order: () =>
      orderHtml(page, {
        typed: {
          values: { 'people-sync.scope': HOSTILE, [`category:${HOSTILE}`]: HOSTILE },
          empty: new Set(),
          rows: new Set([`category:${HOSTILE}`]),
          note: HOSTILE,
        },
        problems: [{ field: 'people-sync.scope', why: 'category-twice', name: HOSTILE }],
        refusals: [HOSTILE],
        reason: HOSTILE,
      }),
    reveal: () => revealPage({ label: HOSTILE, value: HOSTILE, back: '/orders', seconds: 20 }, page),
  };

  it.each(Object.keys(pages))('takes no markup from outside: %s', async (name) => {
    const content = await pages[name]?.();
    const frame = { title: HOSTILE, under: null, path: `/x?${HOSTILE}`, news: HOSTILE, poll: HOSTILE };
    const whole = String(await layout(page, { ...frame, oneBatch: false, canLogOut: true }, content as Html));
    expect(whole).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(whole).not.toMatch(/<img|<b x|<\/script>"/i);
    expect(whole).not.toContain(`x='y'`);
    // Ours is one module by its address, and nothing else.
    expect(whole.match(/<script/g)).toHaveLength(1);
    expect(whole).not.toMatch(/<style|\sstyle=|\son[a-z]+="/i);
    expect(whole).not.toMatch(/href="javascript:/i);
  });
});

describe('the page of a batch', () => {
  const countsOf = (lang: 'en' | 'zh', more: Partial<BatchStatus>): string => {
    const status = OVERVIEW.status && { ...OVERVIEW.status, ...more };
    const html = (batchPage({ ...OVERVIEW, status }, { ui: UI, file: 'f' }, aPage(lang)) as string).toString();
    const list = /<dl class="counts".*?<\/dl>/s.exec(html)?.[0] ?? '';
    return list.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  };

  it('counts who waits for a person, while it is under way', () => {
    const asking = { count: 3, tenants: ['a', 'b', 'c'], only: true };
    expect(countsOf('en', { running: 3, asking })).toContain('running 3 wait for a person 3');
    expect(countsOf('zh', { running: 3, asking })).toContain('运行中 3 等待人工 3');
    expect(countsOf('en', { running: 3, asking, over: true })).not.toContain('for a person');
    expect(countsOf('en', { running: 3 })).not.toContain('for a person');
  });
});

describe('the page of an order', () => {
  it('asks in the console’s own words, with the gloss in English only', () => {
    const [en, zh] = [orderHtml(aPage('en')), orderHtml(aPage('zh'))];
    for (const html of [en, zh]) expect(html).toContain('泛微OA版本');
    expect(en).toContain('OA version');
    expect(zh).not.toContain('OA version');
    // Without a space around it: it is copied as it stands.
    expect(zh).toMatch(/<code id="value-0" lang="zh-CN"\s*>泛微E10<\/code/);
  });

  it('offers a reveal where the board may, and else says how', () => {
    expect(orderHtml(aPage('en'))).toContain('/orders/acme/2/reveal');
    const without = orderHtml(aPage('en'), { reveals: false });
    expect(without).not.toContain('/reveal');
    expect(without).toContain('orders show --reveal');
  });

  it('says that it has changed since somebody opened it', () => {
    const order = anOrder();
    expect(orderHtml(aPage('en'), {}, order)).not.toContain(texts.en.changedMeanwhile);
    const before = versionOf(order);
    order.tasks[0]!.done = { by: 'li', at: AT };
    expect(orderHtml(aPage('en'), { seen: before }, order)).toContain(texts.en.changedMeanwhile);
  });

  it('says that another has it, and offers nothing to do once it is over', () => {
    const order = { ...anOrder(), takenBy: '李四' };
    expect(orderHtml(aPage('zh'), {}, order)).toContain('李四 已领取该工单。操作前请先与其沟通。');
    const over = orderHtml(aPage('zh'), {}, { ...order, state: 'done' });
    expect(over).not.toContain('<form');
    expect(over).toContain(texts.zh.orderOver);
  });
});
