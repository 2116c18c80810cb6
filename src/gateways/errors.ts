import { shownText } from '../domain/shown-url.js';

/** The outside systems of the product (`design.md` §1). */
export type OutsideSystem = 'e10' | 'e9' | 'qiyuesuo' | 'console' | 'proxy';

/** The one list of the failures of the outside (`design.md` §5). The word is the `type` of the `ApplicationFailure`. */
export type FailureKind =
  'Unavailable' | 'Throttled' | 'Unauthenticated' | 'NeedsLogin' | 'Rejected' | 'Conflict' | 'UnexpectedAnswer';

/** A field that the system refused, in its own words. */
export interface FieldError {
  field: string;
  message: string;
}

/** Refusals that have a cure of their own: a certificate, a redirect, an address that our own configuration forbids. */
export type RejectedReason = 'tls' | 'redirect' | 'host-not-allowed';

/** Which call it was. `path` is the path only; a query is cut off, since it may carry a token. */
export interface FailedCall {
  system: OutsideSystem;
  method: string;
  path: string;
}

/** What is known about the failure. Secrets must be masked before they come here (`http.ts` does it). */
export interface FailureFacts {
  /** What happened: the system's own message, or ours. Capped at 300 characters. */
  text?: string | undefined;
  /** HTTP status. */
  status?: number | undefined;
  /** The system's own code, or that of the network layer, e.g. `200005` or `ECONNREFUSED`. */
  code?: string | undefined;
  requestId?: string | undefined;
  /** Milliseconds. */
  retryAfterMs?: number | undefined;
  /** Only for `Rejected`. */
  errors?: readonly FieldError[] | undefined;
  /** Only for `Rejected` and `NeedsLogin`. */
  reason?: RejectedReason | undefined;
  /** Only for `UnexpectedAnswer`. */
  paths?: readonly string[] | undefined;
  /** Whether a write may have happened all the same; undefined where nobody can tell. */
  maybeWritten?: boolean | undefined;
  /** SHA-256 of a picture of the page. */
  evidence?: string | undefined;
}

/** The facts of a failure together with its class: what a `classify` function answers. */
export type GatewayErrorFacts = FailureFacts & { kind: FailureKind };

const MAX_TEXT = 300;
const MAX_ITEMS = 20;
/** What each system calls its code; `code` elsewhere. */
const CODE_LABELS: Partial<Record<OutsideSystem, string>> = { e10: 'errcode' };

/**
 * A failure of an outside system. Its class says who has to act; decide by class or `name`, never by the text.
 * Holds no header, body, query or token, and no `cause`: an axios error carries the request's headers.
 */
export abstract class GatewayError extends Error {
  abstract readonly retryable: boolean;
  readonly system: OutsideSystem;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Whether a write may have happened all the same; undefined where nobody can tell. */
  readonly maybeWritten: boolean | undefined;
  /** SHA-256 of a picture of the page; known only after the failure. */
  evidence: string | undefined;

  constructor(call: FailedCall, facts: FailureFacts, otherwise: string) {
    super(sentence(call, facts, otherwise));
    this.system = call.system;
    this.method = call.method;
    this.path = pathOnly(call.path);
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.maybeWritten = facts.maybeWritten;
    this.evidence = facts.evidence;
  }
}

/** No connection, time-out, 5xx, a page instead of an answer: the same call may succeed later. Nobody acts until the step's patience ends. */
export class Unavailable extends GatewayError {
  override readonly name = 'Unavailable';
  readonly retryable = true;
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    super(call, facts, 'no usable answer');
  }
}

/** 429, 503 with Retry-After, "busy" codes: repeat when the system says (`retryAfterMs`). Nobody acts; the window narrows. */
export class Throttled extends GatewayError {
  override readonly name = 'Throttled';
  readonly retryable = true;
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    super(call, facts, 'asks for fewer calls');
  }
}

/** A credential or session was refused, after a fresh token where there is one. The owner of the credential acts. */
export class Unauthenticated extends GatewayError {
  override readonly name = 'Unauthenticated';
  readonly retryable = false;
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    super(call, facts, 'credentials refused');
  }
}

/** The operator's console session is over: thrown by console drivers only. The operator logs in, by a work order. */
export class NeedsLogin extends GatewayError {
  override readonly name = 'NeedsLogin';
  readonly retryable = false;
  /** Where a login alone may not be enough. */
  readonly reason: RejectedReason | undefined;
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    super(call, facts, 'the session is over');
    this.reason = facts.reason;
  }
}

/** Understood and refused: fields, rights, allow-lists, certificates, redirects. The operator of the tenant acts. */
export class Rejected extends GatewayError {
  override readonly name = 'Rejected';
  readonly retryable = false;
  readonly errors: readonly FieldError[] | undefined;
  readonly reason: RejectedReason | undefined;
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    super(call, facts, 'refused');
    this.errors = facts.errors
      ?.slice(0, MAX_ITEMS)
      .map(({ field, message }) => ({ field: cap(field), message: cap(message) }));
    this.reason = facts.reason;
  }
}

/** Somebody else changed it since we looked, or it is busy with the same thing. Look again, then decide. */
export class Conflict extends GatewayError {
  override readonly name = 'Conflict';
  readonly retryable = false;
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    super(call, facts, 'changed by somebody else');
  }
}

/** The answer breaks our schema or is not JSON. `paths` name what broke, never a value. A developer acts. */
export class UnexpectedAnswer extends GatewayError {
  override readonly name = 'UnexpectedAnswer';
  readonly retryable = false;
  readonly paths: readonly string[];
  constructor(call: FailedCall, facts: FailureFacts = {}) {
    const paths = (facts.paths ?? []).slice(0, MAX_ITEMS).map(cap);
    super(call, facts, paths.length > 0 ? `unexpected answer at ${paths.join(', ')}` : 'unexpected answer');
    this.paths = paths;
  }
}

const CLASSES = { Unavailable, Throttled, Unauthenticated, NeedsLogin, Rejected, Conflict, UnexpectedAnswer };

/** The error of the class that the facts name. */
export function gatewayError(call: FailedCall, { kind, ...facts }: GatewayErrorFacts): GatewayError {
  return new CLASSES[kind](call, facts);
}

function sentence(call: FailedCall, facts: FailureFacts, otherwise: string): string {
  const details = [
    facts.status !== undefined && (facts.status < 200 || facts.status > 299) ? `HTTP ${facts.status}` : undefined,
    facts.code !== undefined ? `${CODE_LABELS[call.system] ?? 'code'} ${cap(facts.code)}` : undefined,
  ].filter((detail) => detail !== undefined);
  const tail = details.length > 0 ? ` (${details.join(', ')})` : '';
  return `${call.system} ${call.method} ${pathOnly(call.path)}: ${cap(facts.text ?? '') || otherwise}${tail}`;
}

function pathOnly(path: string): string {
  return path.split(/[?#]/, 1)[0] ?? '';
}

/** One line without what the query of an address holds, at most 300 characters; never half a character. */
function cap(text: string): string {
  const characters = [
    ...shownText(text)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
  ];
  return characters.length > MAX_TEXT ? `${characters.slice(0, MAX_TEXT - 1).join('')}…` : characters.join('');
}
