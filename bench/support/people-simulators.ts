import { constants, setPriority } from 'node:os';
import { startWorld } from '../../simulators/world.js';
import type { Reachable } from '../../test/support/gateways.js';
import { inputOf, serve } from './children.js';

/** One simulated tenant with many people, in a process of its own. */
export interface PeopleSimulatorsInput {
  people: number;
  untidy: number;
  outdated: number;
  seed: number;
  latencyMs: number;
}

// They stand for machines of their own: what they compute must not hold up what is measured.
setPriority(constants.priority.PRIORITY_LOW);

const { people, untidy, outdated, seed, latencyMs } = inputOf<PeopleSimulatorsInput>();
const world = await startWorld({
  seed,
  tenants: [
    {
      id: 'acme',
      startsMigrated: true,
      people: { e9: people, e10: people, units: 2_000, leavers: Math.floor(people / 50), untidy, outdated },
      // A key per request is worked out by nobody then: what is compared is the reading, not the digests.
      quirks: { hrAuth: 'allow-list' },
    },
  ],
});
if (latencyMs > 0) world.fault({ kind: 'latency', ms: latencyMs, times: Number.POSITIVE_INFINITY, from: 'outside' });
const tenant = world.tenant('acme');
const told: Reachable = { at: tenant.at, entry: tenant.entry(), env: tenant.env, deployment: 'private' };
serve(told, { requests: () => ({ requests: world.journal.times({ from: 'outside' }) }) }, () => world.close());
