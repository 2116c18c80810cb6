import { tenantWorkflowId } from '../domain/ids.js';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';

/** Where Temporal's Web UI is; null where nobody said so. */
export interface WebUi {
  uiUrl: string | null;
  namespace: string;
}

/** Whom somebody will look for. */
export const WEB_UI_LISTS = ['waits', 'running', 'rolled-back', 'blocked'] as const;
export type WebUiList = (typeof WEB_UI_LISTS)[number];

/** Ready-made lists of the Web UI. Empty where its address is not known. */
export function listUrls(batch: string, { uiUrl, namespace }: WebUi): Partial<Record<WebUiList, string>> {
  if (uiUrl === null) return {};
  const { batch: of, outcome, needsAttention } = SEARCH_ATTRIBUTES;
  const filters: Record<WebUiList, string> = {
    waits: `ExecutionStatus = 'Running' AND ${needsAttention.name} = true`,
    running: `ExecutionStatus = 'Running'`,
    'rolled-back': `${outcome.name} IN ('rolled-back', 'rollback-incomplete')`,
    blocked: `${outcome.name} = 'blocked'`,
  };
  const urlOf = (filter: string): string =>
    `${uiUrl}/namespaces/${namespace}/workflows?query=${encodeURIComponent(`${of.name} = '${batch}' AND ${filter}`)}`;
  return Object.fromEntries(Object.entries(filters).map(([name, filter]) => [name, urlOf(filter)]));
}

/** A tenant's own page: its history, and the table of its steps. */
export function tenantUrl(tenantId: string, { uiUrl, namespace }: WebUi): string | null {
  if (uiUrl === null) return null;
  return `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(tenantWorkflowId(tenantId))}`;
}
