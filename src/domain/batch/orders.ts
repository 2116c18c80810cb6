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

/** The reason of a run that undoes a tenant because somebody ordered it. */
export function rollbackReason({ by, reason }: Order): string {
  return `rolled back by ${by}: ${reason}`;
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

export function shortList(ids: readonly string[]): string {
  if (ids.length === 0) return 'nobody';
  return ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more`;
}
