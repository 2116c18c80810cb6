import type { Sealed } from '../domain/outcomes.js';
import { formChanges } from '../domain/planning.js';
import { secretFindings } from '../domain/snapshot-findings.js';
import type { Tenant } from '../domain/tenant.js';
import type { Seen } from '../domain/work-orders/answers.js';
import { wantedFields } from '../domain/wanted.js';
import type { Seal } from '../gateways/seal.js';
import { StepRefused } from './failures.js';
import { msUntilOpen } from '../domain/maintenance-window.js';
import { formBeforeFilling } from './form-before.js';
import { preflight, type PreflightResult } from './preflight.js';
import { readInMode } from './read-in-mode.js';
import { previousFingerprints, secretFingerprints, Snapshot, takeSnapshot, type SnapshotResult } from './snapshot.js';
import type { OpenSystems } from './systems.js';

export interface TenantInput {
  tenant: Tenant;
  /** What people said that the console shows; only where its driver is `manual`. */
  pages?: Seen;
}

export interface ReadDeps {
  open: OpenSystems;
  seal: Seal;
}

/** Everything that is looked at before the first write, and once between the switch and the form. Nothing here writes. */
export function createReadActivities({ open, seal }: ReadDeps) {
  return {
    /** Milliseconds until the tenant's maintenance window opens; 0 inside it, or without one. */
    async untilWindow({ tenant }: TenantInput): Promise<number> {
      return tenant.window ? msUntilOpen(tenant.window, new Date()) : 0;
    },

    async preflight({ tenant, pages }: TenantInput): Promise<PreflightResult> {
      return preflight(tenant, open(tenant, pages));
    },

    /** `looks`: everybody who is in a list is looked at next, so heads need not be counted. */
    async takeSnapshot({ tenant, pages, looks = false }: TenantInput & { looks?: boolean }): Promise<SnapshotResult> {
      return takeSnapshot(tenant, open(tenant, pages), { seal, looks });
    },

    /**
     * The E10 fields show only after the switch, and a console may keep one set of fields per OA version: so what `configure`
     * overwrites is looked at here, right before it. Refuses where an undo could not restore a secret.
     */
    async pictureBeforeConfigure({ tenant, pages, snapshot }: TenantInput & { snapshot?: Sealed }): Promise<Sealed> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      const now = await readInMode(driver, 'E10');
      // Workflows of older versions do not give the snapshot.
      const before = snapshot
        ? await formBeforeFilling(tenant, systems, driver, {
            snapshot: seal.open(snapshot, Snapshot).integration.fields,
            found: now,
          })
        : await driver.formBeforeFilling?.();
      const found = { ...now, fields: before ?? now.fields };
      const wanted = wantedFields(tenant, await secretFingerprints(systems));
      const changes = formChanges(found, wanted);
      const [lost] = secretFindings(tenant, changes, await previousFingerprints(systems)).filter(
        ({ severity }) => severity === 'blocking',
      );
      if (lost) throw new StepRefused(lost);
      return seal.seal(found.fields);
    },
  };
}
