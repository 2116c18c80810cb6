import type { BatchState } from './state.js';
import { nameOf, shortList, type Hold, type Order, type Scope } from './orders.js';

/** What one order holds, as it is told: a thousand tenants are one line. */
export interface Held extends Order {
  on: [Scope, ...Scope[]];
  name: string;
}

/** As many tenants as a command is printed with. */
const NAMED = 20;

/** Tenants that somebody has paused for one reason are told together; everything else by itself. */
export function heldTogether(holds: readonly Hold[]): Held[] {
  const groups = new Map<string, Omit<Held, 'name'>>();
  for (const { on, by, reason } of holds) {
    const key = JSON.stringify('tenant' in on ? [by, reason] : on);
    const group = groups.get(key);
    if (group) group.on.push(on);
    else groups.set(key, { on: [on], by, reason });
  }
  return [...groups.values()].map((group) => ({ ...group, name: nameOfAll(group.on) }));
}

/** The option by which `resume` lifts it. */
export function liftedBy([first, ...more]: Held['on']): string {
  if ('wave' in first) return ` --wave ${first.wave}`;
  if ('endpoint' in first) return ` --endpoint '${first.endpoint}'`;
  if ('batch' in first) return '';
  const ids = tenantsOf([first, ...more]);
  return ` --tenant ${ids.length <= NAMED ? ids.join(' ') : '…'}`;
}

function nameOfAll(on: Held['on']): string {
  return on.length === 1 ? nameOf(on[0]) : `tenants ${shortList(tenantsOf(on))}`;
}

function tenantsOf(on: readonly Scope[]): string[] {
  return on.flatMap((one) => ('tenant' in one ? [one.tenant] : []));
}

/** Whether this itself is held. */
export function isHeld(state: Pick<BatchState, 'holds'>, on: Scope): boolean {
  return state.holds.some((hold) => nameOf(hold.on) === nameOf(on));
}
