import { hostOf, originOf, under } from './addresses.js';
import type { Category, CategoryCallback } from './settings.js';
import type { CategoriesChoice, Tenant } from './tenant.js';

/** E9's callback of a category (用印流程), and what replaces it on E10 (`facts/official-procedure.zh.md`, step 5). */
export const E9_CATEGORY_PATH = '/QYSPrivateCallbackServlet';
export const E10_CATEGORY_PATH = '/papi/signcenter/qiyuesuo/categoryCallback';

export type CategoriesMode = 'rewrite' | 'forward' | 'none' | 'undecided';

/** The callback after the move, or undefined where it is not ours to touch. Only host and path change. */
export function movedCallback(callback: CategoryCallback, e10: string): CategoryCallback | undefined {
  if (!isLegacy(callback)) return undefined;
  return { ...callback, url: under(e10, E10_CATEGORY_PATH) + new URL(callback.url).search };
}

/** Categories that still call E9's servlet: path exactly, whatever the host. */
export function legacyCategories<C extends Pick<Category, 'callback'>>(categories: readonly C[]): C[] {
  return categories.filter((category) => category.callback !== null && isLegacy(category.callback));
}

/**
 * What to do about the categories: nothing where none calls E9; else the operator's choice; else by the addresses: the same
 * one → the proxy forwards, another one → every category is rewritten. Without an E9 address the callbacks themselves tell,
 * unless they disagree.
 */
export function categoriesMode(
  tenant: { categories: CategoriesChoice; e9?: Tenant['e9']; e10: Pick<Tenant['e10'], 'address'> },
  categories: readonly Pick<Category, 'callback'>[],
): CategoriesMode {
  const legacy = legacyCategories(categories);
  if (tenant.categories === 'none' || legacy.length === 0) return 'none';
  if (tenant.categories !== 'auto') return tenant.categories;

  const e10 = originOf(tenant.e10.address);
  if (tenant.e9) return originOf(tenant.e9.address) === e10 ? 'forward' : 'rewrite';

  const stays = legacy.filter(({ callback }) => callback && originOf(callback.url) === e10).length;
  if (stays === 0) return 'rewrite';
  return stays === legacy.length ? 'forward' : 'undecided';
}

/**
 * Callbacks that are left alone although they point at the old OA: another path than E9's servlet on one of its hosts, or,
 * where the proxy forwards, E9's servlet on a host that the forward does not serve. They are reported, never touched.
 */
export function otherOldCallbacks(tenant: Tenant, categories: readonly Category[], mode: CategoriesMode): Category[] {
  const oldHosts = new Set(
    [tenant.e9?.address, ...legacyCategories(categories).map(({ callback }) => callback?.url)].map(
      (address) => address && hostOf(address),
    ),
  );
  return categories.filter(({ callback }) => {
    if (!callback || !URL.canParse(callback.url)) return false;
    if (isLegacy(callback)) {
      return mode === 'none' || (mode === 'forward' && originOf(callback.url) !== originOf(tenant.e10.address));
    }
    return oldHosts.has(hostOf(callback.url)) && !new URL(callback.url).pathname.endsWith(E10_CATEGORY_PATH);
  });
}

function isLegacy(callback: CategoryCallback): boolean {
  return URL.canParse(callback.url) && new URL(callback.url).pathname === E9_CATEGORY_PATH;
}
