import { tryParsedBody } from '../body.js';
import type { GatewayErrorFacts } from '../errors.js';
import type { RawAnswer } from '../ladder.js';
import { Envelope } from './schema.js';

/** Codes known from one client only (`facts/weaver.md` §1.3); no official list is known. */
export const CODE_SPENT = '200004';
/** Configuration or parameters. */
export const PARAMETER_FAULT = '3000';
const CREDENTIALS_REFUSED = '200005';
const TOKEN_REFUSED = '200007';
const INTERNAL_ERROR = '500';

/**
 * Failures that E10 puts into the body. Overload and faults of the server are left to the status, and so is everything
 * without a code.
 */
export function classifyErrcode(answer: RawAnswer): GatewayErrorFacts | undefined {
  const { status } = answer;
  if (status >= 500 || status === 408 || status === 425 || status === 429) return undefined;

  const envelope = Envelope.safeParse(tryParsedBody(answer)).data;
  // Whichever of the two places complains.
  const code = [envelope?.message?.errcode, envelope?.errcode].find((one) => (one ?? '0') !== '0') ?? undefined;
  if (code === undefined) return undefined;

  const text = envelope?.message?.errmsg ?? envelope?.errmsg ?? undefined;
  const unauthenticated = status === 401 || code === CREDENTIALS_REFUSED || code === TOKEN_REFUSED;
  if (unauthenticated) return { kind: 'Unauthenticated', code, text };
  return { kind: isBusy(text) || code === INTERNAL_ERROR ? 'Unavailable' : 'Rejected', code, text };
}

/**
 * At authorize nothing but the corpId is judged, so a refusal is one of the corpId. People put the tenant code or the
 * 标识码 of the licence there (`facts/weaver.md` §1.4).
 */
export function classifyAuthorize(answer: RawAnswer): GatewayErrorFacts | undefined {
  const facts = classifyErrcode(answer);
  if (facts === undefined || facts.kind === 'Unavailable') return facts;
  return {
    ...facts,
    kind: 'Unauthenticated',
    text: `${facts.text ?? 'refused'}; the corpId may be wrong (it is neither the tenant code nor the 标识码 of the licence)`,
  };
}

/** At access_token: app_key and app_secret are judged. */
export function classifyToken(answer: RawAnswer): GatewayErrorFacts | undefined {
  const facts = classifyErrcode(answer);
  if (facts?.kind !== 'Unauthenticated') return facts;
  return {
    ...facts,
    text: `${facts.text ?? 'refused'}; app_key or app_secret may be wrong, or the app is not approved yet`,
  };
}

/**
 * 系统繁忙 says neither when to come back nor that we call too often, and E10 also says it to a body in the wrong format: so
 * it is "not available", and narrows no window.
 */
function isBusy(text: string | undefined): boolean {
  return text !== undefined && /系统(繁)?忙|system (is )?busy/i.test(text);
}
