import type { Payload } from '../kernel/payload.js';
import type { Customer } from '../tenant/customer.js';
import type { CallbackPage } from '../tenant/spec.js';
import {
  bodyOf,
  json,
  nextOf,
  pageAsked,
  problem,
  refuseFields,
  refuseTag,
  tagged,
  type ConsoleContext,
  type FieldError,
} from './answers.js';
import { callbackPages } from './pages.js';
import { categoryTag, shownCallback, shownCategory } from './shown.js';
import type { CategoryPage } from './state.js';

/** Saves the global callback, on a page that the version has (`facts/qiyuesuo.md` §3.5). Unknown members are kept. */
export function putCallback(c: ConsoleContext, customer: Customer): Response {
  const { console: pages } = customer;
  const { etag: _, ...body } = bodyOf(c);
  const refused = refuseTag(c, `"c${pages.versions.callback}"`) ?? refuseFields(globalErrors(customer, body));
  if (refused) return refused;

  storeCallback(customer, body);
  c.set('effect', 'callback');
  return tagged(shownCallback(pages));
}

/** What the page does not take of a global callback. */
export function globalErrors({ spec }: Customer, { page, url }: Payload): FieldError[] {
  const offered: readonly unknown[] = callbackPages(spec);
  const errors: FieldError[] = [];
  if (!offered.includes(page)) errors.push({ field: 'page', message: '此版本没有该回调页面' });
  if (url !== undefined && url !== null && url !== '' && !isAddress(url)) {
    errors.push({ field: 'url', message: '地址格式错误' });
  }
  return errors;
}

/** Stores the global callback as a whole. */
export function storeCallback({ console: pages }: Customer, body: Payload): void {
  const { page, url } = body;
  pages.callback = { ...body, page: page as CallbackPage, url: typeof url === 'string' && url !== '' ? url : null };
  pages.versions.callback += 1;
}

/** Categories by id, a page at a time. */
export function listCategories(c: ConsoleContext, { console: { categories } }: Customer): Response {
  const page = pageAsked(c, { usual: 100, most: 200 });
  if (page instanceof Response) return page;
  const rows = categories.slice(page.from, page.from + page.limit).map(shownCategory);
  return json({ categories: rows, ...nextOf(page, categories.length) });
}

/** Saves the callback of one category as a whole: members that were left out are gone. */
export function putCategoryCallback(c: ConsoleContext, { console: pages }: Customer): Response {
  const category = pages.categories.find(({ id }) => id === c.req.param('categoryId'));
  if (category === undefined) return problem(404, 'not-found', '业务分类不存在');
  const body = bodyOf(c);
  const refused = refuseTag(c, categoryTag(category)) ?? refuseFields(callbackErrors(body));
  if (refused) return refused;

  storeCategory(category, body as NonNullable<CategoryPage['callback']>);
  c.set('effect', `category:${category.id}`);
  return tagged(shownCategory(category));
}

/** Stores the callback of a category as a whole. */
export function storeCategory(category: CategoryPage, callback: CategoryPage['callback']): void {
  category.callback = callback;
  category.version += 1;
}

/** What the page does not take of a category's callback. */
export function callbackErrors({ url, events, parameters }: Payload): FieldError[] {
  const errors: FieldError[] = [];
  if (!isAddress(url)) errors.push({ field: 'url', message: '地址格式错误' });
  if (events !== undefined && !(Array.isArray(events) && events.every(isText))) {
    errors.push({ field: 'events', message: '取值错误' });
  }
  if (parameters !== undefined && !isTexts(parameters)) errors.push({ field: 'parameters', message: '取值错误' });
  return errors;
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}
