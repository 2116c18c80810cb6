import type { Limits } from './batch.js';
import { isHeld } from './held.js';
import { refusalOfLimits, resumed, resumeOption } from './limits.js';
import { count, isOpen, type TenantState } from './ledger.js';
import { nameOf, type BatchOrder, type LimitChange, type Order, type Scope } from './orders.js';
import { leavePlaces } from './places.js';
import {
  entered,
  exceeded,
  forgetDrift,
  leadsOn,
  limitsChanged,
  limitsExceeded,
  waveOf,
  type BatchState,
  type Undo,
} from './state.js';
import { audit, auditTogether, byRule } from './trail.js';
import { stillChanged, undosOfGate } from './undo.js';

/** As many tenants as are held one by one: each hold travels with the coordinator, and is told to whoever asks. */
export const MOST_TENANTS_HELD = 1_000;
/** Of by and reason together, in characters: of an order that is kept with each of its tenants, and of any other. */
const LONGEST_WORDS = { each: 300, once: 1_000 };
export const TOO_MANY_HELD = `${MOST_TENANTS_HELD} tenants are paused one by one already: pause the wave, or the batch`;

/** Why this order does not fit now; null where it does. Each answer is a sentence for whoever gave the order. */
export function refusalOf(state: BatchState, order: BatchOrder): string | null {
  const refusal = refusalOfWords(order, 'once');
  if (refusal !== null) return refusal;
  if (state.abort !== null && order.do !== 'abort') return 'the batch is being aborted';
  switch (order.do) {
    case 'pause':
      return (
        unknownScope(state, order.on) ?? (isHeld(state, order.on) ? `${nameOf(order.on)} is paused already` : null)
      );
    case 'resume':
      return unknownScope(state, order.on) ?? refusalOfResume(state, order);
    case 'limits':
      if (order.wave !== null && !hasWave(state, order.wave)) return `there is no wave ${order.wave}`;
      return (
        refusalOfLimits(order.change) ??
        refusalOfStrict(state, order.change, (after) => limitsChanged(after, order.wave, order.change))
      );
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
  const { by, reason } =
    'code' in cause ? byRule(`${gateOf(state, wave)}: it is no longer as wanted (${cause.code})`) : cause;
  if (refused === undefined) auditTogether(state, 'began to undo', id, { by, reason }, at);
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
      leavePlaces(state);
      return `paused ${nameOf(order.on)}`;
    case 'resume':
      resume(state, order);
      return `resumed ${nameOf(order.on)}${order.limits ? `: ${changeText(order.limits)}` : ''}`;
    case 'limits':
      limitsChanged(state, order.wave, order.change);
      return `limits of ${order.wave === null ? 'the batch' : `wave ${order.wave}`}: ${changeText(order.change)}`;
    case 'approve':
      if (state.stoppedBy?.startsWith(rejected(order.wave))) state.stoppedBy = exceeded(state);
      entered(state, 'next-wave', 0);
      return `approved wave ${order.wave}`;
    case 'reject':
      state.stoppedBy = `${rejected(order.wave)} by ${order.by}: ${order.reason}`;
      return `rejected wave ${order.wave}`;
    case 'cut-over':
      delete state.until;
      return 'ordered the cut-over';
    case 'abort': {
      state.abort = order.how;
      state.abortedBy = { by: order.by, reason: order.reason };
      // An undo waits for no resume.
      if (order.how === 'undo') state.holds = [];
      const { length } = state.undos ?? [];
      state.undos = [];
      return `aborted (${order.how})${length === 0 ? '' : `; ${length} that were to be undone stay as they are`}`;
    }
  }
}

/** Whoever approves it after all need not say `resume` as well. */
function rejected(wave: string): string {
  return `wave ${wave} was rejected`;
}

/**
 * Why an order of these words cannot be kept; null where it can. `each`: with each tenant that it is for, instead of `once` in the
 * audit trail.
 */
export function refusalOfWords({ by, reason }: Order, kept: keyof typeof LONGEST_WORDS = 'each'): string | null {
  if (by.trim() === '' || reason.trim() === '') return 'by and reason are needed';
  if (by.length + reason.length <= LONGEST_WORDS[kept]) return null;
  const where = kept === 'each' ? 'with each tenant' : 'in the audit trail';
  return `a reason is kept ${where}: give one of at most ${Math.max(LONGEST_WORDS[kept] - by.length, 1)} characters`;
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
  return state.phase === 'approval' && state.abort === null ? waveOf(state, state.wave).settings.name : null;
}

/** After the wave and its soak: whether somebody has to say yes. */
export function needsApproval(state: BatchState): boolean {
  const of = state.waves[state.wave];
  if (!of || !leadsOn(state)) return false;
  const { approval } = of.settings;
  return approval === true || (approval === 'warnings' && count(of.ledger, 'migrated-with-warnings') > 0);
}

/** What the second look at the wave found, as the reason to stop; null where all is as wanted, or is undone by rule. */
export function gateReason(state: BatchState): string | null {
  const [first, ...others] = undosOfGate(state).length === 0 ? stillChanged(state) : [];
  if (!first) return null;
  const left = first.left === undefined ? '' : ` and is not undone: ${first.left}`;
  const count = others.length + (state.driftedMore ?? 0);
  const more = count > 0 ? ` and ${count} more` : '';
  return `${gateOf(state)}: ${first.id} is no longer as wanted (${first.code})${left}${more}`;
}

function resume(state: BatchState, { on, limits }: Extract<BatchOrder, { do: 'resume' }>): void {
  state.holds = state.holds.filter((hold) => nameOf(hold.on) !== nameOf(on));
  if (!('batch' in on)) return;
  if (limits) limitsRaised(state, limits);
  if (state.stoppedBy === null) return;
  // Forgiven is what the gate found where it stopped the batch: where a limit did, nobody has seen that yet.
  if (state.stoppedBy.startsWith(`${gateOf(state)}: `)) forgetDrift(state);
  state.stoppedBy = null;
  state.whole = resumed(state.whole);
  for (const wave of state.waves) wave.limits = resumed(wave.limits);
  state.stoppedBy = exceeded(state);
}

/**
 * New limits are for those that are exceeded; where none is, for the wave under way, whose the width always is. A rollback that is
 * incomplete stops every wave it counts in, and the whole batch: none of them has a limit that would have to be higher for it.
 */
function limitsRaised(state: BatchState, { maxConcurrency, ...limits }: LimitChange): void {
  const current = waveOf(state, Math.min(state.wave, state.waves.length - 1)).settings.name;
  const answered = <T extends { rollbackIncomplete: number }>(of: T): T => ({ ...of, rollbackIncomplete: 0 });
  const waves = state.waves.map((wave) => ({ ...wave, limits: answered(wave.limits) }));
  const stopped = limitsExceeded({ ...state, whole: answered(state.whole), waves }).map(({ wave }) => wave);
  for (const wave of stopped.length > 0 ? stopped : [current]) limitsChanged(state, wave, limits);
  if (maxConcurrency !== undefined) limitsChanged(state, current, { maxConcurrency });
}

function refusalOfResume(state: BatchState, order: Extract<BatchOrder, { do: 'resume' }>): string | null {
  if (!('batch' in order.on)) return isHeld(state, order.on) ? null : `${nameOf(order.on)} is not paused`;
  const refusal = order.limits ? refusalOfLimits(order.limits) : null;
  if (refusal !== null) return refusal;
  const strict = refusalOfStrict(state, order.limits ?? {}, (after) => resume(after, order));
  if (strict !== null) return strict;
  if (state.stoppedBy === null) return isHeld(state, order.on) ? null : 'the batch is not paused';
  const after = forTrial(state);
  resume(after, order);
  return after.stoppedBy === null ? null : stillExceeded(after, after.stoppedBy);
}

/** Where nothing is limited, `strict` holds nobody. */
function refusalOfStrict(
  state: BatchState,
  { strict }: LimitChange,
  change: (after: BatchState) => void,
): string | null {
  if (strict !== true) return null;
  const after = forTrial(state);
  change(after);
  const limitsOf = ({ limits, waves }: BatchState): Limits[] => [limits, ...waves.map(({ settings }) => settings)];
  const before = limitsOf(state);
  const holdsNobody = limitsOf(after).some(
    (limits, of) => limits.strict === true && limits.maxErrors === undefined && before[of]?.strict !== true,
  );
  return holdsNobody ? 'strict needs maxErrors: give --max-errors as well' : null;
}

/** What an order changes in it changes nothing else. */
function forTrial(state: BatchState): BatchState {
  return { ...state, limits: { ...state.limits }, waves: state.waves.map((wave) => ({ ...wave })) };
}

/** With the least that would do. */
function stillExceeded(state: BatchState, stoppedBy: string): string {
  const [first] = limitsExceeded(state);
  const { failed, blocked } = state.waves.find(({ settings }) => settings.name === first?.wave)?.limits ?? state.whole;
  const least = first?.because === 'max-blocked' ? blocked : failed;
  return `${stoppedBy} is still exceeded: give${resumeOption(stoppedBy, least)} or more`;
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
