import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Which run of which tenant. Both are hashed before they become names of folders. */
export type PeopleRun = { tenantId: string } & (
  | {
      /** Of the workflow, so that a retry finds the same file; e.g. its `firstExecutionRunId`. */
      runId: string;
    }
  | { reference: PeopleReference }
);

/** What stands for a run's file where nothing personal may stand: in payloads, reports and logs. */
export type PeopleReference = string;

/** What was deleted. */
export interface Forgotten {
  runs: number;
  bytes: number;
}

const NAME_LENGTH = 32;
const REFERENCE = /^[0-9a-f]{32}$/;
const FILE = 'people.duckdb';
const SEALED = 'people.sealed';
const DECISIONS = 'decisions.sealed';

/** The files of one run. */
export interface Place {
  reference: PeopleReference;
  folder: string;
  plain: string;
  sealed: string;
}

/** Folders of people below the data folder of a worker: `people/<tenant>/<run>/`, names by hash, for the owner only. */
export function createPlaces(dataDir: string) {
  const root = join(dataDir, 'people');

  function referenceOf(run: PeopleRun): PeopleReference {
    if (!('reference' in run)) return nameOf('run', run.tenantId, run.runId);
    if (!REFERENCE.test(run.reference)) throw new RangeError(`${run.reference} stands for no sync of people`);
    return run.reference;
  }

  function tenantFolder(tenantId: string): string {
    return join(root, nameOf('tenant', tenantId));
  }

  function placeIn(parent: string, reference: PeopleReference): Place {
    const folder = join(parent, reference);
    return { reference, folder, plain: join(folder, FILE), sealed: join(folder, SEALED) };
  }

  function placeOf(run: PeopleRun): Place {
    return placeIn(tenantFolder(run.tenantId), referenceOf(run));
  }

  return {
    referenceOf,
    placeOf,
    /** What people have decided about a tenant's people, in all runs. */
    decisionsOf: (tenantId: string): string => join(tenantFolder(tenantId), DECISIONS),
    async make(run: PeopleRun): Promise<void> {
      // One by one: `recursive` gives the mode to the last one alone.
      await mkdir(dataDir, { recursive: true, mode: 0o700 });
      for (const folder of [root, tenantFolder(run.tenantId), placeOf(run).folder]) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      }
    },
    /** All runs of all tenants. */
    async all(): Promise<Place[]> {
      const tenants = await readdir(root, { withFileTypes: true }).catch(() => []);
      const folders = tenants.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
      const runs = await Promise.all(
        folders.map(async (folder) => (await runsIn(folder)).map((name) => placeIn(folder, name))),
      );
      return runs.flat();
    },
    /** What people have decided about all tenants. */
    async allDecisions(): Promise<string[]> {
      const tenants = await readdir(root).catch(() => []);
      return tenants.map((name) => join(root, name, DECISIONS)).filter((file) => existsSync(file));
    },
    /** All runs of a tenant, the newest first. */
    async referencesOf(tenantId: string): Promise<PeopleReference[]> {
      const folder = tenantFolder(tenantId);
      const names = await runsIn(folder);
      // Not when they were changed: whoever opens an old one changes its folder.
      const made = await Promise.all(
        names.map(async (name) => ({ name, at: (await stat(join(folder, name))).birthtimeMs })),
      );
      return made.toSorted((one, other) => other.at - one.at).map(({ name }) => name);
    },
    async forget(run: PeopleRun): Promise<Forgotten> {
      const { folder } = placeOf(run);
      const forgotten = await sizeOf(folder);
      await rm(folder, { recursive: true, force: true });
      return { runs: forgotten === undefined ? 0 : 1, bytes: forgotten ?? 0 };
    },
    async forgetTenant(tenantId: string): Promise<Forgotten> {
      const folder = tenantFolder(tenantId);
      const runs = await runsIn(folder);
      const bytes = await sizeOf(folder);
      await rm(folder, { recursive: true, force: true });
      return { runs: runs.length, bytes: bytes ?? 0 };
    },
  };
}

export type Places = ReturnType<typeof createPlaces>;

/** Names of the runs below a tenant's folder. */
async function runsIn(folder: string): Promise<PeopleReference[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => REFERENCE.test(name));
}

function nameOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, NAME_LENGTH);
}

/** Bytes of all files below; undefined where the folder is not there. */
async function sizeOf(folder: string): Promise<number | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return undefined;
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
