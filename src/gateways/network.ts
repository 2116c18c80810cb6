import type { GatewayErrorFacts } from './errors.js';

/** What the network layer throws, as far as we look at it: the rest carries the request's headers. */
export interface NetworkFailure {
  code: string | undefined;
  /** Used to tell two failures of axios with one code apart; never shown. */
  message: string;
}

const TLS_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'EPROTO', // the other side does not speak TLS, or no version that we accept
]);

/** Failures below HTTP. A certificate that is refused today is refused in a minute too, so an operator has to act. */
export function classifyNetworkFailure({ code, message }: NetworkFailure): GatewayErrorFacts {
  if (code === undefined) return { kind: 'Unavailable', text: 'no connection' };
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return { kind: 'Unavailable', code, text: 'no TLS connection in time' };
  if (TLS_CODES.has(code) || /^(CERT_|CRL_|UNABLE_TO_|ERR_TLS_|ERR_SSL_)/.test(code)) {
    return { kind: 'Rejected', reason: 'tls', code, text: 'the TLS certificate or connection was refused' };
  }
  if (/^ERR_(INVALID|UNESCAPED)_/.test(code)) {
    return {
      kind: 'Rejected',
      code,
      text: 'the request has characters that HTTP forbids, e.g. a line break in a credential',
    };
  }
  // axios gives an answer that is too long and one that broke off the same code.
  if (message.startsWith('maxContentLength')) return { kind: 'UnexpectedAnswer', code, text: 'the answer is too long' };
  if (code === 'ERR_BAD_RESPONSE') return { kind: 'Unavailable', code, text: 'the answer broke off' };
  return { kind: 'Unavailable', code, text: 'no connection' };
}
