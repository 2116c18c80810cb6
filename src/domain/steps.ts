import type { Deployment } from './tenant.js';

/** The steps of the vendor's procedure, in its order. */
export const STEPS = [
  'preflight',
  'snapshot',
  'switch-mode',
  'configure',
  'callback',
  'sync-people',
  'rewrite-categories',
  'verify',
] as const;
export type Step = (typeof STEPS)[number];

/** The steps of a tenant: the public cloud has no callback, no people sync and no categories of ours to move. */
export function stepsOf(deployment: Deployment): Step[] {
  const privateOnly: Step[] = ['callback', 'sync-people', 'rewrite-categories'];
  return deployment === 'private' ? [...STEPS] : STEPS.filter((step) => !privateOnly.includes(step));
}
