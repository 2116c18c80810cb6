import { inLang, type Lang, type Said } from './said.js';

export type Severity = 'info' | 'warning' | 'blocking';

/** One coded result of a check. Texts for people come from the catalogue by `code`; `facts` fill them in. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** What was seen, in one sentence; never a secret or a person. */
  message: string;
  /** The same in Chinese, where it is ours to say. */
  zh?: string;
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
  'FORM-FILLED-UNTOLD',
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
  'SEAL-KEY-UNUSABLE',
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

/** A sentence as a finding has it. */
export function says(said: Said): Pick<Finding, 'message' | 'zh'> {
  return typeof said === 'string' ? { message: said } : { message: said.en, zh: said.zh };
}

/** What was seen, for whoever reads it. */
export function messageIn({ message: en, zh }: Pick<Finding, 'message' | 'zh'>, lang: Lang): string {
  return inLang({ en, zh: zh ?? en }, lang);
}

/** Whether an operator may let it pass once, with a reason: `lift-guard`. */
export function isLiftable(code: FindingCode): boolean {
  return code === 'PEOPLE-GUARD' || code === 'PEOPLE-SYNC-SWITCHED-OFF';
}

export function isBlocking(finding: Finding): boolean {
  return finding.severity === 'blocking';
}
