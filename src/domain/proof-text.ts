import type { UndoProof } from './outcomes.js';

/** `undone and proved 18/18`, and what is outside the count because the console does not show it. */
export function provedText({ equal, total, unreadable = [] }: UndoProof): string {
  const hidden = unreadable.length > 0 ? `; not shown by the console, so not proved: ${unreadable.join(', ')}` : '';
  return `undone and proved ${equal}/${total}${hidden}`;
}
