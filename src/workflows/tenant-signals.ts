import { setHandler } from '@temporalio/workflow';
import { endpointRefused, tenantStands } from '../domain/batch/places.js';
import type { TenantEnding } from '../domain/batch/limits.js';
import {
  FIRST_LOOK,
  targetThrottled,
  tenantParked,
  tenantReady,
  WINDOW,
  type BatchState,
} from '../domain/batch/state.js';
import { auditTogether } from '../domain/batch/trail.js';
import {
  endpointRefusedSignal,
  firstLookSignal,
  outsideWindowSignal,
  targetThrottledSignal,
  tenantDecidedSignal,
  tenantEndedSignal,
  tenantStandsSignal,
} from './messages.js';
import type { RunningTenants } from './running-tenants.js';

/** What the coordinator lends to those who hear its tenants. */
export interface Hearing {
  running: RunningTenants;
  settle(ending: TenantEnding): void;
  /** Something else may be right to do now. */
  changed(): void;
  /** Nothing else is, but there is something to see. */
  show(): void;
}

/** What tenants, and the workers that work for them, tell their batch. */
export function handleTenantSignals(state: BatchState, { running, settle, changed, show }: Hearing): void {
  setHandler(tenantEndedSignal, settle, { description: 'A tenant tells how it ended' });
  setHandler(
    endpointRefusedSignal,
    ({ tenantId, endpoint, why }) => {
      endpointRefused(state, endpoint, why, now());
      tenantParked(state, tenantId, endpoint);
      changed();
    },
    { description: 'A tenant meets an endpoint that refuses a credential which several share' },
  );
  setHandler(
    tenantStandsSignal,
    ({ tenantId, told }) => {
      tenantStands(state, tenantId, told);
      changed();
    },
    { description: 'A tenant that was told to stop stands' },
  );
  const leaves = (at: typeof FIRST_LOOK | typeof WINDOW) =>
    async function ({ tenantId, over }: { tenantId: string; over: boolean }): Promise<void> {
      if (!over) tenantParked(state, tenantId, at);
      // It waited before this batch took it over, so it has its place already.
      else if (!tenantReady(state, tenantId, at)) await running.letGoOn(tenantId);
      changed();
    };
  setHandler(firstLookSignal, leaves(FIRST_LOOK), {
    description: 'A tenant waits for a person to tell what its pages show, or has been told',
  });
  setHandler(outsideWindowSignal, leaves(WINDOW), {
    description: 'The maintenance window of a tenant has closed before its first write, or is open again',
  });
  setHandler(
    tenantDecidedSignal,
    ({ tenantId, action, by, reason }) => {
      auditTogether(state, `answered ${action} to`, tenantId, { by, reason }, now());
      show();
    },
    { description: 'A tenant tells what a person answered to it' },
  );
  setHandler(
    targetThrottledSignal,
    () => {
      targetThrottled(state);
      changed();
    },
    { description: 'A target asks to be asked less often' },
  );
}

function now(): string {
  return new Date().toISOString();
}
