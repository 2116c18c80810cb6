import { resumed } from './limits.js';
import { count, isOpen, type TenantState } from './ledger.js';
import { BREAKER, nameOf, type Audited, type BatchOrder, type LimitChange, type Order, type Scope } from './orders.js';
import { entered, exceeded, limitsChanged, waveOf, type BatchState, type Undo } from './state.js';
import { stillChanged, undosOfGate } from './undo.js';

/** As many orders as the coordinator keeps at hand; older ones stand in the event history. */
const TRAIL_KEPT = 200;
/** Ids of Updates outlast the trail: a client may send one again long after. */
const DONE_KEPT = 1_000;

/** As many tenants as are held one by one: each hold travels with the coordinator, and is told to whoever asks. */
export const MOST_TENANTS_HELD = 1_000;
/** Of by and reason together, which are kept with each of them. */
const LONGEST_WORDS = 300;
export const TOO_MANY_HELD = `${MOST_TENANTS_HELD} tenants are paused one by one already: pause the wave, or the batch`;

/** Answers the entry that the trail has from now on. */
export function audit(state: BatchState, what: string, { by, reason }: Order, at: string, updateId?: string): Audited {
  const entry: Audited = { at, what, by, reason, ...(updateId === undefined ? {} : { updateId }) };
  state.trail = [...state.trail, entry].slice(-TRAIL_KEPT);
  if (updateId !== undefined) state.done = [...(state.done ?? []), updateId].slice(-DONE_KEPT);
  return entry;
}

export function isHeld(state: Pick<BatchState, 'holds'>, on: Scope): boolean {
  return state.holds.some((hold) => nameOf(hold.on) === nameOf(on));
}

/** Whether the Update of this id was carried out already, by whichever run of the coordinator. */
export function isDone({ trail, done }: Pick<BatchState, 'trail' | 'done'>, updateId: string | undefined): boolean {
  if (updateId === undefined) return false;
  return done?.includes(updateId) === true || trail.some((entry) => entry.updateId === updateId);
}

/** Why this order does not fit now; null where it does. Each answer is a sentence for whoever gave the order. */
export function refusalOf(state: BatchState, order: BatchOrder): string | null {
  if (order.by.trim() === '' || order.reason.trim() === '') return 'by and reason are needed';
  if (state.abort !== null && order.do !== 'abort') return 'the batch is being aborted';
  switch (order.do) {
    case 'pause':
      return (
        unknownScope(state, order.on) ?? (isHeld(state, order.on) ? `${nameOf(order.on)} is paused already` : null)
      );
    case 'resume':
      return unknownScope(state, order.on) ?? refusalOfResume(state, order);
    case 'limits':
      return order.wave === null || hasWave(state, order.wave) ? null : `there is no wave ${order.wave}`;
    case 'approve':
      return refusalOfApproval(state, order);
    case 'reject':
      return awaitsApproval(state) === order.wave ? null : `wave ${order.wave} waits for no approval`;
    case 'cut-over':
      return state.until === 'snapshot' ? null : 'the batch migrates its tenants already';
    case 'abort':
      return state.abort === 'undo' ? 'the batch is being aborted already' : null;
  }
}

/** The gate undoes by the rule of its wave, and not by an order: so that the trail tells who undid a tenant. */
export function auditUndo(state: BatchState, { id, wave, cause }: Undo, at: string, refused?: string): void {
  const rule = (code: string): Order => ({
    by: BREAKER,
    reason: `${gateOf(state, wave)}: it is no longer as wanted (${code})`,
  });
  const { by, reason } = 'code' in cause ? rule(cause.code) : cause;
  if (refused === undefined) audit(state, `began to undo ${id}`, { by, reason }, at);
  else audit(state, `could not undo ${id}`, { by, reason: `${reason}; ${refused}` }, at);
}

function gateOf({ waves, wave: now }: BatchState, wave = now): string {
  return `gate of wave ${waves[wave]?.settings.name ?? ''}`;
}

/** Carries an order out that is not refused. `at` is ISO 8601. */
export function obey(state: BatchState, order: BatchOrder, at: string, updateId?: string): void {
  audit(state, carriedOut(state, order, at), order, at, updateId);
}

function carriedOut(state: BatchState, order: BatchOrder, at: string): string {
  switch (order.do) {
    case 'pause':
      state.holds.push({ on: order.on, by: order.by, reason: order.reason, at });
      return `paused ${nameOf(order.on)}`;
    case 'resume':
      resume(state, order);
      return `resumed ${nameOf(order.on)}`;
    case 'limits':
      limitsChanged(state, order.wave, order.change);
      return `limits of ${order.wave === null ? 'the batch' : `wave ${order.wave}`}: ${changeText(order.change)}`;
    case 'approve':
      entered(state, 'next-wave', 0);
      return `approved wave ${order.wave}`;
    case 'reject':
      state.stoppedBy = `wave ${order.wave} was rejected by ${order.by}: ${order.reason}`;
      return `rejected wave ${order.wave}`;
    case 'cut-over':
      delete state.until;
      return 'ordered the cut-over';
    case 'abort': {
      state.abort = order.how;
      const { length } = state.undos ?? [];
      state.undos = [];
      return `aborted (${order.how})${length === 0 ? '' : `; ${length} that were to be undone stay as they are`}`;
    }
  }
}

/** An endpoint that refuses a credential that several tenants share is held once, instead of failing each of them. */
export function endpointRefused(state: BatchState, key: string, why: string, at: string): void {
  if (isHeld(state, { endpoint: key })) return;
  const order: Order = { by: BREAKER, reason: why };
  state.holds.push({ on: { endpoint: key }, ...order, at });
  audit(state, `paused endpoint ${key}`, order, at);
}

/** Why an order of these words cannot be kept with each tenant that it holds; null where it can. */
export function refusalOfWords({ by, reason }: Order): string | null {
  return by.length + reason.length <= LONGEST_WORDS
    ? null
    : `a reason is kept with each tenant: give one of at most ${LONGEST_WORDS - by.length} characters`;
}

/** Holds a tenant; answers why not, where that does not fit how it stands. */
export function pauseTenant(
  state: BatchState,
  id: string,
  standing: TenantState,
  { by, reason }: Order,
  at: string,
): string | null {
  if (!isOpen(standing)) return `it is ${standing}`;
  let held = 0;
  for (const { on } of state.holds) {
    if (!('tenant' in on)) continue;
    if (on.tenant === id) return 'it is paused already';
    held += 1;
  }
  if (state.inFlight.some((one) => one.id === id && one.undoing)) return 'it is being undone, which nothing stops';
  if (held >= MOST_TENANTS_HELD) return TOO_MANY_HELD;
  state.holds.push({ on: { tenant: id }, by, reason, at });
  return null;
}

/** Lifts the hold of a tenant, also of one that has ended with it; answers why not, where it has none. */
export function resumeTenant(state: BatchState, id: string, standing: TenantState): string | null {
  const at = state.holds.findIndex(({ on }) => 'tenant' in on && on.tenant === id);
  if (at < 0) return isOpen(standing) ? 'it is not paused itself' : `it is ${standing}`;
  state.holds.splice(at, 1);
  return null;
}

/** The wave whose approval is awaited, or null. */
export function awaitsApproval(state: BatchState): string | null {
  return state.phase === 'approval' ? waveOf(state, state.wave).settings.name : null;
}

/** After the wave and its soak: whether somebody has to say yes. */
export function needsApproval({ waves, wave }: BatchState): boolean {
  const of = waves[wave];
  if (!of || wave === waves.length - 1) return false;
  const { approval } = of.settings;
  return approval === true || (approval === 'warnings' && count(of.ledger, 'migrated-with-warnings') > 0);
}

/** What the second look at the wave found, as the reason to stop; null where all is as wanted, or is undone by rule. */
export function gateReason(state: BatchState): string | null {
  const [first, ...more] = undosOfGate(state).length === 0 ? stillChanged(state) : [];
  if (!first) return null;
  const left = first.left === undefined ? '' : ` and cannot be undone: ${first.left}`;
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  return `${gateOf(state)}: ${first.id} is no longer as wanted (${first.code})${left}${others}`;
}

function resume(state: BatchState, { on, limits }: Extract<BatchOrder, { do: 'resume' }>): void {
  state.holds = state.holds.filter((hold) => nameOf(hold.on) !== nameOf(on));
  if (!('batch' in on)) return;
  if (limits) {
    const current = state.waves[Math.min(state.wave, state.waves.length - 1)];
    if (current) limitsChanged(state, current.settings.name, limits);
  }
  if (state.stoppedBy === null) return;
  // Forgiven is what the gate found where it stopped the batch: where a limit did, nobody has seen that yet.
  if (state.stoppedBy.startsWith(`${gateOf(state)}: `)) state.drifted = [];
  state.stoppedBy = null;
  state.whole = resumed(state.whole);
  for (const wave of state.waves) wave.limits = resumed(wave.limits);
  state.stoppedBy = exceeded(state);
}

function refusalOfResume(state: BatchState, order: Extract<BatchOrder, { do: 'resume' }>): string | null {
  if (!('batch' in order.on)) return isHeld(state, order.on) ? null : `${nameOf(order.on)} is not paused`;
  if (state.stoppedBy === null) return isHeld(state, order.on) ? null : 'the batch is not paused';
  const after = { ...state, waves: state.waves.map((wave) => ({ ...wave })) };
  resume(after, order);
  return after.stoppedBy === null ? null : `${after.stoppedBy} is still exceeded: give a higher limit`;
}

function refusalOfApproval(
  state: BatchState,
  { wave, by, content }: Extract<BatchOrder, { do: 'approve' }>,
): string | null {
  if (awaitsApproval(state) !== wave) return `wave ${wave} waits for no approval`;
  if (content !== undefined && content !== state.content)
    return 'the file is not the one that this batch runs: approve with the one that was applied';
  if (waveOf(state, state.wave).settings.fourEyes === true && by === state.startedBy)
    return `${by} started this batch, so somebody else has to approve`;
  return null;
}

function unknownScope(state: BatchState, on: Scope): string | null {
  return 'wave' in on && !hasWave(state, on.wave) ? `there is no wave ${on.wave}` : null;
}

function hasWave({ waves }: BatchState, name: string): boolean {
  return waves.some(({ settings }) => settings.name === name);
}

function changeText(change: LimitChange): string {
  return Object.entries(change)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}
