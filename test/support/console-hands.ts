import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { SimulatedTenant } from '../../simulators/world.js';

/** How one skin writes what a person sees as a field. */
interface Shape {
  item: string;
  label: string;
  text: string;
  select: string;
  option: string;
  toggle: string;
  radio: string;
}

const SHAPES: Record<SimulatedTenant['spec']['web']['skin'], Shape> = {
  element: {
    item: '.el-form-item:visible',
    label: '.el-form-item__label',
    text: 'input.el-input__inner',
    select: '.el-select',
    option: '.el-select-dropdown__item:visible',
    toggle: '.el-switch',
    radio: '.el-radio',
  },
  ant: {
    item: '.ant-form-item:visible',
    label: '.ant-form-item-label > label',
    text: 'input.ant-input',
    select: '.ant-select-selector',
    option: '.ant-select-item-option:visible',
    toggle: '.ant-switch',
    radio: '.ant-radio-wrapper',
  },
  iview: {
    item: '.ivu-form-item:visible',
    label: '.ivu-form-item-label',
    text: 'input.ivu-input',
    select: '.ivu-select-selection',
    option: '.ivu-select-item:visible',
    toggle: '.ivu-switch',
    radio: '.ivu-radio-wrapper',
  },
  table: {
    item: 'table.form tr:visible',
    label: '.td-label',
    text: 'input.txt',
    select: 'select',
    option: 'option',
    toggle: 'input[type=checkbox]',
    radio: 'label',
  },
};

/** Hands and eyes of a person at the pages: knows the words of the procedure and how each skin is operated. */
export function handsAt(page: Page, { spec }: SimulatedTenant) {
  const { skin, frame } = spec.web;
  const shape = SHAPES[skin];
  const inner: Page | FrameLocator = frame ? page.frameLocator('iframe.inner-frame') : page;
  const dialogs: string[] = [];
  // The old page asks in the browser's own boxes.
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.accept();
  });

  const item = (label: string) =>
    inner
      .locator(shape.item)
      .filter({ has: page.locator(shape.label, { hasText: loosely(label) }) })
      .first();
  const button = (name: string) => inner.getByRole('button', { name: loosely(name) }).last();

  return {
    dialogs,
    item,
    button,
    /** Text of the field's control. */
    read: (label: string) => item(label).locator(shape.text).inputValue(),
    fill: (label: string, text: string) => item(label).locator(shape.text).fill(text),
    radio: (label: string, option: string) => item(label).locator(shape.radio).filter({ hasText: option }).click(),
    toggle: (label: string) => item(label).locator(shape.toggle).click(),
    async choose(label: string, option: string) {
      const select = item(label).locator(shape.select);
      if (skin === 'table') return select.selectOption({ label: option });
      await select.click();
      await inner.locator(shape.option).filter({ hasText: option }).click();
    },
    /** Answers a message box; the browser's own are answered already. */
    async answer(name: string) {
      if (skin !== 'table')
        await inner
          .getByRole('button', { name: loosely(name) })
          .last()
          .click();
    },
    press: (name: string) => button(name).click(),
    /** Clicks a button that saves, and waits for its own 保存成功: an older one may still be shown. */
    async save(name = '保存') {
      const answered = page.waitForResponse((response) => /\/api\/[^/]+\/save$/.test(response.url()));
      await button(name).click();
      await answered;
      await inner.getByText('保存成功').locator('visible=true').first().waitFor();
    },
    /** Clicks what has exactly these words, one after the other: three in the menu, which comes before the page, then in the page. */
    async follow(...names: string[]) {
      for (const [at, name] of names.entries()) {
        const isShell = at < 3;
        const seen = (isShell ? page : inner).getByText(name, { exact: true }).locator('visible=true');
        await seen.first().click();
      }
    },
    /** Waits until the page says this. */
    sees: (words: string): Promise<void> =>
      inner.getByText(words, { exact: false }).locator('visible=true').first().waitFor(),
    /** Everything in the page with these words, visible. */
    seen: (words: string): Locator => inner.getByText(words, { exact: true }).locator('visible=true'),
  };
}

/** The words, whatever stars, colons and spaces a page puts around and between them. */
function loosely(words: string): RegExp {
  const letters = [...words].map((letter) => letter.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^[\\s*]*${letters.join('[\\s\u200b]*')}[\\s：:?]*$`);
}
