import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locate, lookAt, registerEngine, type LookAsk } from '../../../../src/gateways/console/browser/engine.js';
import { takePicture } from '../../../../src/gateways/console/browser/evidence.js';
import { CHROMIUM } from './a-console.js';
import { DECOYS, FORMS } from './fixtures.js';

const ASK: LookAsk = {
  fields: {
    version: { labels: ['版本'], secret: false },
    on: { labels: ['开关'], secret: false },
    address: { labels: ['地址', '系统地址'], secret: false },
    key: { labels: ['密钥'], secret: true },
    source: { labels: ['同步源'], secret: false },
  },
};

let browser: Browser;
let page: Page;

describe.skipIf(CHROMIUM === undefined)('the engine in a page', () => {
  beforeAll(async () => {
    await registerEngine();
    browser = await chromium.launch({ executablePath: CHROMIUM ?? 'none', chromiumSandbox: false });
    page = await browser.newPage();
  });
  afterAll(() => browser.close());

  const look = async (html: string, ask: LookAsk = ASK) => {
    await page.setContent(`<!doctype html><body>${html}</body>`);
    return lookAt(page.mainFrame(), ask);
  };

  describe.each(Object.entries(FORMS))('in the shape of %s', (_shape, form) => {
    it('reads every field, whatever stands beside it', async () => {
      const { fields } = await look(DECOYS + form);
      const shown = Object.fromEntries(Object.entries(fields).map(([key, { kind, value }]) => [key, [kind, value]]));
      expect(shown).toEqual({
        version: ['select', '泛微E10'],
        on: ['switch', true],
        address: ['text', 'https://e10'],
        key: ['text', 'canary-secret'],
        source: ['radio', 'https接口'],
      });
      for (const { controls, editable } of Object.values(fields)) expect([controls, editable]).toEqual([1, true]);
    });

    it('finds a form twice ambiguous, and never guesses', async () => {
      const { fields } = await look(`<div>${form}</div><div>${form}</div>`);
      for (const { controls } of Object.values(fields)) expect(controls).toBe(2);
    });
  });

  it('has nothing for a label that is not there, or only in a longer text', async () => {
    const { fields } = await look('<label>系统地址说明</label><input value="x"><input value="y">');
    expect(fields['address']).toMatchObject({ labels: 0, controls: 0 });
  });

  it.each([
    ['a mask', '<label>密钥</label><input value="******">'],
    ['a part of it', '<label>密钥</label><input value="60fb****3e18">'],
    ['a hint that there is one', '<label>密钥</label><input placeholder="已设置，不修改请留空">'],
  ])('takes %s for a secret that is hidden', async (_what, html) => {
    expect((await look(html)).fields['key']).toMatchObject({ masked: true, value: '' });
  });

  it('takes an empty secret for empty', async () => {
    expect((await look('<label>密钥</label><input placeholder="请输入密钥">')).fields['key']).toMatchObject({
      masked: false,
      value: '',
    });
  });

  it('reads what is off, disabled and read-only as such', async () => {
    const { fields } = await look(
      '<div><label>开关</label><div class="el-switch is-disabled" style="width:9px;height:9px"></div></div><div><label>地址</label><input readonly value="a"></div>',
    );
    expect(fields['on']).toMatchObject({ value: false, editable: false });
    expect(fields['address']).toMatchObject({ editable: false });
  });

  it('counts rows by the head of their column, and pages by their words', async () => {
    const { table, total } = await look(
      `<table><tr><th>名称</th><th>状态</th></tr><tr><td>采购</td><td>启用</td></tr><tr><td>销售</td><td>停用</td></tr></table>
       <span>共 1,043 条</span><button disabled title="下一页">&gt;</button>`,
      { table: { row: ['名称'], more: { state: ['状态'] }, total: '共 {n} 条', next: ['下一页'] } },
    );
    expect(table?.rows).toEqual([
      { name: '采购', more: { state: '启用' } },
      { name: '销售', more: { state: '停用' } },
    ]);
    expect([total, table?.next]).toEqual([1043, 'disabled']);
  });

  it('finds the entry that stands below the one before it', async () => {
    const menu = `<nav><ul><li><span>管理</span><ul><li><a id="right" href="#">集成</a></li></ul></li>
      <li><span>登录</span><ul><li><a href="#">集成</a></li></ul></li></ul></nav>`;
    await page.setContent(menu);
    const found = locate(page, { what: 'entry', texts: ['集成'], near: ['管理'] });
    expect(await found.count()).toBe(1);
    expect(await found.evaluate((e) => e.closest('a')?.id)).toBe('right');
  });

  it('tells a dialog that asks from a drawer that holds the form', async () => {
    const { dialogs } = await look(
      `<div role="dialog" style="position:fixed;top:0;left:0;width:300px;height:200px"><label>地址</label><input><button>保存</button></div>
       <div role="dialog" style="position:fixed;top:300px;left:0;width:300px;height:200px">是否确认切换？<button>确认切换</button></div>`,
    );
    expect(dialogs.map(({ form, buttons }) => [form, buttons])).toEqual([
      [true, ['保存']],
      [false, ['确认切换']],
    ]);
  });

  describe('a picture', () => {
    const SECRET = 'canary-secret';
    const rules = { secretFields: [{ labels: ['密钥'], secret: true }], secrets: [SECRET], blackout: [] };
    const page_ = (label: string): string =>
      `<style>*{margin:0;color:#0a0}</style><div style="height:40px"><label>${label}</label>
       <input style="position:absolute;left:200px;top:0;width:200px;height:30px;background:#ff0" value="other"></div>
       <p style="position:absolute;left:0;top:100px;width:300px;height:30px;background:#ff0">错误：${SECRET}</p>
       <p style="position:absolute;left:0;top:200px;width:300px;height:30px;background:#ff0">harmless</p>`;

    it.each([
      ['of a secret field and of whatever repeats the secret', '密钥'],
      ['of every input, where the secret field is not found', '别的'],
    ])('is black in the place %s', async (_what, label) => {
      await page.setContent(page_(label));
      const picture = await takePicture(page, rules);
      const pixels = await pixelsOf(picture, [
        [300, 15],
        [150, 115],
        [290, 215],
      ]);
      expect(pixels).toEqual(['0,0,0', '0,0,0', '255,255,0']);
    });

    it('is not taken where the page is gone', async () => {
      const gone = await browser.newPage();
      await gone.close();
      expect(await takePicture(gone, rules)).toBeUndefined();
    });
  });

  async function pixelsOf(picture: Buffer | undefined, points: [number, number][]): Promise<string[]> {
    const reader = await browser.newPage();
    const script = `(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${picture?.toString('base64') ?? ''}';
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width; canvas.height = image.height;
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return ${JSON.stringify(points)}.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3).join());
    })()`;
    const pixels = await reader.evaluate<string[]>(script);
    await reader.close();
    return pixels;
  }
});
