import type { Customer } from '../../tenant/customer.js';
import { globalErrors, storeCallback } from '../callbacks.js';
import { callbackPages } from '../pages.js';
import { saved, shown, type Act } from './ask.js';

/** 编辑应用 → 回调地址: which page is shown, and what it holds. */
export const loadCallback: Act = (ask) => {
  const { customer } = ask;
  const { page, url } = customer.console.callback;
  return shown(ask, { page, url: url ?? '', tag: tagOf(customer), offered: callbackPages(customer.spec) });
};

/** The dialog of 切换为旧版回调, where it stores by itself. */
export const switchCallback: Act = (ask) => save(ask, { page: ask.given['page'] });

/** 保存 of any of the callback pages. */
export const saveCallback: Act = (ask) => save(ask, ask.given);

/** The new page has no address of its own. */
function save(ask: Parameters<Act>[0], values: Record<string, unknown>): Response {
  const { customer } = ask;
  const merged = (given: Record<string, unknown>) => {
    const all: Record<string, unknown> = { ...customer.console.callback, ...given };
    return all['page'] === 'new' ? { ...all, url: null } : all;
  };
  return saved(ask, {
    effect: 'callback',
    tag: tagOf(customer),
    values,
    errors: (given) => globalErrors(customer, merged(given)),
    store: (given) => storeCallback(customer, merged(given)),
  });
}

function tagOf({ console: { versions } }: Customer): string {
  return `"c${versions.callback}"`;
}
