/** Which request of a page it is: a document, what its script loads, or what it saves. */
export type PagePart = 'document' | 'load' | 'save';

const OF_SAVES = [
  'not-stored',
  'drops-field',
  'overwritten',
  'normalises-url',
  'error-toast-after',
  'refused',
  'busy',
] as const;

const OF_LOADS = [
  'late-values',
  'late-labels',
  'label-missing',
  'label-twice',
  'label-renamed',
  'option-missing',
  'other-kind',
  'read-only',
  'notice',
  'unknown-dialog',
  'native-alert',
  'save-dialog',
  'save-dialog-unknown',
  'save-alert',
  'save-disabled',
  'half-page',
  'late-dialog',
  'guards-leaving',
] as const;

const OF_BOTH = ['no-right'] as const;
const OF_ALL = ['session-over'] as const;

/** What goes wrong on a console's page, by place (`console/web/server.ts` has the table). */
export type PageFaultKind = (typeof OF_SAVES | typeof OF_LOADS | typeof OF_BOTH | typeof OF_ALL)[number];

const KINDS: Record<PagePart, readonly PageFaultKind[]> = {
  document: OF_ALL,
  load: [...OF_LOADS, ...OF_BOTH, ...OF_ALL],
  save: [...OF_SAVES, ...OF_BOTH, ...OF_ALL],
};

/** Whether a fault is one of a page; with a part, one that such a request can show. */
export function isPageFault(kind: string, part?: PagePart): kind is PageFaultKind {
  const parts = part === undefined ? Object.values(KINDS) : [KINDS[part]];
  return parts.some((kinds) => (kinds as readonly string[]).includes(kind));
}
