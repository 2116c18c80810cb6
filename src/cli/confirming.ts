import type { Context } from './context.js';
import { UsageError } from './usage-error.js';

/** Asks once; without a terminal that is wrong usage, not a hang. */
export async function confirmed(
  { ask, out }: Pick<Context, 'ask' | 'out'>,
  yes: boolean | undefined,
): Promise<boolean> {
  if (yes) return true;
  if (!ask) throw new UsageError(out.text.noTerminal);
  if ((await ask(out.text.asking)).trim() === 'yes') return true;
  out.say(out.text.notAsked);
  return false;
}
