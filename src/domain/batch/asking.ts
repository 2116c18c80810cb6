import { NAMED } from './orders.js';
import { reasonsOfBatch } from './reasons.js';
import { nextMove, shouldPause } from './schedule.js';
import { FIRST_LOOK, WINDOW, type BatchState, type InFlight } from './state.js';

/** Tenants that wait for a person: a decision, or a work order. */
export interface Asking {
  count: number;
  /** The first few. */
  tenants: string[];
  /** Nothing goes on before one of them is answered. */
  only: boolean;
}

/** `exhausted`: waves of which everybody who is left was found to be held back by something of their own. */
export function askingOf(state: BatchState, now: number, exhausted: readonly number[] = []): Asking {
  const asking = state.inFlight.filter(isAsking);
  return {
    count: asking.length,
    tenants: asking.slice(0, NAMED).map(({ id }) => id),
    only: asking.length > 0 && !goesOn(state, now, exhausted),
  };
}

/** What a look at these tenants found; answers whether anything is new. One that ended while it was looked is of no interest. */
export function asksSeen(state: BatchState, looked: readonly InFlight[], asking: ReadonlySet<string>): boolean {
  const running = new Set(state.inFlight);
  let isNew = false;
  for (const tenant of looked) {
    if (!running.has(tenant)) continue;
    // One that stands waits as well, but for what the batch knows.
    const asks = asking.has(tenant.id) && !isHeldBack(tenant);
    if (asks === (tenant.asks ?? false)) continue;
    if (asks) tenant.asks = tenant.stood = true;
    else delete tenant.asks;
    isNew = true;
  }
  return isNew;
}

function isAsking(tenant: InFlight): boolean {
  if (tenant.parkedAt === FIRST_LOOK) return !tenant.looked;
  return tenant.asks === true && !isHeldBack(tenant);
}

/** An undo is held back by nothing. */
function isHeldBack({ stands, parkedAt, looked, cancelled, undoing }: InFlight): boolean {
  if (cancelled === true || undoing !== undefined) return false;
  return stands === true || (parkedAt === FIRST_LOOK ? looked === true : parkedAt !== null);
}

function goesOn(state: BatchState, now: number, exhausted: readonly number[]): boolean {
  return state.inFlight.some(isMoving) || !startsNobody(state, now, exhausted);
}

/** Whether it runs, and waits neither for a person nor for what holds it back, as far as is known. */
export function isMoving(tenant: InFlight): boolean {
  return !isAsking(tenant) && !isHeldBack(tenant);
}

/** Whether nobody starts or goes on before one that runs ends, or somebody acts. */
export function startsNobody(state: BatchState, now: number, exhausted: readonly number[]): boolean {
  const move = nextMove(state, now, exhausted);
  return move.do === 'wait' && move.until === null && !state.inFlight.some((one) => goesOnInWindow(state, one));
}

/** Whether time alone lets it go on. */
function goesOnInWindow(state: BatchState, one: InFlight): boolean {
  return one.parkedAt === WINDOW && !one.looked && !shouldPause(state, one) && reasonsOfBatch(state).length === 0;
}
