import { runningAgainst } from './reasons.js';
import type { BatchState } from './state.js';

/** How many more may be looked at beside those that run against each target; a target that is not named has no limit. */
export function freeTargets({ targets, inFlight }: BatchState): (target: string) => number {
  const running = runningAgainst(inFlight);
  return (target) => {
    const limit = targets[target] ?? targets['*'];
    return limit === undefined ? Infinity : limit - (running.get(target) ?? 0);
  };
}

/**
 * Deals tenants out into rounds, one after the other, so that no target is asked by more of them at once than it takes. One that is
 * full already is asked by one: a look is short, and must not wait for ever.
 */
export function roundsOf<T extends { targets: readonly string[] }>(
  tenants: readonly T[],
  free: (target: string) => number,
): T[][] {
  const rounds: { tenants: T[]; asked: Map<string, number> }[] = [];
  for (const tenant of tenants) {
    const fits = rounds.find(({ asked }) =>
      tenant.targets.every((target) => (asked.get(target) ?? 0) < Math.max(free(target), 1)),
    );
    const round = fits ?? { tenants: [], asked: new Map<string, number>() };
    if (!fits) rounds.push(round);
    round.tenants.push(tenant);
    for (const target of tenant.targets) round.asked.set(target, (round.asked.get(target) ?? 0) + 1);
  }
  return rounds.map((round) => round.tenants);
}
