import type { Storm } from './roster.js';

/** Behaviour that no public source settles: each switch names its doubt. The defaults are the likelier side. */
export interface Quirks {
  // E10 (facts/weaver.md §9 and "Doubts")
  /** Which doors of the open platform are open (§1.1). */
  doors: 'both' | 'openserver' | 'papi';
  /** Where a wrong corpId is refused (doubt 4). */
  corpIdChecked: 'authorize' | 'token';
  /** Which content type the token exchange accepts; the other one gets 系统繁忙 (§1.2). */
  tokenBody: 'both' | 'form' | 'json';
  /** Spelling of the token in the answer (§1.2). */
  tokenField: 'both' | 'accessToken' | 'acessToken';
  /** `errcode` as text or as a number (§1.3). */
  errcodeAs: 'string' | 'number';
  /** Failures of business calls inside the envelope or at the top (§1.3). */
  errorsAt: 'envelope' | 'top';
  tokenSeconds: number;
  /** How long a token lives, whatever `expires_in` says; null: as long as that. */
  tokenLivesMs: number | null;
  /** A second token of an app kills its first (§1.2). */
  secondTokenKillsFirst: boolean;
  /** How a token is refused (§1.3). */
  tokenRefusal: '200007' | 'http-401';
  /** Whether `queryEmployee` returns `tenant_key` when it is asked for (§3). */
  returnsTenantKey: boolean;
  /** Largest page of `queryEmployee`; beyond it the call is refused (§2.1). */
  employeePageMax: number;
  /** People are edited while they are paged through, in the OA or in Qiyuesuo; null: nobody edits. */
  storm: Storm | null;
  /** Bare answer of the two callback routes (§4.1). */
  callbackAnswer: 'empty-200' | '405' | '500-json';
  /** State of the sign centre behind the callback routes (§4.3). */
  callbackRoute: 'exists' | 'missing' | 'down' | 'redirects';
  /** Callbacks are worked on before the answer, or after it with 200 whatever happens (§4.2). */
  callbacksAsync: boolean;
  /** Callbacks of E9 and E10 fail where they have real work to do (§4.2). */
  callbacksFail: boolean;
  // E9 (§5.1)
  hrAuth: 'token' | 'allow-list';
  hrDigest: 'md5' | 'sm3';
  /** How long a token of a request lives: five minutes by the sources, so clocks must agree. */
  hrTokenMs: number;
  hrBody: 'both' | 'form' | 'json';
  /** `getVersion` without a session (§3). */
  versionNeedsSession: boolean;
  // Qiyuesuo (facts/qiyuesuo.md §7 and "Doubts")
  /** The nonce server still takes the old form (open question 1). */
  acceptsBothDialects: boolean;
  /** A legacy server checks the clock (doubt 4). */
  legacyChecksClock: boolean;
  /** So far off the time stamp of a signature may be; not published for the public cloud (§1.3). */
  signatureMs: number;
  /** Code of a refused signature; none is known (doubt 3). */
  signatureErrorCode: number;
  /** The health check wants the headers too (doubt 7). */
  healthNeedsHeaders: boolean;
  /** Name of the payload where none is documented (doubt 8). */
  payloadKey: 'result' | 'list' | 'own-name';
  /** Ids as text or as bare numbers; `by-seed` decides for each tenant. */
  idsAs: 'by-seed' | 'string' | 'number';
  /** How a person who does not exist is answered (doubt 8). */
  absentPerson: 'empty-result' | 'error';
  /** Success of the public cloud (§1.4). */
  publicSuccess: 'both' | 'code' | 'responseCode';
  /** Public lists as a plain list or as an object with a list and a count (doubt 8). */
  publicList: 'plain' | 'object';
  /** The server's clock is so much ahead of ours (§1.3). */
  clockSkewMs: number;
  /** The page that 4.3.5 itself has (doubt 11). */
  pageOf435: 'old' | 'global';
  // Console
  /** A kept scope still holds the ids of E9's units (open question 7). */
  scopeKeepsOldIds: boolean;
  /** The integration page shows no fingerprint of a secret, nor that there is none. */
  hidesSecrets: boolean;
  /** The switch also turns the people sync off and gives it another schedule (open question 7). */
  switchResetsSync: boolean;
  /** Units have no codes, so only names can be matched. */
  unitsWithoutCodes: boolean;
  /** Units below different parents have the same names. */
  sameUnitNames: boolean;
  /** The console keeps members that nobody documented, which have to survive a write. */
  extraMembers: boolean;
}

/** The likelier side of every doubt. */
export const USUAL_QUIRKS: Quirks = {
  doors: 'both',
  corpIdChecked: 'authorize',
  tokenBody: 'both',
  tokenField: 'both',
  errcodeAs: 'string',
  errorsAt: 'envelope',
  tokenSeconds: 7200,
  tokenLivesMs: null,
  secondTokenKillsFirst: false,
  tokenRefusal: '200007',
  returnsTenantKey: true,
  employeePageMax: 1000,
  storm: null,
  callbackAnswer: 'empty-200',
  callbackRoute: 'exists',
  callbacksAsync: false,
  callbacksFail: false,
  hrAuth: 'token',
  hrDigest: 'md5',
  hrTokenMs: 5 * 60_000,
  hrBody: 'both',
  versionNeedsSession: false,
  acceptsBothDialects: false,
  legacyChecksClock: false,
  signatureMs: 15 * 60_000,
  signatureErrorCode: 1000001,
  healthNeedsHeaders: false,
  payloadKey: 'result',
  idsAs: 'by-seed',
  absentPerson: 'empty-result',
  publicSuccess: 'both',
  publicList: 'plain',
  clockSkewMs: 0,
  pageOf435: 'global',
  scopeKeepsOldIds: false,
  hidesSecrets: false,
  switchResetsSync: false,
  unitsWithoutCodes: false,
  sameUnitNames: false,
  extraMembers: true,
};
