export { batchPartition } from './batch-partition.js';
export { inspectTenant } from './inspect-tenant.js';
export { migrateBatch } from './migrate-batch.js';
export { migrateTenant } from './migrate-tenant.js';
export { rollbackTenant } from './rollback-tenant.js';
export { syncPeople } from './sync-people.js';
