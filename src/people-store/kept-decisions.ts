import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Comparison } from '../domain/people/outcomes.js';
import type { Database } from './database.js';
import { comparisonsOf, SIDES } from './matching.js';
import type { Places } from './places.js';
import { familyOf } from './tables.js';

/** Two ids of one person, or of two: `wantedId` is E10's, `foundId` that of the family's system. */
export interface DecidedPair {
  family: string;
  wantedId: string;
  foundId: string;
}

export interface Decisions {
  same: DecidedPair[];
  different: DecidedPair[];
}

/** What closes decisions: `createDecisionSeal`. */
export interface DecisionSeal {
  seal(decisions: Decisions, boundTo: string): string;
  /** Throws where key, text or `boundTo` are not those of the sealing. */
  open(text: string, boundTo: string): Decisions;
}

/**
 * What a person has decided holds for the syncs of the tenant that follow, wherever they read on this machine: who is the same, and
 * which pairs are not. That somebody is nobody is never kept: later there may be an account that is theirs.
 */
export interface KeptDecisions {
  /** Into a file into which nothing was read yet. What cannot be opened, for the key is another one, is asked about again. */
  bring(tenantId: string, db: Database): Promise<void>;
  /** Adds what a file has about these people of E10 to what was kept. Throws where that cannot be opened. */
  keep(tenantId: string, db: Database, whom: readonly string[]): Promise<void>;
  /** Ids of E10 of all of whom something is kept with that family. */
  people(tenantId: string, family: string): Promise<string[]>;
  /** As if nobody had decided about them. */
  drop(tenantId: string, family: string, whom: readonly string[]): Promise<void>;
}

export function createKeptDecisions(places: Places, seal: DecisionSeal): KeptDecisions {
  async function read(tenantId: string): Promise<Decisions> {
    const file = places.decisionsOf(tenantId);
    return existsSync(file) ? seal.open(await readFile(file, 'utf8'), tenantId) : { same: [], different: [] };
  }

  async function write(tenantId: string, decisions: Decisions): Promise<void> {
    const file = places.decisionsOf(tenantId);
    const draft = `${file}.${randomUUID()}`;
    try {
      await writeFile(draft, seal.seal(decisions, tenantId), { mode: 0o600, flush: true });
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
  }

  return {
    async bring(tenantId, db) {
      if (!existsSync(places.decisionsOf(tenantId)) || !(await isUnread(db))) return;
      const { same, different } = await read(tenantId).catch((): Decisions => ({ same: [], different: [] }));
      await db.transaction(async () => {
        for (const { family, wantedId, foundId } of same)
          for (const comparison of comparisonsOf(family))
            await db.run('INSERT INTO decision VALUES ($1, $2, $3)', [comparison, wantedId, foundId]);
        for (const { family, wantedId, foundId } of different)
          await db.run('INSERT INTO refusal VALUES ($1, $2, $3)', [family, wantedId, foundId]);
      });
    },
    async keep(tenantId, db, whom) {
      const now = new Set(whom);
      const isNow = ({ wantedId }: DecidedPair): boolean => now.has(wantedId);
      const before = await read(tenantId);
      const same = new Map(before.same.map((pair) => [personOf(pair), pair]));
      const different = new Map(before.different.map((pair) => [pairOf(pair), pair]));
      for (const pair of (await differentIn(db)).filter(isNow)) {
        different.set(pairOf(pair), pair);
        if (same.get(personOf(pair))?.foundId === pair.foundId) same.delete(personOf(pair));
      }
      for (const pair of (await sameIn(db)).filter(isNow)) {
        // Nobody else is this one any more.
        for (const [person, { family, foundId }] of same)
          if (family === pair.family && foundId === pair.foundId) same.delete(person);
        same.set(personOf(pair), pair);
        different.delete(pairOf(pair));
      }
      await write(tenantId, { same: [...same.values()], different: [...different.values()] });
    },
    async people(tenantId, family) {
      const { same, different } = await read(tenantId);
      return [...same, ...different].filter((pair) => pair.family === family).map(({ wantedId }) => wantedId);
    },
    async drop(tenantId, family, whom) {
      const dropped = new Set(whom);
      const stays = (pair: DecidedPair): boolean => pair.family !== family || !dropped.has(pair.wantedId);
      const { same, different } = await read(tenantId);
      await write(tenantId, { same: same.filter(stays), different: different.filter(stays) });
    },
  };
}

async function isUnread(db: Database): Promise<boolean> {
  const counted = await db.row<{ yes: boolean }>(
    'SELECT (SELECT count(*) FROM page) + (SELECT count(*) FROM decision) + (SELECT count(*) FROM refusal) = 0 AS yes',
  );
  return counted?.yes === true;
}

/** What was said after a run counts more than what was said before it. */
async function sameIn(db: Database): Promise<DecidedPair[]> {
  const rows = await db.rows<{ comparison: Comparison; wantedId: string; foundId: string }>(
    `SELECT comparison, wanted_id AS "wantedId", found_id AS "foundId" FROM decision WHERE found_id IS NOT NULL
     ORDER BY list_position(['baseline', 'foreseen', 'actual'], comparison), "wantedId"`,
  );
  return rows.map(({ comparison, ...pair }) => ({ family: familyOf(SIDES[comparison].found), ...pair }));
}

async function differentIn(db: Database): Promise<DecidedPair[]> {
  return db.rows('SELECT family, wanted_id AS "wantedId", found_id AS "foundId" FROM refusal ORDER BY ALL');
}

function personOf({ family, wantedId }: DecidedPair): string {
  return JSON.stringify([family, wantedId]);
}

function pairOf({ family, wantedId, foundId }: DecidedPair): string {
  return JSON.stringify([family, wantedId, foundId]);
}
