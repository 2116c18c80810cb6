import { InvalidArgumentError } from 'commander';

/** An order says why: whoever reads it later was not there. For `requiredOption`. */
export const REASON = ['--reason <text>', 'why; kept for the auditor', reasonText] as const;

function reasonText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('say why in a few words');
  return text.trim();
}
