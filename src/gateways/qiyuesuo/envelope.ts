import { z } from 'zod';
import { isHtml, tryParsedBody } from '../body.js';
import type { GatewayErrorFacts } from '../errors.js';
import type { Classify, RawAnswer } from '../ladder.js';
import { clockSkewMs } from '../retry-after.js';

const Code = z.union([z.string(), z.number()]).transform(String);

/** Both clouds say how it went inside the body (`facts/qiyuesuo.md` §1.4); the payload stands beside it, under varying keys. */
const Envelope = z.object({
  code: Code.exactOptional(),
  responseCode: Code.exactOptional(),
  message: z.string().nullish(),
});
type Envelope = z.output<typeof Envelope>;

/** "bad parameter" of the private and of the public cloud (§1.5; of the public one only the family is known). */
const PARAMETER_CODES = ['1000001', '1002'];
/** "unknown error", "generic or server-side" (§1.5). Everything we call is read-only, so asking again is harmless. */
const SERVER_CODES = ['1000000', '1001'];
/** A wrong clock is the likeliest cause of a refused signature: newer private clouds accept 15 minutes (§1.3). */
const SUSPICIOUS_SKEW_MS = 5 * 60_000;

/**
 * A refusal by its code family; the raw code and message are kept for the operator. A page is what Jetty shows in place of an
 * answer, so it counts as "not there" whatever its status, except where the status itself is a decision.
 */
export const classifyEnvelope: Classify = (answer) => {
  if (isForTheLadder(answer)) return undefined;
  if (isHtml(answer.headers['content-type'], answer.body) && ![401, 403].includes(answer.status)) {
    return { kind: 'Unavailable', text: 'a page instead of an answer' };
  }
  const envelope = envelopeOf(answer);
  if (isGatewayRefusal(answer.status, envelope)) return { kind: 'Unauthenticated', ...said(envelope) };
  if (envelope === undefined || !isRefusal(envelope)) return undefined;
  return { kind: hasCode(envelope, SERVER_CODES) ? 'Unavailable' : 'Rejected', ...said(envelope) };
};

/**
 * The same for the private cloud's credential check. No code for a refused signature is published (§ Doubts 3), and nothing
 * else can go wrong in a call whose one parameter is fixed: so every refusal is one of the credentials.
 */
export const classifyCredentialCheck: Classify = (answer) => {
  const facts = classifyEnvelope(answer);
  const envelope = envelopeOf(answer);
  const refused = envelope !== undefined && isRefusal(envelope) && !isForTheLadder(answer);
  if (!refused) return facts;
  return { kind: 'Unauthenticated', ...withClock(said(envelope), answer) };
};

/** Whether a refusal is one of the parameters sent, by the code that a gateway error carries. */
export function isParameterCode(code: string | undefined): boolean {
  return code?.split('/').some((one) => PARAMETER_CODES.includes(one)) ?? false;
}

/** Overload, faults and redirects are decided by the status, the same for every system. */
function isForTheLadder({ status }: RawAnswer): boolean {
  return (
    status < 200 ||
    (status >= 300 && status <= 399) ||
    status === 408 ||
    status === 425 ||
    status === 429 ||
    status >= 500
  );
}

function envelopeOf(answer: RawAnswer): Envelope | undefined {
  const parsed = Envelope.safeParse(tryParsedBody(answer));
  return parsed.success ? parsed.data : undefined;
}

/** The pages of the public cloud differ: either code may say that it went well. */
function isRefusal({ code, responseCode }: Envelope): boolean {
  if (code === undefined && responseCode === undefined) return false;
  return code !== '0' && responseCode !== '00000000';
}

/** The 44x family of the public cloud's gateway, which comes as status, as `code` and inside an eight-digit `responseCode`. */
function isGatewayRefusal(status: number, envelope: Envelope | undefined): boolean {
  const is44x = (code: string | undefined) => code !== undefined && /^(1199)?0?44[0-7]$/.test(code);
  if (status === 401 || is44x(String(status))) return true;
  return envelope !== undefined && isRefusal(envelope) && (is44x(envelope.code) || is44x(envelope.responseCode));
}

function hasCode({ code, responseCode }: Envelope, codes: readonly string[]): boolean {
  return [code, responseCode].some((one) => one !== undefined && codes.includes(one));
}

function said(envelope: Envelope | undefined): { text?: string; code?: string } {
  const codes = [...new Set([envelope?.code, envelope?.responseCode])].filter((code) => code !== undefined);
  return {
    ...(envelope?.message ? { text: envelope.message } : {}),
    ...(codes.length > 0 ? { code: codes.join('/') } : {}),
  };
}

function withClock<T extends Omit<GatewayErrorFacts, 'kind'>>(facts: T, { headers }: RawAnswer): T {
  const skew = clockSkewMs(headers, Date.now());
  if (skew === null || Math.abs(skew) < SUSPICIOUS_SKEW_MS) return facts;
  return {
    ...facts,
    text: `${facts.text ?? 'refused'}; the clocks differ by ${Math.round(Math.abs(skew) / 60_000)} minutes`,
  };
}
