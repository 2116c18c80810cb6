import type { Step } from './steps.js';

/** One value that the migration would change. Secrets, and the values in the query of an address, stand here as fingerprints. */
export interface Change {
  step: Step;
  /** What is written: `integration.oaAddress`, `callback.url`, `people-sync.scope`, `category:<id>`, `proxy.forward`. */
  target: string;
  /** Name for people, e.g. the category's own. */
  label?: string;
  before: string | null;
  after: string | null;
}

/** Per tenant: the ordered changes. Two plans with the same hash make the same writes. */
export interface Plan {
  tenantId: string;
  changes: Change[];
  /** First 16 hexadecimal digits of the SHA-256 of tenant and changes. */
  hash: string;
}
