import { fingerprint } from './fingerprint.js';
import { renderForward } from './forward-block.js';
import type { OwnedValue } from './undo.js';

export interface ManagedFile {
  /** Its text in the snapshot; null where there was none. */
  before: string | null;
  /** Its text now. */
  found: string | null;
  /** Whether the step that writes it was begun; else nothing of it is ours. */
  begun: boolean;
}

/**
 * The managed file of the reverse proxy as one value. It reads in a word, or by the fingerprint of its text: a whole
 * configuration is nobody's reading in a report.
 */
export function ownedForward(tenantId: string, { before, found, begun }: ManagedFile): OwnedValue {
  const ours = renderForward({ tenantId });
  const word = (text: string | null): string => {
    if (text === null) return 'absent';
    return text === ours ? 'as qys-e10 writes it' : `another text (${fingerprint(text)})`;
  };
  return { field: 'proxy.forward', before: word(before), wrote: word(begun ? ours : before), found: word(found) };
}
