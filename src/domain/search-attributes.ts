/** What operators filter by in the Web UI and the CLI. Plain data: the domain knows no Temporal. */
export const SEARCH_ATTRIBUTES = {
  batch: { name: 'QysBatch', type: 'KEYWORD' },
  tenant: { name: 'QysTenant', type: 'KEYWORD' },
  wave: { name: 'QysWave', type: 'KEYWORD' },
  site: { name: 'QysSite', type: 'KEYWORD' },
  step: { name: 'QysStep', type: 'KEYWORD' },
  outcome: { name: 'QysOutcome', type: 'KEYWORD' },
  findings: { name: 'QysFindings', type: 'KEYWORD_LIST' },
  needsAttention: { name: 'QysNeedsAttention', type: 'BOOL' },
} as const;

/** The short name of a search attribute, as code uses it. */
export type SearchAttribute = keyof typeof SEARCH_ATTRIBUTES;
