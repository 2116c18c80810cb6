import { expect } from 'vitest';
import {
  passOf,
  reasonsOfTenant,
  holdingOf,
  usualDuration,
  type Candidate,
} from '../../../src/domain/batch/reasons.js';
import { widthOf } from '../../../src/domain/batch/room.js';
import { nextMove } from '../../../src/domain/batch/schedule.js';
import {
  entered,
  tenantEnded,
  tenantStarted,
  tenantTold,
  tenantWoken,
  toVerify,
  waveOf,
  waveVerified,
  type BatchState,
} from '../../../src/domain/batch/state.js';
import { auditUndo } from '../../../src/domain/batch/control.js';
import { undoBegun, undoRefused } from '../../../src/domain/batch/undo.js';
import type { BatchOrder } from '../../../src/domain/batch/orders.js';
import { stateAt } from '../../../src/domain/batch/ledger.js';
import { CLEAN, LOOK, tellsWhen, UNDER_WAY, WAITING, windowIn, type Model, type ModelTenant } from './model.js';

/** Carries out the moves of the engine as the coordinator's workflow does; the model judges each of them. */
export class Coordinator {
  /** Positions of a second look that is under way. */
  looking: number[] | null = null;
  /** How many orders were given, and the last one that was carried out, with the id of its Update. */
  given = 0;
  last: { order: BatchOrder; updateId: string } | null = null;
  /** Waves of which nobody may start, as long as nothing moves. */
  private exhausted: number[] = [];

  constructor(public state: BatchState) {}

  candidate({ id, wave, at, endpoint, target, window }: ModelTenant, now: number, prepares = false): Candidate {
    return {
      id,
      wave,
      at,
      endpoints: endpoint === null ? [] : [endpoint],
      targets: [target],
      window: window && !prepares ? windowIn(now) : null,
    };
  }

  width(): number {
    return widthOf(waveOf(this.state, Math.min(this.state.wave, this.state.waves.length - 1)));
  }

  /** How many may run beside each other: of those that are migrated, or of those of this wave that are prepared. */
  widthFor(prepares: boolean, wave: number): number {
    const { settings, lookWidth } = waveOf(this.state, wave);
    return prepares ? Math.min(settings.maxConcurrency, lookWidth ?? Infinity) : this.width();
  }

  /** One turn of the coordinator's loop. False where it has to wait; `until` as the engine says. */
  move(model: Model): { moved: boolean; until: number | null } {
    this.exhausted = [];
    return this.step(model);
  }

  private step(model: Model): { moved: boolean; until: number | null } {
    if (model.over || this.looking !== null) return { moved: false, until: null };
    const { state } = this;
    const move = nextMove(state, model.now, this.exhausted);
    switch (move.do) {
      case 'over': {
        const left = model.in(...WAITING, 'running', 'parked').length;
        if (model.aborted === null) {
          expect(left, 'over with tenants left').toBe(0);
          expect(model.changed().filter(({ drift }) => drift === 'pending')).toEqual([]);
          expect(model.tenants.filter(({ toUndo }) => toUndo)).toEqual([]);
          // Also where a limit stopped it with the last of them.
          const looks = !model.until && model.wave < model.waves.length && model.soaks() && model.phase !== 'approval';
          const unlooked = looks ? model.of(model.wave).filter((one) => !one.looked) : [];
          expect(unlooked.filter(({ standing }) => CLEAN.includes(standing))).toEqual([]);
        }
        if (model.aborted === 'undo')
          expect(model.in('running', 'parked').filter(({ adopted, cancelled }) => !adopted || cancelled)).toEqual([]);
        model.over = true;
        return { moved: false, until: null };
      }
      case 'cancel':
        for (const { id } of move.tenants) {
          const tenant = model.tenants.find((one) => one.id === id)!;
          expect(UNDER_WAY).toContain(tenant.standing);
          expect([
            (model.aborted === 'undo' && !tenant.adopted) || tenant.rollback,
            tenant.undoing,
            tenant.cancelled,
          ]).toEqual([true, null, false]);
          tenantWoken(state, id);
          state.inFlight.find((one) => one.id === id)!.cancelled = true;
          Object.assign(tenant, { cancelled: true, standing: 'running', parkedAt: null, told: false });
        }
        return { moved: true, until: null };
      case 'tell':
        for (const { id, paused } of move.tenants) {
          const tenant = model.tenants.find((one) => one.id === id)!;
          const isAway = tenant.parkedAt !== null && tenant.parkedAt !== LOOK;
          expect(isAway && !paused, `${id} is told to go on without a place`).toBe(false);
          tenantTold(state, id, paused);
          Object.assign(tenant, { toldToPause: paused, stands: false, stood: true });
        }
        return { moved: true, until: null };
      case 'wake': {
        for (const id of move.ids) this.wake(model, id);
        return { moved: true, until: null };
      }
      case 'start': {
        for (const wave of move.waves) if (this.startFrom(model, wave)) return { moved: true, until: null };
        this.exhausted.push(...move.waves);
        return this.step(model);
      }
      case 'verify':
        expect(model.phase).toBe('verifying');
        this.looking = toVerify(state, 2);
        return { moved: true, until: null };
      case 'enter':
        expect(model.mayEnter(move.phase), `wave ${model.wave} enters ${move.phase}`).toBe(true);
        entered(state, move.phase, model.now);
        model.enter(move.phase);
        return { moved: true, until: null };
      case 'undo': {
        const { undo } = move;
        const tenant = model.of(undo.wave).find(({ at }) => at === undo.at)!;
        const ordered = !('code' in undo.cause);
        expect(
          ordered ? model.mayUndoOrdered(tenant, this.width()) : model.mayUndo(tenant, this.width()),
          `${tenant.id} is undone`,
        ).toBe(true);
        if (ordered) model.forgets(tenant);
        else auditUndo(state, undo, new Date(model.now).toISOString());
        undoBegun(state, undo, model.now);
        Object.assign(tenant, {
          undoing: tenant.standing,
          undoOrdered: ordered,
          toUndo: false,
          standing: 'running',
          since: model.now,
          prepares: false,
          ...(ordered ? {} : { drift: null }),
        });
        return { moved: true, until: null };
      }
      case 'stop':
        expect(model.changed().some(({ drift }) => drift === 'left')).toBe(true);
        state.stoppedBy = move.because;
        model.stopped = model.gateStopped = true;
        return { moved: true, until: null };
      case 'wait':
        this.nobodyMayStart(model);
        return { moved: false, until: this.earliest(model, move.until) };
    }
  }

  looked(model: Model, drifted: number): void {
    const positions = this.looking ?? [];
    this.looking = null;
    const changed = model.of(model.wave).filter(({ at }) => positions.slice(0, drifted).includes(at));
    const found = changed.map((one) => {
      const { id, at, endpoints, targets } = this.candidate(one, model.now);
      return { id, at, endpoints, targets, code: 'SETTING-DIFFERS' };
    });
    waveVerified(this.state, (positions.at(-1) ?? 0) + 1, found);
    for (const one of model.of(model.wave)) if (positions.includes(one.at)) one.looked = true;
    for (const one of changed) one.drift = model.waves[model.wave]!.gate === 'undo' ? 'pending' : 'left';
  }

  /** An undo that had begun finds that there is nothing to undo. */
  refused(model: Model, tenant: ModelTenant): void {
    undoRefused(this.state, tenant.id, 'nothing was written');
    // Who was looked at stays so.
    const drift = tenant.undoOrdered ? tenant.drift : 'left';
    Object.assign(tenant, { standing: tenant.undoing, undoing: null, undoOrdered: false, drift });
    model.stopped ||= model.exceeded();
  }

  end(model: Model, tenant: ModelTenant, ending: Parameters<typeof tenantEnded>[1]['ending']): void {
    tenantEnded(this.state, { tenantId: tenant.id, ending }, model.now);
    model.ended(tenant, ending);
  }

  private wake(model: Model, id: string): void {
    const { state } = this;
    const tenant = model.tenants.find((one) => one.id === id)!;
    expect(tenant.standing).toBe('parked');
    expect(!tellsWhen(tenant) || tenant.told, `${tenant.id} was not told yet`).toBe(true);
    expect(model.stopped || model.paused.has('the batch') || model.paused.has(`endpoint ${tenant.parkedAt}`)).toBe(
      false,
    );
    expect(model.mayGoOn(tenant), `${tenant.id} goes on`).toBe(true);
    expect(model.beside(tenant.prepares, tenant.wave).length).toBeLessThan(this.widthFor(tenant.prepares, tenant.wave));
    tenantWoken(state, id);
    if (tenant.toldToPause) tenantTold(state, id, false);
    Object.assign(tenant, { standing: 'running', parkedAt: null, told: false, toldToPause: false, stands: false });
  }

  private startFrom(model: Model, wave: number): boolean {
    const prepares = passOf(this.state, wave, model.now) === 'prepare';
    expect(prepares, `pass of wave ${wave}`).toBe(model.prepares(wave));
    const waiting = model
      .of(wave)
      .filter(({ standing }) => standing === 'not-started' || (!prepares && standing === 'prepared'));
    for (const tenant of waiting) {
      const candidate = this.candidate(tenant, model.now, prepares);
      if (reasonsOfTenant(holdingOf(this.state), candidate, model.now, usualDuration(this.state)).length > 0) continue;
      expect(model.mayStart(tenant, this.widthFor(prepares, wave)), `${tenant.id} starts`).toBe(true);
      expect(this.width()).toBeLessThanOrEqual(
        model.waves[Math.min(model.wave, model.waves.length - 1)]!.maxConcurrency,
      );
      expect(stateAt(waveOf(this.state, wave).ledger, tenant.at)).toBe(tenant.standing);
      const { endpoints, targets, id, at } = candidate;
      tenantStarted(this.state, {
        id,
        wave,
        at,
        endpoints,
        targets,
        since: model.now,
        ...(prepares ? { prepares } : {}),
      });
      Object.assign(tenant, { standing: 'running', was: tenant.standing, since: model.now, prepares });
      return true;
    }
    return false;
  }

  /** The scheduler is never idle while somebody might start. */
  private nobodyMayStart(model: Model): void {
    const idle = model
      .in(...WAITING)
      .filter((one) => model.mayStart(one, this.widthFor(model.prepares(one.wave), one.wave)));
    const left = model.tenants.filter(
      (one) => model.mayUndo(one, this.width()) || model.mayUndoOrdered(one, this.width()),
    );
    const isHeld = model.aborted !== null || model.stopped || model.paused.has('the batch');
    const parked = model
      .in('parked')
      .filter((one) => (tellsWhen(one) ? one.told : !model.paused.has(`endpoint ${one.parkedAt}`)))
      .filter((one) => model.beside(one.prepares, one.wave).length < this.widthFor(one.prepares, one.wave))
      .filter((one) => model.mayGoOn(one) && !isHeld && !one.rollback);
    expect([...idle, ...left, ...parked].map(({ id }) => id)).toEqual([]);
  }

  /** What the waves wait for, and what single tenants of exhausted ones do. */
  private earliest(model: Model, until: number | null): number | null {
    const reasons = model
      .in(...WAITING)
      .filter(({ wave }) => this.exhausted.includes(wave))
      .flatMap((one) => {
        const candidate = this.candidate(one, model.now, model.prepares(one.wave));
        return reasonsOfTenant(holdingOf(this.state), candidate, model.now, usualDuration(this.state));
      });
    const times = [...reasons.map((reason) => reason.until), until].flatMap((time) => time ?? []);
    return times.length === 0 ? null : Math.min(...times);
  }
}
