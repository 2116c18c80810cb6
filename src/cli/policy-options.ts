import { InvalidArgumentError, type Command } from 'commander';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';

export interface PolicyOptions {
  attempts?: number;
}

/** How patient a run is with the outside; decided once, at the start of the run. */
export function withPolicy(command: Command): Command {
  return command.option('--attempts <n>', 'attempts of a step before it counts as failed', wholeNumber);
}

export function policyOf({ attempts }: PolicyOptions): Policy | undefined {
  if (attempts === undefined) return undefined;
  return { ...DEFAULT_POLICY, readAttempts: attempts, writeAttempts: attempts, undoAttempts: attempts };
}

/** For commander. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('give a whole number from 1');
  return Number(text);
}
