/** The outside systems that are simulated; the name stands in the journal and in faults. */
export type System = 'e10' | 'e9' | 'open-api' | 'console';

/** Who sent a request: Qiyuesuo itself (it pulls people and posts callbacks), or somebody outside of the simulators. */
export type Sender = 'qiyuesuo' | 'outside';

/** One request. Neither query nor body is kept, since secrets and people travel there. */
export interface JournalEntry {
  seq: number;
  /** Id of the tenant, or null where a shared host could not tell whose request it was. */
  tenant: string | null;
  system: System;
  method: string;
  /** Without the tenant's prefix, e.g. `/integration`, `/company/list`, `/openserver/oauth2/authorize`. */
  path: string;
  /** The status that was sent; 0 where no answer was. */
  status: number;
  /** What an accepted write changed, even to an equal value; null for reads and refusals. */
  effect: string | null;
  /** Whether the console stood otherwise afterwards: a browser may send one save several times. Consoles only. */
  changed: boolean;
  /** How many rows of a list it asked for, where it got some: one is a look, more is a page. Null for all else. */
  rows: number | null;
  from: Sender;
  at: string;
}

/** Conditions on entries; a `path` or `effect` as text matches exactly, or by its beginning where it ends with `*`. */
export interface JournalFilter {
  tenant?: string;
  system?: System;
  method?: string;
  path?: string | RegExp;
  effect?: string | RegExp;
  changed?: boolean;
  from?: Sender;
}

/** Every request of every system, in order. */
export interface Journal {
  entries(filter?: JournalFilter): readonly JournalEntry[];
  /** Accepted writes, repeats included. */
  writes(tenant?: string): readonly JournalEntry[];
  /** How often. A request that changed nothing counts too, unless `effect` is asked for. */
  times(filter: JournalFilter): number;
  record(entry: Omit<JournalEntry, 'seq' | 'at'>): void;
}

/** Keeps the requests, also by tenant, so that questions about one of thousands stay cheap. */
export function createJournal(): Journal {
  const all: JournalEntry[] = [];
  const byTenant = new Map<string, JournalEntry[]>();
  const names = new Map<string, string>();

  function candidates(tenant: string | undefined): readonly JournalEntry[] {
    return tenant === undefined ? all : (byTenant.get(tenant) ?? []);
  }

  function entries(filter: JournalFilter = {}): JournalEntry[] {
    return candidates(filter.tenant).filter((entry) => fits(entry, filter));
  }

  return {
    entries,
    writes: (tenant) => candidates(tenant).filter(({ effect }) => effect !== null),
    times: (filter) => entries(filter).length,
    record(entry) {
      const path = interned(names, entry.path);
      const kept = { ...entry, path, seq: all.length + 1, at: new Date().toISOString() };
      all.push(kept);
      if (kept.tenant === null) return;
      const own = byTenant.get(kept.tenant);
      if (own === undefined) byTenant.set(kept.tenant, [kept]);
      else own.push(kept);
    },
  };
}

/** Text is compared exactly, or by its beginning where it ends with `*`. */
export function matches(text: string, wanted: string | RegExp): boolean {
  if (typeof wanted !== 'string') return new RegExp(wanted.source, wanted.flags.replace('g', '')).test(text);
  return wanted.endsWith('*') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
}

function fits(entry: JournalEntry, filter: JournalFilter): boolean {
  if (filter.system !== undefined && entry.system !== filter.system) return false;
  if (filter.method !== undefined && entry.method !== filter.method.toUpperCase()) return false;
  if (filter.from !== undefined && entry.from !== filter.from) return false;
  if (filter.changed !== undefined && entry.changed !== filter.changed) return false;
  if (filter.path !== undefined && !matches(entry.path, filter.path)) return false;
  return filter.effect === undefined || (entry.effect !== null && matches(entry.effect, filter.effect));
}

/** Paths repeat a million times in a large run; one string for each is enough. */
function interned(names: Map<string, string>, name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, name);
  return name;
}
