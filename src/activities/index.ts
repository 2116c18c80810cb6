import { createBatchActivities, type BatchActivitiesDeps } from './batch.js';
import { createForwardActivities } from './forward.js';
import { createPeopleListActivities, type PeopleListsDeps } from './people-lists.js';
import { createPeoplePlanActivities } from './people-plan.js';
import { createPeopleSyncActivities } from './people-sync.js';
import { createReadActivities, type ReadDeps } from './reads.js';
import { createSharedEndpoints } from './shared-endpoints.js';
import { createUndoInBatchActivities, type UndoDeps } from './undo-in-batch.js';
import { createUndoActivities } from './undos.js';
import { createVerifyActivities } from './verify.js';
import { createWriteActivities } from './writes.js';

/** Everything that a site's worker does for its tenants. */
export function createTenantActivities(deps: ReadDeps & PeopleListsDeps) {
  return {
    ...createReadActivities(deps),
    ...createWriteActivities(deps),
    ...createPeoplePlanActivities(deps),
    ...createPeopleSyncActivities(deps),
    ...createPeopleListActivities(deps),
    ...createForwardActivities(deps),
    ...createVerifyActivities(deps),
    ...createUndoActivities(deps),
  };
}
export type TenantActivities = ReturnType<typeof createTenantActivities>;

/** What the coordinator's worker does: it never touches a tenant's systems itself. */
export function createCoordinatorActivities(deps: Omit<BatchActivitiesDeps & UndoDeps, 'shared'>) {
  const shared = createSharedEndpoints(deps.store);
  return { ...createBatchActivities({ ...deps, shared }), ...createUndoInBatchActivities({ ...deps, shared }) };
}
export type CoordinatorActivities = ReturnType<typeof createCoordinatorActivities>;
