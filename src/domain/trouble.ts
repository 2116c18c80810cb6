import type { Finding, FindingCode } from './findings.js';

/** Failures of the outside (`gateways/errors.ts`), and those of our own, by the name that is the `type` of their `ApplicationFailure`. */
export const FAILURE_TYPES = {
  unavailable: 'Unavailable',
  throttled: 'Throttled',
  unauthenticated: 'Unauthenticated',
  needsLogin: 'NeedsLogin',
  rejected: 'Rejected',
  conflict: 'Conflict',
  unexpectedAnswer: 'UnexpectedAnswer',
  secretMissing: 'SecretMissing',
  /** Something sealed does not open, or there is no usable key. */
  sealBroken: 'SealBroken',
  /** A check of ours says no; the finding is in the details. */
  stepRefused: 'StepRefused',
  /** What is waited for has not happened yet; the activity asks again. */
  notYet: 'NotYet',
  /** No failure: a person has to go to the console first; what for is in the details. */
  handsNeeded: 'HandsNeeded',
} as const;

/** What is known of a failure wherever it is met: in an activity as an error, in a workflow as a failure. */
export interface Trouble {
  type: string;
  message: string;
  system?: string;
  reason?: string;
}

const UNREACHABLE: Record<string, FindingCode> = {
  e10: 'E10-UNREACHABLE',
  qiyuesuo: 'QIYUESUO-UNREACHABLE',
  console: 'CONSOLE-UNREACHABLE',
};

const REFUSED: Record<string, FindingCode> = {
  e10: 'E10-TOKEN-REFUSED',
  qiyuesuo: 'QIYUESUO-CREDENTIALS-REFUSED',
  console: 'CONSOLE-REFUSED',
};

/** The finding that a failure is for people: blocking, with the code by system and class. */
export function findingOfTrouble({ type, message, system = '', reason }: Trouble): Finding {
  return { code: codeOf(type, system, reason), severity: 'blocking', message, ...(system ? { subject: system } : {}) };
}

function codeOf(type: string, system: string, reason: string | undefined): FindingCode {
  if (reason === 'tls') return 'TLS-REFUSED';
  switch (type) {
    case FAILURE_TYPES.unavailable:
    case FAILURE_TYPES.throttled:
      return UNREACHABLE[system] ?? 'STEP-FAILED';
    case FAILURE_TYPES.unauthenticated:
      return REFUSED[system] ?? 'STEP-FAILED';
    case FAILURE_TYPES.needsLogin:
      return 'CONSOLE-NEEDS-LOGIN';
    case FAILURE_TYPES.rejected:
      return system === 'console' ? 'CONSOLE-REFUSED' : system === 'proxy' ? 'PROXY-CONFIG-REJECTED' : 'STEP-FAILED';
    case FAILURE_TYPES.conflict:
      return 'CONSOLE-CHANGED';
    case FAILURE_TYPES.unexpectedAnswer:
      return 'UNEXPECTED-ANSWER';
    case FAILURE_TYPES.secretMissing:
      return 'SECRET-MISSING';
    case FAILURE_TYPES.sealBroken:
      return 'SEAL-KEY-UNUSABLE';
    default:
      return 'STEP-FAILED';
  }
}
