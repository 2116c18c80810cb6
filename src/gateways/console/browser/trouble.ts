import {
  Conflict,
  NeedsLogin,
  Rejected,
  Throttled,
  Unavailable,
  UnexpectedAnswer,
  type GatewayError,
} from '../../errors.js';

/** Where on a page an operation was. */
export type Phase = 'open' | 'check' | 'fill' | 'save' | 'read-back';

/** What can go wrong on a page, by the class that says who acts (`gateways/errors.ts`). */
const CLASSES = {
  'needs-login': NeedsLogin,
  'leads-elsewhere': NeedsLogin,
  'page-unreachable': Unavailable,
  'browser-gone': Unavailable,
  'page-busy': Unavailable,
  'answer-lost': Unavailable,
  'tree-empty': Unavailable,
  busy: Throttled,
  'save-rejected': Rejected,
  'not-kept': Rejected,
  'partly-kept': Rejected,
  'no-right': Rejected,
  'read-only': Rejected,
  'save-disabled': Rejected,
  'secret-masked': Rejected,
  'not-offered': Rejected,
  'not-found': Rejected,
  'changed-meanwhile': Conflict,
  'sync-running': Conflict,
  'label-missing': UnexpectedAnswer,
  'label-ambiguous': UnexpectedAnswer,
  'kind-mismatch': UnexpectedAnswer,
  'state-unknown': UnexpectedAnswer,
  'option-missing': UnexpectedAnswer,
  'option-ambiguous': UnexpectedAnswer,
  'value-not-taken': UnexpectedAnswer,
  'unexpected-dialog': UnexpectedAnswer,
  'menu-missing': UnexpectedAnswer,
  'rows-missing': UnexpectedAnswer,
  'row-ambiguous': UnexpectedAnswer,
  'no-map': UnexpectedAnswer,
} as const;

export type TroubleCode = keyof typeof CLASSES;

export interface TroubleFacts {
  /** Of the map: `integration`, `callbackOld`. */
  page: string;
  phase: Phase;
  /** Keys of the map, never a value. */
  fields?: readonly string[];
  /** The page's own words. Secrets must be masked before they come here. */
  text?: string;
  /** Whether a write may have reached the console. */
  maybeWritten?: boolean;
}

const SAID: Partial<Record<TroubleCode, string>> = {
  'needs-login': 'the session is over: an operator has to log in (qys-e10 console login)',
  'leads-elsewhere':
    'the console leads to another host, where it is not followed: log in again (qys-e10 console login); if its pages need that host, name it under hosts in the page map',
  'page-unreachable': 'the page cannot be reached',
  'browser-gone': 'the browser ended',
  'page-busy': 'the page does not come to rest',
  'answer-lost': 'no answer to the save, and the old values still stand',
  'tree-empty': 'the page shows no organisation, so nobody can tell what is chosen',
  'not-kept': 'the page said that it saved, but the old values still stand',
  'partly-kept': 'only a part was saved',
  'no-right': 'this account may not do that',
  'read-only': 'the page does not let it be changed',
  'save-disabled': 'the button to save cannot be pressed',
  'secret-masked': 'shows stars, which would be saved as they are: give its value by reference',
  'not-offered': 'the page offers no way to do that',
  'not-found': 'it is not there',
  'changed-meanwhile': 'somebody else changed it since we looked',
  'label-missing': 'the page has no such label, or no control beside it',
  'label-ambiguous': 'the label fits more than one control',
  'kind-mismatch': 'the control is of another kind than the page map says',
  'state-unknown': 'what the control shows cannot be told',
  'option-missing': 'there is no such choice',
  'option-ambiguous': 'more than one choice has this text',
  'value-not-taken': 'the control did not take the value',
  'unexpected-dialog': 'a dialog that the page map does not know',
  'menu-missing': 'there is no such menu entry, or more than one',
  'rows-missing': 'the list does not show as many rows as it says',
  'row-ambiguous': 'more than one row, or none, fits',
};

/**
 * The error of an operation on a page. Made from our own words, the map's keys and what the page said; never from the error of the
 * browser library, whose messages repeat what was typed.
 */
export function pageTrouble(code: TroubleCode, facts: TroubleFacts): GatewayError {
  const { page, phase, fields = [], text, maybeWritten = false } = facts;
  const words = [SAID[code], fields.length > 0 ? fields.join(', ') : undefined, text ? `“${text}”` : undefined];
  const call = { system: 'console', method: phase, path: `/${page}` } as const;
  return new CLASSES[code](call, {
    code,
    text: words.filter((word) => word !== undefined).join(': '),
    maybeWritten,
    ...(code === 'leads-elsewhere' ? { reason: 'host-not-allowed' } : {}),
    ...(code === 'not-found' ? { status: 404 } : {}),
    ...(code === 'save-rejected' ? { errors: fields.map((field) => ({ field, message: text ?? '' })) } : {}),
  });
}
