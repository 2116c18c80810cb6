/** A login, on one of the two platforms. */
export interface WebSession {
  userAgent: string;
  platform: Platform;
}

/** 管理平台 (usually port 9181) and 签署平台 (9180). */
export type Platform = 'web' | 'signing';

/** What the pages keep beside what the console stores. */
export interface WebState {
  /** By the token in the cookie or in the header. */
  sessions: Map<string, WebSession>;
  /** Ids of categories, the last saved first: lists are ordered by it. */
  lastSaved: string[];
  /** Counts logins, for tokens and captchas. */
  logins: number;
}

export function createWebState(): WebState {
  return { sessions: new Map(), lastSaved: [], logins: 0 };
}
