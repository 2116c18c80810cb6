export type Severity = 'info' | 'warning' | 'blocking';

/** One coded result of a check. Texts for people come from the catalogue by `code`; `facts` fill them in. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** What was seen, in one sentence; never a secret or a person. */
  message: string;
  /** The field, address or category that it is about. */
  subject?: string;
}

/** Every code that the product can give: stable, never reused. Cause and fix of each: `finding-catalogue.ts`. */
export const FINDING_CODES = [
  'CONSOLE-DRIVER-UNAVAILABLE',
  'CONSOLE-UNREACHABLE',
  'CONSOLE-REFUSED',
  'CONSOLE-NEEDS-LOGIN',
  'CONSOLE-CHANGED',
  'CONSOLE-DEPLOYMENT-DIFFERS',
  'CONSOLE-VERSION-DIFFERS',
  'CONSOLE-NOT-READ',
  'CONSOLE-PAGES-ASSUMED',
  'CONSOLE-READ-BY-PERSON',
  'CONSOLE-SAVED-WITH-ERROR',
  'CALLBACK-PAGE-UNDECIDED',
  'CALLBACK-ROUTE-MISSING',
  'CALLBACK-ROUTE-REDIRECTS',
  'CALLBACK-ROUTE-DOWN',
  'CATEGORY-OTHER-CALLBACK',
  'CATEGORIES-UNDECIDED',
  'CLOCK-SKEW',
  'E9-PEOPLE-UNREAD',
  'E10-EMPTY',
  'E10-HR-REFUSED',
  'E10-NOT-E10',
  'E10-TENANT-KEY-DIFFERS',
  'E10-TENANT-KEY-UNREAD',
  'E10-TOKEN-REFUSED',
  'E10-UNREACHABLE',
  'E10-UNPROVED',
  'FORMAT-SUSPECT',
  'ORDER-REJECTED',
  'PEOPLE-AMBIGUOUS',
  'PEOPLE-BASELINE',
  'PEOPLE-COUNT-DIFFERS',
  'PEOPLE-DIFFERING',
  'PEOPLE-EDITED',
  'PEOPLE-GUARD',
  'PEOPLE-GUARD-LIFTED',
  'PEOPLE-MISSING',
  'PEOPLE-NOT-ON-E10',
  'PEOPLE-SCOPE-EMPTY',
  'PEOPLE-SCOPE-UNMAPPED',
  'PEOPLE-STILL-ACTIVE',
  'PEOPLE-SYNC-FAILED',
  'PEOPLE-SYNC-SWITCHED-OFF',
  'PEOPLE-SYNC-RAN',
  'PEOPLE-TREE-EMPTY',
  'PEOPLE-UNCOMPARED',
  'PEOPLE-UNSEALED',
  'PLAN-STALE',
  'PROXY-CONFIG-REJECTED',
  'PROXY-FORWARD-LEFT',
  'PROXY-FORWARD-MISSING',
  'PROXY-FORWARD-WAITING',
  'QIYUESUO-COMPANY-DIFFERS',
  'QIYUESUO-CREDENTIALS-REFUSED',
  'QIYUESUO-UNREACHABLE',
  'SECRET-MISSING',
  'SECRET-UNREADABLE',
  'SECRET-UNRESTORABLE',
  'SETTING-DIFFERS',
  'STEP-FAILED',
  'TLS-REFUSED',
  'UNDO-FOREIGN-CHANGE',
  'UNDO-INCOMPLETE',
  'UNEXPECTED-ANSWER',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export function isBlocking(finding: Finding): boolean {
  return finding.severity === 'blocking';
}
