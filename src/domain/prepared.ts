import type { Finding } from './findings.js';
import type { Change, Plan } from './plan.js';

/** How a tenant ends that was only prepared: it is left as it is, and says what would be written. */
export function prepared({ changes }: Pick<Plan, 'changes'>): { outcome: 'skipped'; reason: string } {
  const planned = `${changes.length} ${changes.length === 1 ? 'change is' : 'changes are'} planned`;
  return { outcome: 'skipped', reason: `prepared: ${planned}, nothing was written` };
}

/**
 * Whether what would be written now is still what was planned. A change of a field is told with what it was planned from, what
 * stands there now, and what is wanted; `planned` is null where it can no longer be read.
 */
export function staleFindings(planned: readonly Change[] | null, now: readonly Change[]): Finding[] {
  if (planned === null) return [stale('what was planned can no longer be read')];
  const before = new Map(planned.map((change) => [change.target, change]));
  const after = new Map(now.map((change) => [change.target, change]));
  const targets = [...new Set([...before.keys(), ...after.keys()])];
  return targets.flatMap((target): Finding[] => {
    const [was, is] = [before.get(target), after.get(target)];
    if (was && is) return was.before === is.before && was.after === is.after ? [] : [stale(bothTexts(was, is), target)];
    if (is) return [stale(`was as wanted; now ${told(is.before)}, wanted ${told(is.after)}`, target)];
    // What the administrator of the proxy was asked for.
    if (target === 'proxy.forward') return [];
    return [
      stale(`was planned from ${told(was?.before)} to ${told(was?.after)}; now nothing needs to be written`, target),
    ];
  });
}

function bothTexts(was: Change, is: Change): string {
  const wanted = was.after === is.after ? told(is.after) : `${told(is.after)} (planned ${told(was.after)})`;
  return `planned from ${told(was.before)}, now ${told(is.before)}, wanted ${wanted}`;
}

function stale(message: string, subject?: string): Finding {
  return { code: 'PLAN-STALE', severity: 'blocking', message, ...(subject === undefined ? {} : { subject }) };
}

function told(value: string | null | undefined): string {
  return value ?? 'nothing';
}
