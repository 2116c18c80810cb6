import type { Lang } from '../said.js';
import type { ErrorLimit, ErrorRate } from './batch.js';

/** What a pause holds: the whole batch, a wave, a tenant, or an endpoint by its key. */
export type Scope = { batch: true } | { wave: string } | { tenant: string } | { endpoint: string };

/** Who gives an order, and why; both stand in the audit trail. */
export interface Order {
  by: string;
  reason: string;
}

/** Who pauses an endpoint that refuses a shared credential, and undoes by the rule of a wave. */
export const BREAKER = 'qys-e10';

/** Something that nothing may start behind. */
export interface Hold extends Order {
  on: Scope;
  /** ISO 8601. */
  at: string;
}

/** One order that was carried out. */
export interface Audited extends Order {
  /** ISO 8601. */
  at: string;
  what: string;
  /** Of the Update that brought it: the same one is not carried out twice. */
  updateId?: string;
  /** What happens to one tenant after the other for one reason is one entry: how many, and the first of them. */
  together?: { did: string; first: string[]; count: number };
}

/** What can be changed while a batch runs. `maxConcurrency` is a wave's; given for the batch it is that of every wave. */
export interface LimitChange {
  maxConcurrency?: number;
  maxErrors?: ErrorLimit;
  maxErrorRate?: ErrorRate;
  consecutive?: number;
  maxBlocked?: ErrorLimit;
  strict?: boolean;
}

/** An order to a batch, as its Update carries it. */
export type BatchOrder =
  | (Order & { do: 'pause'; on: Scope })
  | (Order & { do: 'resume'; on: Scope; limits?: LimitChange })
  | (Order & { do: 'limits'; wave: string | null; change: LimitChange })
  | (Order & { do: 'approve'; wave: string; content?: string })
  | (Order & { do: 'reject'; wave: string })
  | (Order & { do: 'cut-over' })
  | (Order & { do: 'abort'; how: 'finish-step' | 'undo' });

/** Why a tenant is undone: somebody ordered it. */
export function rollbackWords({ by, reason }: Order): Record<Lang, string> {
  return { en: `rolled back by ${by}: ${reason}`, zh: `由 ${by} 回退：${reason}` };
}

/** Why a tenant is undone: its batch was aborted. */
export function abortWords({ by, reason }: Order): Record<Lang, string> {
  return { en: `the batch was aborted by ${by}: ${reason}`, zh: `批次由 ${by} 中止：${reason}` };
}

/**
 * An order to tenants. `passOver`: a group was chosen, and not these ones by name; whoever of it stands otherwise than the order
 * is for is passed over instead of refused.
 */
export interface TenantsOrder extends Order {
  tenantIds: string[];
  passOver?: true;
}

export function nameOf(on: Scope): string {
  if ('wave' in on) return `wave ${on.wave}`;
  if ('tenant' in on) return `tenant ${on.tenant}`;
  return 'endpoint' in on ? `endpoint ${on.endpoint}` : 'the batch';
}

/** As many as are told by name. */
export const NAMED = 5;

/** `count`: how many there are, where only the first are given. */
export function shortList(ids: readonly string[], count = ids.length): string {
  if (count === 0) return 'nobody';
  const named = ids.slice(0, NAMED).join(', ');
  return count <= NAMED ? named : `${named} and ${count - NAMED} more`;
}

/** Whom a short list names, and whether there are others. */
export function namedIn(list: string): { ids: string[]; more: boolean } {
  const named = list.replace(/ and \d+ more$/, '');
  return { ids: named.split(', '), more: named !== list };
}
