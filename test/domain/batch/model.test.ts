import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foundRunning } from '../../../src/domain/batch/adoption.js';
import { obey, refusalOf } from '../../../src/domain/batch/control.js';
import { endpointRefused, tenantStands } from '../../../src/domain/batch/places.js';
import { isDone } from '../../../src/domain/batch/trail.js';
import { sizeOf, stateAt } from '../../../src/domain/batch/ledger.js';
import { nameOf, type BatchOrder, type LimitChange, type Scope } from '../../../src/domain/batch/orders.js';
import type { Ending } from '../../../src/domain/batch/limits.js';
import {
  newBatchState,
  targetThrottled,
  tenantDropped,
  tenantEnded,
  FIRST_LOOK,
  tenantReady,
  WINDOW,
  tenantParked,
  tenantReopened,
  tenantsAdded,
  type SizedWave,
} from '../../../src/domain/batch/state.js';
import { leaveOut, rollbackOrdered, undosUnderWay } from '../../../src/domain/batch/undo.js';
import { batchStatus } from '../../../src/domain/batch/status.js';
import { explain } from '../../../src/domain/batch/why.js';
import { Coordinator } from './coordinator.js';
import {
  CLEAN,
  FAILED,
  HOUR,
  CLOSED,
  LOOK,
  tellsWhen,
  Model,
  RETRYABLE,
  STARTER,
  WAITING,
  type ModelLimits,
  type ModelTenant,
  type ModelWave,
} from './model.js';

const START = Date.parse('2026-03-01T00:10:00Z');
const BY = { by: 'tester', reason: 'test' };
const ENDINGS = [...CLEAN, ...FAILED, 'blocked', 'cancelled', 'skipped'] as Ending[];

/** A command is a function that says whether it did anything, so that the log of a failure names it. */
class Command implements fc.Command<Model, Coordinator> {
  constructor(
    private readonly name: string,
    private readonly work: (model: Model, real: Coordinator) => void,
  ) {}
  check = (model: Readonly<Model>): boolean => !model.over;
  run(model: Model, real: Coordinator): void {
    this.work(model, real);
    agrees(model, real);
  }
  toString = (): string => this.name;
}

const pick = <T>(from: readonly T[], index: number): T | undefined => from[index % from.length];

function order(model: Model, real: Coordinator, given: BatchOrder, refused: boolean, carryOut: () => void): void {
  const refusal = refusalOf(real.state, given);
  real.given += 1;
  expect(refusal !== null, `${JSON.stringify(given)}: ${refusal ?? 'accepted'}`).toBe(refused);
  if (refused) return;
  real.last = { order: given, updateId: `update-${real.given}` };
  obey(real.state, given, new Date(model.now).toISOString(), real.last.updateId);
  carryOut();
}

const scopeOf = (model: Model, kind: number, index: number): Scope => {
  const wave = pick(model.waves, index)!.name;
  const tenant = pick(model.tenants, index)!;
  return pick<Scope>([{ batch: true }, { wave }, { tenant: tenant.id }, { endpoint: tenant.endpoint ?? 'x' }], kind)!;
};

/** An Update that is delivered once more, since whoever gave it never heard the answer. */
function again(model: Model, real: Coordinator): void {
  if (real.last === null) return;
  const { order: given, updateId } = real.last;
  const before = structuredClone(real.state);
  if (!isDone(real.state, updateId)) obey(real.state, given, new Date(model.now).toISOString(), updateId);
  expect(real.state, `twice: ${JSON.stringify(given)}`).toEqual(before);
  expect(isDone(real.state, undefined) || isDone(real.state, `${updateId}-other`)).toBe(false);
}

function pause(model: Model, real: Coordinator, on: Scope): void {
  const refused = model.aborted !== null || model.paused.has(nameOf(on));
  order(model, real, { do: 'pause', on, ...BY }, refused, () => {
    model.paused.add(nameOf(on));
    model.leavePlaces();
  });
}

const copyOf = (model: Model): Model =>
  Object.assign(Object.create(Model.prototype) as Model, structuredClone({ ...model }));

/** Whether some limits come to be strict about nothing. */
function strictAlone(before: Model, after: Model): boolean {
  return [...before.waves.keys(), before.waves.length].some((group) => {
    const { strict, maxErrors } = after.limitsOf(group);
    return strict === true && maxErrors === undefined && before.limitsOf(group).strict !== true;
  });
}

function resume(model: Model, real: Coordinator, on: Scope, change?: LimitChange): void {
  const after = copyOf(model);
  if (change) after.limited(change);
  after.resumed();
  const isBatch = 'batch' in on;
  const stays = isBatch && model.stopped && after.stopped;
  const nothing = !model.paused.has(nameOf(on)) && !(isBatch && model.stopped);
  const given: BatchOrder = { do: 'resume', on, ...BY, ...(change ? { limits: change } : {}) };
  const refused = model.aborted !== null || nothing || stays || (isBatch && strictAlone(model, after));
  order(model, real, given, refused, () => {
    if (isBatch && change) model.limited(change);
    if (isBatch) model.resumed();
    else model.paused.delete(nameOf(on));
  });
}

function limits(model: Model, real: Coordinator, wave: number | null, change: LimitChange): void {
  const name = wave === null ? null : pick(model.waves, wave)!.name;
  const apply = (to: Model): void => {
    const { maxConcurrency, ...rest } = change;
    if (wave === null) Object.assign(to.whole, rest);
    for (const one of wave === null ? to.waves : [pick(to.waves, wave)!]) {
      if (wave !== null) Object.assign(one, rest);
      if (maxConcurrency !== undefined) one.maxConcurrency = maxConcurrency;
    }
    to.stopped ||= to.exceeded();
  };
  const after = copyOf(model);
  apply(after);
  const refused = model.aborted !== null || strictAlone(model, after);
  order(model, real, { do: 'limits', wave: name, change, ...BY }, refused, () => apply(model));
}

function end(model: Model, real: Coordinator, index: number, ending: Ending, twice: boolean): void {
  const tenant = pick(model.in('running', 'parked'), index);
  if (!tenant) return;
  real.end(model, tenant, possible(tenant, ending));
  if (twice) tenantEnded(real.state, { tenantId: tenant.id, ending: 'rolled-back' }, model.now);
}

function cutOver(model: Model, real: Coordinator): void {
  order(model, real, { do: 'cut-over', ...BY }, model.aborted !== null || !model.until, () => (model.until = false));
}

/** An undo ends as one, and so does one that is ended from outside. */
function possible({ undoing }: ModelTenant, ending: Ending): Ending {
  return undoing === null || FAILED.includes(ending) ? ending : 'rolled-back';
}

function approve(
  model: Model,
  real: Coordinator,
  { by = BY.by, content }: { by?: string; content?: string } = {},
): void {
  const { name } = model.waves[Math.min(model.wave, model.waves.length - 1)]!;
  order(model, real, approval(name, by, content), model.refusesApproval(by, content), () => {
    if (model.rejected) model.stopped = model.exceeded();
    model.rejected = false;
    model.enter('next-wave');
  });
}

function approval(wave: string, by: string, content?: string): BatchOrder {
  return { do: 'approve', wave, reason: 'test', by, ...(content === undefined ? {} : { content }) };
}

function reject(model: Model, real: Coordinator): void {
  const { name } = model.waves[Math.min(model.wave, model.waves.length - 1)]!;
  const refused = model.phase !== 'approval' || model.aborted !== null;
  order(model, real, { do: 'reject', wave: name, ...BY }, refused, () => (model.stopped = model.rejected = true));
}

function add(model: Model, real: Coordinator, index: number, endpoint: string): void {
  const wave = model.wave + (index % model.waves.length);
  if (wave >= model.waves.length || model.aborted !== null || model.joined >= 6) return;
  const at = model.of(wave).length;
  model.joined += 1;
  const source = { reference: `added-${model.joined}`, wave: 0, size: 1 };
  model.content = `content-${model.joined}`;
  tenantsAdded(real.state, wave, source, model.content);
  model.tenants.push(aTenant(wave, at, { endpoint, target: 'A', window: false }));
  model.tenants.sort((one, other) => one.wave - other.wave || one.at - other.at);
  if (wave === model.wave) model.phase = 'starting';
}

function runsElsewhere(model: Model, real: Coordinator, index: number, kind: 'migration' | 'undo' | null): void {
  const tenant = pick(
    model.in('running').filter(({ undoing }) => undoing === null),
    index,
  );
  if (!tenant) return;
  const at = new Date(model.now).toISOString();
  const was = tenant.was as 'not-started' | 'prepared';
  foundRunning(real.state, tenant.id, { run: kind && { kind, batch: 'another' }, was, batch: 'b', at });
  model.withdrawn(tenant, kind);
}

function park(model: Model, real: Coordinator, index: number): void {
  const tenant = pick(
    model
      .in('running')
      .filter(({ endpoint, undoing, cancelled }) => endpoint !== null && undoing === null && !cancelled),
    index,
  );
  if (!tenant?.endpoint || model.aborted === 'undo') return;
  endpointRefused(real.state, tenant.endpoint, 'token refused', new Date(model.now).toISOString());
  tenantParked(real.state, tenant.id, tenant.endpoint);
  model.paused.add(`endpoint ${tenant.endpoint}`);
  Object.assign(tenant, { standing: 'parked', parkedAt: tenant.endpoint, stood: true });
  model.leavePlaces();
}

/** It tells that it stands, as it was told lately, or before that. */
function stands(model: Model, real: Coordinator, index: number, isLate: boolean): void {
  const tenant = pick(
    model.in('running').filter(({ toldToPause }) => toldToPause),
    index,
  );
  if (!tenant) return;
  const { told = 0 } = real.state.inFlight.find(({ id }) => id === tenant.id) ?? {};
  tenantStands(real.state, tenant.id, isLate ? told - 2 : told);
  tenant.stands ||= !isLate;
  model.leavePlaces();
}

/** It leaves its place for a first look, or because its window has closed. */
function leaves(model: Model, real: Coordinator, index: number, at: string): void {
  const tenant = pick(
    model.in('running').filter(({ undoing, cancelled }) => undoing === null && !cancelled),
    index,
  );
  if (!tenant) return;
  tenantParked(real.state, tenant.id, at);
  Object.assign(tenant, { standing: 'parked', parkedAt: at, stood: true });
}

function tell(model: Model, real: Coordinator, index: number): void {
  const tenant = pick(model.in('parked'), index);
  if (!tenant) return;
  const told = ([FIRST_LOOK, WINDOW] as const).map((at) => tenantReady(real.state, tenant.id, at));
  tenant.told = tellsWhen(tenant);
  expect(told).toEqual([tenant.parkedAt === LOOK, tenant.parkedAt === CLOSED]);
}

function moves(model: Model, real: Coordinator, count: number): void {
  for (let made = 0; made < count && real.move(model).moved; made += 1) agrees(model, real);
}

function limitsAlone({ maxErrors, maxErrorRate, consecutive, maxBlocked, strict }: ModelLimits): ModelLimits {
  return { maxErrors, maxErrorRate, consecutive, maxBlocked, strict } as ModelLimits;
}

/** After every command: what must hold whatever happened. */
function agrees(model: Model, { state, ...real }: Coordinator): void {
  const coordinator = Object.assign(Object.create(Coordinator.prototype) as Coordinator, { ...real, state });
  const width = (prepares: boolean, wave: number) => coordinator.widthFor(prepares, wave);
  for (const [index, { maxConcurrency }] of model.waves.entries()) {
    expect(width(true, index)).toBeLessThanOrEqual(maxConcurrency);
    if (index === Math.min(model.wave, model.waves.length - 1))
      expect(width(false, index)).toBeLessThanOrEqual(maxConcurrency);
  }
  const running = JSON.stringify(model.windows(width));
  expect(model.keepsWindows(width), `${running}, before ${String(model.ran)}`).toBe(true);
  const status = batchStatus('b', state, model.now, model.over);
  // Every tenant is in exactly one state, the one that the list says.
  for (const { wave, at, standing, id } of model.tenants)
    expect(stateAt(state.waves[wave]!.ledger, at), id).toBe(standing);
  expect(state.inFlight.map(({ id }) => id).sort()).toEqual(
    model
      .in('running', 'parked')
      .map(({ id }) => id)
      .sort(),
  );
  // Counts add up, in all four places.
  for (const [index, wave] of state.waves.entries()) {
    const of = model.of(index);
    const counts = Object.fromEntries(
      [...new Set(of.map(({ standing }) => standing))].map((one) => [one, of.filter((t) => t.standing === one).length]),
    );
    expect(wave.ledger.counts).toEqual(counts);
    expect(status.waves[index]!.counts).toEqual(counts);
    expect([sizeOf(wave.ledger), wave.settings.size, wave.limits.size]).toEqual([of.length, of.length, of.length]);
  }
  for (const [group, limitState] of [...state.waves.map((wave) => wave.limits), state.whole].entries()) {
    const of = model.of(group);
    expect(limitState).toMatchObject({
      size: of.length,
      running: of.filter(({ standing }) => ['running', 'parked'].includes(standing)).length,
      failed: model.failed(group),
      blocked: of.filter(({ standing }) => standing === 'blocked').length,
    });
  }
  for (const [group, of] of [...state.waves.map(({ settings }) => settings), state.limits].entries())
    expect(limitsAlone(of)).toEqual(limitsAlone(model.limitsOf(group)));
  const undone = model.tenants.filter(({ toUndo, undoing, rollback }) =>
    model.aborted === null ? toUndo || undoing !== null || rollback : undoing !== null || rollback,
  );
  const { begun, queued } = undosUnderWay(state);
  expect([...begun, ...queued.map(({ id }) => id)].sort()).toEqual(undone.map(({ id }) => id).sort());
  expect(model.keepsStrict()).toBe(true);
  const ended = Object.values(status.endings).reduce((sum, count) => sum + count, 0);
  expect(status.running + status.parked + status.notStarted + status.prepared + ended).toBe(status.total);
  expect(status.total).toBe(model.tenants.length);
  // Where it stands, and why.
  expect([state.wave, state.stoppedBy !== null, state.abort]).toEqual([model.wave, model.stopped, model.aborted]);
  expect(status.until === 'snapshot').toBe(model.until);
  if (model.wave < model.waves.length) expect(state.phase).toBe(model.phase);
  expect(state.holds.map(({ on }) => nameOf(on)).sort()).toEqual([...model.paused].sort());
  const { name = '' } = model.waves[model.wave] ?? {};
  for (const by of [BY.by, STARTER])
    for (const content of [undefined, model.content, 'another'])
      expect(refusalOf(state, approval(name, by, content)) !== null).toBe(model.refusesApproval(by, content));
  for (const tenant of model.in(...WAITING)) {
    const { reasons } = explain(state, coordinator.candidate(tenant, model.now), model.now);
    expect(reasons.length === 0, `${tenant.id}: ${JSON.stringify(reasons)}`).toBe(
      model.mayStart(tenant, coordinator.widthFor(model.prepares(tenant.wave), tenant.wave)),
    );
  }
  expect(coordinator.width()).toBeGreaterThanOrEqual(1);
}

/** Once everybody helps, it gets over: no state is a dead end. */
function finish(model: Model, real: Coordinator): void {
  const bound = 60 + 30 * model.tenants.length;
  for (let turn = 0; turn < bound && !model.over; turn += 1) {
    if (real.looking) real.looked(model, 0);
    for (const name of [...model.paused]) {
      const hold = real.state.holds.find(({ on }) => nameOf(on) === name)!;
      if (model.aborted === null && (name !== 'the batch' || !model.stopped)) resume(model, real, hold.on);
    }
    if (model.stopped && model.aborted === null) {
      const none = { maxErrors: { count: 99 }, maxBlocked: { count: 99 } };
      for (const wave of [null, ...model.waves.keys()]) limits(model, real, wave, none);
      resume(model, real, { batch: true });
    }
    if (model.phase === 'approval' && model.aborted === null) approve(model, real);
    if (model.until && model.aborted === null) cutOver(model, real);
    for (const parked of model.in('parked').keys()) tell(model, real, parked);
    let made = real.move(model);
    while (made.moved) made = real.move(model);
    for (const running of model.in('running')) {
      const ending = running.cancelled ? 'cancelled' : running.prepares ? 'skipped' : 'migrated';
      real.end(model, running, possible(running, ending));
    }
    for (const parked of model.in('parked')) if (parked.cancelled) real.end(model, parked, 'cancelled');
    if (made.until !== null) model.now = Math.max(model.now, made.until);
    // Windows in which a tenant no longer fits: the operator leaves it out.
    if (model.usual() > HOUR / 4)
      for (const one of model.in(...WAITING).filter(({ window }) => window)) drop(real, one);
    agrees(model, real);
  }
  expect(model.over, JSON.stringify({ ...model, tallies: undefined })).toBe(true);
  expect(batchStatus('b', real.state, model.now, true).outcome).toBe(model.outcome());
}

function drop(real: Coordinator, tenant: ModelTenant): void {
  tenantDropped(real.state, tenant.wave, tenant.at);
  tenant.standing = 'skipped';
}

const nat = fc.nat(99);
const errorLimit = fc.oneof(
  fc.record({ count: fc.nat(3) }),
  fc.constantFrom(0, 20, 34, 50, 100).map((percent) => ({ percent })),
);
const limitsArbitrary = fc.record(
  {
    maxErrors: errorLimit,
    maxErrorRate: fc.record({ percent: fc.constantFrom(0, 34, 50), last: fc.integer({ min: 1, max: 4 }) }),
    consecutive: fc.integer({ min: 1, max: 3 }),
    maxBlocked: errorLimit,
    strict: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ModelLimits & LimitChange>;

const held = [
  nat.map((i) => new Command('park', (m, r) => park(m, r, i))),
  fc.tuple(nat, fc.boolean()).map(([i, late]) => new Command('stands', (m, r) => stands(m, r, i, late))),
  nat.map((i) => new Command('first look', (m, r) => leaves(m, r, i, LOOK))),
  nat.map((i) => new Command('window closed', (m, r) => leaves(m, r, i, CLOSED))),
  nat.map((i) => new Command('told', (m, r) => tell(m, r, i))),
  fc.tuple(nat, nat).map(([k, i]) => new Command(`pause ${k % 4}`, (m, r) => pause(m, r, scopeOf(m, k, i)))),
  fc.tuple(nat, nat).map(([k, i]) => new Command(`resume ${k % 4}`, (m, r) => resume(m, r, scopeOf(m, k, i)))),
];
const commands = [
  ...held,
  ...Array.from({ length: 3 }, () =>
    fc.integer({ min: 1, max: 12 }).map((n) => new Command(`moves ${n}`, (m, r) => moves(m, r, n))),
  ),
  ...Array.from({ length: 2 }, () =>
    fc
      .tuple(nat, fc.constantFrom(...CLEAN), fc.boolean())
      .map(([i, how, twice]) => new Command(`end ${how}`, (m, r) => end(m, r, i, how as Ending, twice))),
  ),
  fc
    .tuple(nat, fc.constantFrom(...ENDINGS), fc.boolean())
    .map(([i, how, twice]) => new Command(`end ${how}`, (m, r) => end(m, r, i, how, twice))),
  nat.map((i) => new Command('told of somebody unknown', (m, r) => lost(m, r, i))),
  fc
    .tuple(nat, fc.constantFrom('migration' as const, 'undo' as const, null))
    .map(([i, run]) => new Command(`runs elsewhere: ${run ?? 'no more'}`, (m, r) => runsElsewhere(m, r, i, run))),
  fc
    .tuple(nat, limitsArbitrary, fc.integer({ min: 1, max: 4 }), fc.boolean())
    .map(
      ([w, change, maxConcurrency, whole]) =>
        new Command(`limits ${JSON.stringify(change)}`, (m, r) =>
          limits(m, r, whole ? null : w, { ...change, maxConcurrency }),
        ),
    ),
  fc
    .tuple(limitsArbitrary, fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }))
    .map(([change, most]) => ({ ...change, ...(most === undefined ? {} : { maxConcurrency: most }) }))
    .map(
      (change) => new Command(`resume with ${JSON.stringify(change)}`, (m, r) => resume(m, r, { batch: true }, change)),
    ),
  fc
    .record({ by: fc.constantFrom(BY.by, STARTER), isOther: fc.option(fc.boolean()) })
    .map(
      ({ by, isOther }) =>
        new Command(`approve by ${by}, other content: ${String(isOther)}`, (m, r) =>
          approve(m, r, { by, ...(isOther === null ? {} : { content: isOther ? 'another' : m.content }) }),
        ),
    ),
  fc.constant(new Command('reject', reject)),
  fc.constant(new Command('the same order again', again)),
  fc.tuple(nat, fc.constantFrom('x', 'y')).map(([i, endpoint]) => new Command('add', (m, r) => add(m, r, i, endpoint))),
  nat.map(
    (i) =>
      new Command('drop', (m, r) => {
        const tenant = pick(m.in(...WAITING), i);
        if (tenant) drop(r, tenant);
      }),
  ),
  nat.map(
    (i) =>
      new Command('retry', (m, r) => {
        const tenant = pick(m.in(...RETRYABLE), i);
        if (!tenant || tenant.toUndo || m.aborted !== null) return;
        tenantReopened(r.state, tenant.wave, tenant.at);
        m.reopened(tenant);
      }),
  ),
  fc.tuple(nat, fc.boolean()).map(
    ([i, left]) =>
      new Command(`rollback ${left ? '' : 'of nothing'}`, (m, r) => {
        const tenant = pick(m.tenants, i);
        if (!tenant || m.aborted !== null) return;
        const { id: tenantId, wave, at } = tenant;
        const waited = leaveOut(r.state, [{ tenantId, wave, at }]).has(tenantId);
        const nothing = left ? null : 'nothing';
        const { accepted } = rollbackOrdered(r.state, [{ ...r.candidate(tenant, m.now), nothing, waited }], BY);
        expect(accepted.length === 1).toBe(m.rollBack(tenant, left));
      }),
  ),
  fc.constant(new Command('cut over', cutOver)),
  fc.constant(new Command('throttle', (_, r) => targetThrottled(r.state))),
  ...Array.from({ length: 2 }, () =>
    fc
      .constantFrom(0, 1, 2)
      .map((drifted) => new Command(`looked ${drifted}`, (m, r) => r.looking !== null && r.looked(m, drifted))),
  ),
  nat.map(
    (i) =>
      new Command('undo refused', (m, r) => {
        const tenant = pick(
          m.tenants.filter(({ undoing }) => undoing !== null),
          i,
        );
        if (tenant) r.refused(m, tenant);
      }),
  ),
  fc
    .integer({ min: 1, max: 40 })
    .map((minutes) => new Command(`${minutes} min pass`, (m) => void (m.now += minutes * 60_000))),
  fc.constant(
    new Command('crash', (_, r) => {
      const restored = JSON.parse(JSON.stringify(r.state)) as Coordinator['state'];
      expect(restored).toEqual(r.state);
      r.state = restored;
      // A look that was under way is asked for again.
      r.looking = null;
    }),
  ),
];
const rarely = fc.constantFrom('finish-step' as const, 'undo' as const).map(
  (how) =>
    new Command(`abort ${how}`, (m, r) =>
      order(m, r, { do: 'abort', how, ...BY }, m.aborted === 'undo', () => {
        m.aborted = how;
        if (how === 'undo') m.paused.clear();
      }),
    ),
);

/** A repeated signal, or one from a tenant of another batch. */
function lost(model: Model, real: Coordinator, index: number): void {
  const tenant = pick(
    model.tenants.filter(({ standing }) => !['running', 'parked'].includes(standing)),
    index,
  );
  tenantEnded(real.state, { tenantId: tenant?.id ?? 'nobody', ending: 'rolled-back' }, model.now);
}

function aTenant(wave: number, at: number, more: Pick<ModelTenant, 'endpoint' | 'target' | 'window'>): ModelTenant {
  const undo = {
    drift: null,
    undoing: null,
    toUndo: false,
    undoOrdered: false,
    rollback: false,
    cancelled: false,
    toldToPause: false,
    stands: false,
    stood: false,
    adopted: false,
  };
  const went = { looked: false, prepares: false, ...undo };
  const fresh = { standing: 'not-started', was: 'not-started', since: 0, parkedAt: null, told: false, ...went };
  return { id: `w${wave}t${at}`, wave, at, ...more, ...fresh };
}

const tenantArbitrary = fc.record({
  endpoint: fc.constantFrom('x', 'y', null),
  target: fc.constantFrom('A', 'B'),
  window: fc.nat(4).map((n) => n === 0),
});
const waveArbitrary = fc.record({
  limits: limitsArbitrary,
  tenants: fc.array(tenantArbitrary, { maxLength: 6 }),
  maxConcurrency: fc.integer({ min: 1, max: 4 }),
  slowStart: fc.boolean(),
  startAfter: fc.option(fc.integer({ min: 0, max: 90 }).map((minutes) => START + minutes * 60_000)),
  completeAfter: fc.option(fc.integer({ min: 0, max: 120 }).map((minutes) => START + minutes * 60_000)),
  soakMs: fc.option(fc.constantFrom(0, 300_000)),
  gate: fc.constantFrom('stop' as const, 'undo' as const),
  approval: fc.constantFrom(true, false, 'warnings' as const),
  fourEyes: fc.boolean(),
});
const batchArbitrary = fc.record({
  waves: fc.array(waveArbitrary, { minLength: 1, maxLength: 3 }),
  whole: limitsArbitrary,
  until: fc.nat(3).map((n) => n === 0),
  targets: fc.constantFrom<Record<string, number>>({}, { A: 1 }, { '*': 2 }, { A: 2, '*': 1 }),
});

function begun({ waves, whole, targets, until }: typeof batchArbitrary extends fc.Arbitrary<infer B> ? B : never): {
  model: Model;
  real: Coordinator;
} {
  const settings = waves.map((wave, index): SizedWave => ({
    name: `wave-${index}`,
    size: wave.tenants.length,
    maxConcurrency: wave.maxConcurrency,
    slowStart: wave.slowStart,
    order: 'file',
    gate: wave.gate,
    approval: wave.approval,
    fourEyes: wave.fourEyes,
    ...(wave.startAfter === null ? {} : { startAfter: new Date(wave.startAfter).toISOString() }),
    ...(wave.completeAfter === null ? {} : { completeAfter: new Date(wave.completeAfter).toISOString() }),
    ...(wave.soakMs === null ? {} : { soakMs: wave.soakMs }),
    ...wave.limits,
  }));
  const modelWaves = waves.map((wave, index): ModelWave => ({
    name: `wave-${index}`,
    maxConcurrency: wave.maxConcurrency,
    startAfter: wave.startAfter ?? 0,
    completeAfter: wave.completeAfter ?? 0,
    soakMs: wave.soakMs,
    gate: wave.gate,
    approval: wave.approval,
    fourEyes: wave.fourEyes,
    ...wave.limits,
  }));
  const tenants = waves.flatMap((wave, index) => wave.tenants.map((more, at) => aTenant(index, at, more)));
  const begin = { startedAt: new Date(START).toISOString(), startedBy: STARTER, content: 'c', reference: 'r' };
  const how = until ? ({ until: 'snapshot' } as const) : {};
  const state = newBatchState({ ...begin, waves: settings, limits: { ...whole }, targets, ...how });
  const model = new Model(tenants, modelWaves, { ...whole }, targets, START);
  model.until = until;
  return { model, real: new Coordinator(state) };
}

const RUNS = Number(process.env['QYS_E10_MODEL_RUNS'] ?? 80);

it('keeps every promise, whatever is ordered and in whatever order it happens', { timeout: 600_000 }, () => {
  const some = fc.oneof(...commands.map((arbitrary) => ({ arbitrary, weight: 4 })), { arbitrary: rarely, weight: 1 });
  fc.assert(
    fc.property(
      batchArbitrary.filter(({ waves }) => waves.some(({ tenants }) => tenants.length > 0)),
      fc.commands([some], { maxCommands: 80, size: '+1' }),
      (batch, orders) => {
        const setup = begun(batch);
        fc.modelRun(() => setup, orders);
        finish(setup.model, setup.real);
      },
    ),
    { numRuns: RUNS },
  );
});

/** Two kinds of tenants, of which one shares an endpoint, at two targets: so that those who wait for either meet every pause. */
const crowdArbitrary = fc.record({
  kinds: fc.array(
    fc.record({ endpoint: fc.constantFrom('x', null), target: fc.constantFrom('A', 'B'), window: fc.constant(false) }),
    { minLength: 5, maxLength: 9 },
  ),
  maxConcurrency: fc.integer({ min: 2, max: 4 }),
  second: fc.boolean(),
  targets: fc.constantFrom<Record<string, number>>({}, { A: 1 }, { A: 2 }),
  maxErrors: fc.nat(1).map((count) => ({ count })),
});

it('keeps every promise where pauses, an endpoint, targets and limits meet', { timeout: 600_000 }, () => {
  const limit = fc.nat(3).map((count) => ({ maxErrors: { count } }));
  const on = { endpoint: 'x' };
  const met = [
    ...held,
    ...[1, 3, 6, 12].map((n) => fc.constant(new Command(`moves ${n}`, (m, r) => moves(m, r, n)))),
    fc.constant(new Command('resume the endpoint', (m, r) => resume(m, r, on))),
    fc
      .tuple(nat, fc.constantFrom<Ending>('migrated', 'rolled-back', 'rollback-incomplete'))
      .map(([i, how]) => new Command(`end ${how}`, (m, r) => end(m, r, i, how, false))),
    limit.map(
      (change) => new Command(`resume with ${JSON.stringify(change)}`, (m, r) => resume(m, r, { batch: true }, change)),
    ),
  ];
  fc.assert(
    fc.property(crowdArbitrary, fc.commands(met, { maxCommands: 60, size: '+1' }), (crowd, orders) => {
      const { kinds: tenants, second, targets, maxErrors, maxConcurrency } = crowd;
      const times = { startAfter: null, completeAfter: null, soakMs: null };
      const plain = {
        ...times,
        maxConcurrency,
        slowStart: false,
        gate: 'stop' as const,
        approval: false,
        fourEyes: false,
      };
      const first = { ...plain, limits: { maxErrors }, tenants };
      const waves = second ? [first, { ...plain, limits: {}, tenants }] : [first];
      const setup = begun({ waves, whole: {}, until: false, targets });
      fc.modelRun(() => setup, orders);
      finish(setup.model, setup.real);
    }),
    { numRuns: 4 * RUNS },
  );
});
