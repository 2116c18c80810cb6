import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { COMPARISONS, type Comparison } from '../domain/people/outcomes.js';
import type { Database } from './database.js';
import { SIDES } from './matching.js';
import type { Places } from './places.js';
import type { FileSeal } from './file-seal.js';
import { familyOf } from './tables.js';

/** That two ids are the same person, or that a person of E10 is nobody of a system. Lives on the disk sealed. */
interface KeptDecision {
  family: string;
  wantedId: string;
  foundId: string | null;
}

/** What a person has decided holds for the syncs of the tenant that follow, wherever they read on this machine. */
export interface KeptDecisions {
  /** Into a file into which nothing was read yet. */
  bring(tenantId: string, db: Database): Promise<void>;
  /** All that a file has: what came into it, and what was decided since. */
  keep(tenantId: string, db: Database): Promise<void>;
}

export function createKeptDecisions(places: Places, files: FileSeal): KeptDecisions {
  async function read(tenantId: string): Promise<KeptDecision[]> {
    const sealed = places.decisionsOf(tenantId);
    if (!existsSync(sealed)) return [];
    const plain = `${sealed}.plain`;
    await rm(plain, { force: true });
    try {
      await files.open(sealed, plain, tenantId);
      return JSON.parse(await readFile(plain, 'utf8')) as KeptDecision[];
    } finally {
      await rm(plain, { force: true });
    }
  }

  async function write(tenantId: string, decisions: readonly KeptDecision[]): Promise<void> {
    const sealed = places.decisionsOf(tenantId);
    const plain = `${sealed}.plain`;
    try {
      await writeFile(plain, JSON.stringify(decisions), { mode: 0o600 });
      await files.seal(plain, sealed, tenantId);
    } finally {
      await rm(plain, { force: true });
    }
  }

  return {
    async bring(tenantId, db) {
      if (!existsSync(places.decisionsOf(tenantId))) return;
      const isNew = await db.row<{ yes: boolean }>(
        'SELECT (SELECT count(*) FROM page) + (SELECT count(*) FROM decision) = 0 AS yes',
      );
      if (isNew?.yes !== true) return;
      const decisions = await read(tenantId);
      await db.transaction(async () => {
        for (const { family, wantedId, foundId } of decisions)
          for (const comparison of comparisonsOf(family))
            await db.run('INSERT INTO decision VALUES ($1, $2, $3)', [comparison, wantedId, foundId]);
      });
    },
    async keep(tenantId, db) {
      const kept = new Map<string, KeptDecision>();
      const rows = await db.rows<{ comparison: Comparison; wantedId: string; foundId: string | null }>(
        // What was said after a run counts more than what was said before it.
        `SELECT comparison, wanted_id AS "wantedId", found_id AS "foundId" FROM decision
         ORDER BY list_position(['baseline', 'foreseen', 'actual'], comparison), "wantedId"`,
      );
      for (const { comparison, wantedId, foundId } of rows) {
        const family = familyOf(SIDES[comparison].found);
        kept.set(`${family}/${wantedId}`, { family, wantedId, foundId });
      }
      await write(tenantId, [...kept.values()]);
    },
  };
}

function comparisonsOf(family: string): Comparison[] {
  return COMPARISONS.filter((comparison) => familyOf(SIDES[comparison].found) === family);
}
