import type { Customer } from '../../tenant/customer.js';
import { callbackErrors, storeCategory } from '../callbacks.js';
import { categoryTag } from '../shown.js';
import type { CategoryPage } from '../state.js';
import { saved, shown, sorry, type Act, type Ask } from './ask.js';
import { textOf, wholeOf } from '../../kernel/payload.js';

const ROWS = 10;

/** A page of the list; the last saved category stands first, so rows move under the reader. */
export const loadCategories: Act = (ask) => {
  const { given, customer } = ask;
  const name = textOf(given['name']) ?? '';
  const found = ordered(customer).filter((category) => category.name.includes(name));
  const page = Math.max(1, wholeOf(given['page'], 1));
  const rows = found.slice((page - 1) * ROWS, page * ROWS).map(({ id, name, kind, state, company, callback }) => ({
    id,
    name,
    kind: kind === 'PHYSICAL' ? '物理用印' : '电子用印',
    state: state === 'enabled' ? '启用' : '停用',
    company,
    hasCallback: callback === null ? '未配置' : '已配置',
    ...(customer.spec.web.categoriesShowUrl ? { url: callback?.url ?? '' } : {}),
  }));
  return shown(ask, { rows, total: found.length, page, size: ROWS });
};

/** The drawer of one category. */
export const loadCategory: Act = (ask) => {
  const category = named(ask);
  if (category === undefined) return sorry('业务分类不存在');
  const { id, name, callback } = category;
  const { url = '', events = [], parameters = {} }: Record<string, unknown> = callback ?? {};
  return shown(ask, { id, name, url, events, parameters, tag: categoryTag(category) });
};

/** 保存 in the drawer: only the address is a field, events and parameters stay. */
export const saveCategory: Act = (ask) => {
  const category = named(ask);
  if (category === undefined) return sorry('业务分类不存在');
  const { web } = ask.customer;
  const merged = (values: Record<string, unknown>) => ({ ...category.callback, ...values }) as CategoryPage['callback'];
  return saved(ask, {
    effect: `category:${category.id}`,
    tag: categoryTag(category),
    values: ask.given['url'] === undefined ? {} : { url: ask.given['url'] },
    errors: ({ url }) => (url === '' ? [] : callbackErrors({ ...category.callback, url })),
    store(values) {
      storeCategory(category, values['url'] === '' ? null : merged(values));
      web.lastSaved = [category.id, ...web.lastSaved.filter((id) => id !== category.id)];
    },
  });
};

function named({ customer, given }: Ask): CategoryPage | undefined {
  return customer.console.categories.find(({ id }) => id === given['id']);
}

function ordered({ console: { categories }, web: { lastSaved } }: Customer): CategoryPage[] {
  const place = (id: string) => (lastSaved.includes(id) ? lastSaved.indexOf(id) : lastSaved.length);
  return categories.toSorted((a, b) => place(a.id) - place(b.id));
}
