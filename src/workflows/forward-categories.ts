import { condition, patched, setHandler } from '@temporalio/workflow';
import type { Finding } from '../domain/findings.js';
import type { Sealed } from '../domain/outcomes.js';
import type { Tenant } from '../domain/tenant.js';
import type { ActivityGroups } from './activity-groups.js';
import { refused } from './failures.js';
import { firstOf } from './first-of.js';
import { lookNowSignal } from './messages.js';
import type { Progress } from './progress.js';

const MISSING = {
  code: 'PROXY-FORWARD-MISSING',
  message: 'the reverse proxy does not forward /QYSPrivateCallbackServlet to E10 yet',
  subject: 'proxy',
} as const;

/**
 * The address is kept, so the reverse proxy forwards the old path. Where this site's worker manages the proxy it writes the
 * forward, which must be seen soon; elsewhere an administrator does, who may take days, and an operator may stop the waiting.
 * Either way the equality probe proves it.
 */
export async function forwardCategories(
  { tenant, snapshot }: { tenant: Tenant; snapshot: Sealed },
  { reads, writes, waits }: ActivityGroups,
  progress: Progress,
): Promise<{ written: number; findings: Finding[] }> {
  const { written, managed } = await writes.applyForward({ tenant, snapshot });
  if (managed) {
    await reads.seeForward({ tenant });
    return { written, findings: [] };
  }

  const decision = await firstOf(
    () => lookUntilSeen(() => waits.awaitForward({ tenant })).then(() => null),
    () =>
      progress.ask({
        step: 'rewrite-categories',
        what: 'The site’s administrator adds the forward (qys-e10 plan prints the nginx block); it goes on by itself when the probe sees it',
        fields: ['proxy.forward'],
        allowed: ['skip', 'undo'],
      }),
  );
  if (decision?.action === 'undo') throw refused({ ...MISSING, severity: 'blocking' });
  return { written, findings: decision ? [{ ...MISSING, severity: 'warning' }] : [] };
}

/** The pauses grow, since it may take days; they begin anew where somebody is there again. */
async function lookUntilSeen(look: () => Promise<void>): Promise<void> {
  let called = 0;
  const call = (): void => {
    // An older worker may have taken one without doing anything.
    called += patched('look-now') ? 1 : 0;
  };
  setHandler(lookNowSignal, call, { description: 'Look at once: somebody is there again' });
  let seen = false;
  while (!seen) {
    const before = called;
    seen = await firstOf(
      () => look().then(() => true),
      () => condition(() => called !== before).then(() => false),
    );
  }
}
