/** A batch as a plain list of tenants: slow, obvious, and sharing nothing with `src` but the words. */

export interface ModelTenant {
  id: string;
  wave: number;
  at: number;
  endpoint: string | null;
  target: string;
  /** Open in the first half of every hour. */
  window: boolean;
  standing: string;
  /** How it stood before it started. */
  was: string;
  since: number;
  parkedAt: string | null;
  /** Another batch had begun it. */
  adopted: boolean;
  /** Its first look is over: it waits for its turn. */
  told: boolean;
  looked: boolean;
  /** Ends with its snapshot: nothing is written. */
  prepares: boolean;
  /** In a wave that undoes: found changed and to be undone, or found changed and not to be undone. */
  drift: 'pending' | 'left' | null;
  /** How it had ended before it began to be undone; null while it is not. */
  undoing: string | null;
  /** It had ended, somebody ordered to undo it, and it has no place yet. */
  toUndo: boolean;
  /** It is being undone, or was, because somebody ordered it. */
  undoOrdered: boolean;
  /** Somebody ordered to undo it while it runs. */
  rollback: boolean;
  /** It was told to stop and undo. */
  cancelled: boolean;
  /** It was told to stop before its next step. */
  toldToPause: boolean;
  /** It has told that it stands. */
  stands: boolean;
  /** It stood still in between. */
  stood: boolean;
}

export interface ModelLimits {
  maxErrors?: { count: number } | { percent: number };
  maxErrorRate?: { percent: number; last: number };
  consecutive?: number;
  maxBlocked?: { count: number } | { percent: number };
  strict?: boolean;
}

export interface ModelWave extends ModelLimits {
  name: string;
  maxConcurrency: number;
  startAfter: number;
  completeAfter: number;
  soakMs: number | null;
  gate: 'stop' | 'undo';
  approval: boolean | 'warnings';
  fourEyes: boolean;
}

/** What is counted for a wave, or for the whole batch, since somebody last resumed it. */
interface Tally {
  recent: boolean[];
  unanswered: number;
}

/** Who started the batch. */
export const STARTER = 'starter';
/** Where a tenant waits of which a person is to tell what the console shows. */
export const LOOK = 'first look';
export const CLOSED = 'maintenance window';
/** Where it tells itself when it may go on. */
export const tellsWhen = ({ parkedAt }: Pick<ModelTenant, 'parkedAt'>): boolean =>
  parkedAt === LOOK || parkedAt === CLOSED;
export const HOUR = 3_600_000;
export const FAILED = ['rolled-back', 'rollback-incomplete', 'terminated', 'timed-out'];
export const CLEAN = ['migrated', 'migrated-with-warnings', 'already-migrated'];
export const RETRYABLE = [...FAILED, 'blocked', 'cancelled', 'skipped'];
export const UNDER_WAY = ['running', 'parked'];
export const WAITING = ['not-started', 'prepared'];

export function windowIn(now: number): { closesAt: number } | { opensAt: number } {
  const hour = Math.floor(now / HOUR) * HOUR;
  return now < hour + HOUR / 2 ? { closesAt: hour + HOUR / 2 } : { opensAt: hour + HOUR };
}

const goesOn = ({ toldToPause }: ModelTenant): boolean => !toldToPause;

export class Model {
  paused = new Set<string>();
  stopped = false;
  /** Stopped by the last rejection of the wave that waits for approval. */
  rejected = false;
  gateStopped = false;
  aborted: 'finish-step' | 'undo' | null = null;
  over = false;
  /** Everybody is only prepared. */
  until = false;
  wave = 0;
  phase: 'starting' | 'soaking' | 'verifying' | 'approval' = 'starting';
  soakEnds = 0;
  durations: { ms: number; whole: boolean }[] = [];
  tallies: Tally[];
  joined = 0;
  /** What was applied, and has joined since. */
  content = 'c';
  /** How many ran after the command before, in each group that shares a window. */
  ran: number[] = [];
  /** For each group the most that was ever tolerated while it was strict all the time; null where it once was not. */
  strictMost: (number | null)[];

  constructor(
    readonly tenants: ModelTenant[],
    readonly waves: ModelWave[],
    readonly whole: ModelLimits,
    readonly targets: Record<string, number>,
    public now: number,
  ) {
    this.tallies = [...waves, whole].map(() => ({ recent: [], unanswered: 0 }));
    this.strictMost = this.tallies.map(() => 0);
  }

  of(wave: number): ModelTenant[] {
    return this.tenants.filter((one) => wave === this.waves.length || one.wave === wave);
  }

  in(...standings: string[]): ModelTenant[] {
    return this.tenants.filter(({ standing }) => standings.includes(standing));
  }

  limitsOf(group: number): ModelLimits {
    return this.waves[group] ?? this.whole;
  }

  most(limit: { count: number } | { percent: number }, group: number): number {
    return 'count' in limit ? limit.count : Math.floor((limit.percent * this.of(group).length) / 100);
  }

  failed(group: number): number {
    return this.of(group).filter(({ standing }) => FAILED.includes(standing)).length;
  }

  /**
   * How many run in each group that shares a window, and its width: those that are migrated, then those that each wave prepares. One
   * that is paused leaves its place to whoever is undone meanwhile, and has one again later.
   */
  windows(width: (prepares: boolean, wave: number) => number): { running: number; width: number }[] {
    const migrating = this.beside(false, 0).filter(({ cancelled, toldToPause }) => !cancelled && !toldToPause);
    return [
      { running: migrating.length, width: width(false, Math.min(this.wave, this.waves.length - 1)) },
      ...this.waves.map((_, wave) => ({
        running: this.beside(true, wave).filter(({ cancelled }) => !cancelled).length,
        width: width(true, wave),
      })),
    ];
  }

  /**
   * A window that was narrowed below those who run stays exceeded until they end; nobody joins them. So no more run than it is
   * wide, or than ran before.
   */
  keepsWindows(width: (prepares: boolean, wave: number) => number): boolean {
    const before = this.ran;
    const windows = this.windows(width);
    this.ran = windows.map(({ running }) => running);
    return windows.every((one, group) => one.running <= Math.max(one.width, before[group] ?? 0));
  }

  /** `strict` promises that no more than one above the limit ever fail, or might yet. */
  keepsStrict(): boolean {
    return this.strictMost.every((most, group) => {
      const { strict, maxErrors } = this.limitsOf(group);
      const now = strict && maxErrors !== undefined && most !== null ? this.most(maxErrors, group) : null;
      this.strictMost[group] = most === null || now === null ? null : Math.max(most, now);
      // What somebody orders to undo counts as well, but the promise is not about it.
      const mightFail = this.of(group).filter(
        ({ standing, undoOrdered }) => [...FAILED, ...UNDER_WAY].includes(standing) && !undoOrdered,
      );
      return most === null || mightFail.length <= (this.strictMost[group] ?? Infinity) + 1;
    });
  }

  exceeded(): boolean {
    return this.groupsExceeded().length > 0;
  }

  /** Waves by their index, and the whole batch as one more. */
  groupsExceeded(of = { incomplete: true }): number[] {
    return [...this.waves, this.whole].flatMap((limits, group) => {
      const { recent, unanswered } = this.tallies[group]!;
      const { maxErrors, maxErrorRate, consecutive, maxBlocked } = limits;
      const blocked = this.of(group).filter(({ standing }) => standing === 'blocked').length;
      const row = [...recent].reverse().findIndex((failed) => !failed);
      const last = maxErrorRate ? recent.slice(-maxErrorRate.last) : [];
      const isExceeded =
        (of.incomplete && unanswered > 0) ||
        (maxErrors !== undefined && this.failed(group) > this.most(maxErrors, group)) ||
        (maxErrorRate !== undefined &&
          last.length === maxErrorRate.last &&
          last.filter(Boolean).length * 100 > maxErrorRate.percent * maxErrorRate.last) ||
        (consecutive !== undefined && (row < 0 ? recent.length : row) >= consecutive) ||
        (maxBlocked !== undefined && blocked > this.most(maxBlocked, group));
      return isExceeded ? [group] : [];
    });
  }

  ended(tenant: ModelTenant, ending: string): void {
    const isPrepared = ending === 'skipped';
    tenant.standing = isPrepared && !tenant.rollback ? 'prepared' : ending;
    if (tenant.rollback && [...CLEAN, 'terminated', 'timed-out'].includes(ending)) tenant.toUndo = true;
    tenant.parkedAt = null;
    tenant.told = tenant.adopted = false;
    tenant.looked = false;
    const wasOrdered = tenant.undoing !== null && tenant.undoOrdered;
    tenant.undoing = null;
    tenant.rollback = tenant.cancelled = tenant.toldToPause = tenant.stands = false;
    if (isPrepared) {
      tenant.stood = false;
      return;
    }
    for (const group of [tenant.wave, this.waves.length]) {
      if (ending === 'rollback-incomplete') this.tallies[group]!.unanswered += 1;
      if (!wasOrdered && !['blocked', 'cancelled', 'skipped'].includes(ending))
        this.tallies[group]!.recent.push(FAILED.includes(ending));
    }
    this.durations.push({ ms: this.now - tenant.since, whole: ending.startsWith('migrated') && !tenant.stood });
    tenant.stood = false;
    this.stopped ||= this.exceeded();
  }

  /** What was started runs elsewhere: nothing of it was started by this batch. */
  withdrawn(tenant: ModelTenant, run: 'migration' | 'undo' | null): void {
    tenant.adopted = run === 'migration';
    if (run === 'migration') return;
    tenant.standing = run === 'undo' || tenant.rollback ? 'skipped' : tenant.was;
    tenant.toUndo ||= run === null && tenant.rollback;
    tenant.rollback = tenant.cancelled = tenant.toldToPause = tenant.stands = tenant.stood = false;
  }

  /** New limits as a resume of the batch may bring them: of whatever stopped it, else of the wave under way. */
  limited({ maxConcurrency, ...rest }: ModelLimits & { maxConcurrency?: number }): void {
    const current = Math.min(this.wave, this.waves.length - 1);
    const exceeded = this.groupsExceeded({ incomplete: false });
    for (const group of exceeded.length > 0 ? exceeded : [current]) Object.assign(this.limitsOf(group), rest);
    Object.assign(this.waves[current]!, maxConcurrency === undefined ? {} : { maxConcurrency });
    this.stopped ||= this.exceeded();
  }

  resumed(): void {
    this.rejected = false;
    if (this.stopped) {
      this.tallies.forEach((tally) => Object.assign(tally, { recent: [], unanswered: 0 }));
      if (this.gateStopped) {
        for (const one of this.tenants) if (one.drift === 'left') one.drift = null;
      }
      this.gateStopped = false;
      this.stopped = this.exceeded();
    }
    this.paused.delete('the batch');
  }

  /** What it had ended as no longer asks for an answer. */
  forgets({ wave, standing }: ModelTenant): void {
    for (const group of [wave, this.waves.length]) {
      const tally = this.tallies[group]!;
      if (standing === 'rollback-incomplete') tally.unanswered = Math.max(0, tally.unanswered - 1);
    }
  }

  reopened(tenant: ModelTenant): void {
    this.forgets(tenant);
    tenant.standing = 'not-started';
    tenant.undoOrdered = false;
    if (tenant.wave === this.wave) this.phase = 'starting';
  }

  usual(): number {
    const whole = this.durations.slice(-50).flatMap(({ ms, whole }) => (whole ? [ms] : []));
    return whole.length < 10 ? 0 : whole.sort((one, other) => one - other)[Math.ceil(whole.length * 0.9) - 1]!;
  }

  /** Whether nothing of this wave is written yet. */
  prepares(wave: number): boolean {
    return this.until || this.now < this.waves[wave]!.completeAfter;
  }

  /** Who takes places beside this one: of those that are migrated, or of its own wave's that are prepared. */
  beside(prepares: boolean, wave: number): ModelTenant[] {
    return this.in('running').filter((one) => one.prepares === prepares && (!prepares || one.wave === wave));
  }

  /** Who waits for a first look beside this one: takes no place while a wave widens, but one of its most. */
  lookingBeside(prepares: boolean, wave: number): ModelTenant[] {
    return this.in('parked').filter(
      (one) => one.parkedAt === LOOK && one.prepares === prepares && (!prepares || one.wave === wave),
    );
  }

  private againstTarget(target: string): ModelTenant[] {
    return this.in('running', 'parked').filter(
      (one) => one.target === target && (one.parkedAt === null || one.parkedAt === LOOK),
    );
  }

  private fits(
    prepares: boolean,
    wave: number,
    width: number,
    counts: (one: ModelTenant) => boolean = () => true,
  ): boolean {
    const running = this.beside(prepares, wave).filter(counts).length;
    const most = prepares ? width : this.waves[Math.min(this.wave, this.waves.length - 1)]!.maxConcurrency;
    return running < width && running + this.lookingBeside(prepares, wave).filter(counts).length < most;
  }

  /** Whether nothing at all forbids this tenant to start now. */
  mayStart({ id, wave, endpoint, target, window, standing }: ModelTenant, width: number): boolean {
    const settings = this.waves[wave]!;
    const looks = this.prepares(wave);
    const names = ['the batch', `wave ${settings.name}`, `tenant ${id}`, ...(endpoint ? [`endpoint ${endpoint}`] : [])];
    const open = windowIn(this.now);
    const limit = this.targets[target] ?? this.targets['*'] ?? Infinity;
    return (
      !this.stopped &&
      this.aborted === null &&
      (standing === 'not-started' || (standing === 'prepared' && !looks)) &&
      (looks || wave <= this.wave) &&
      this.now >= settings.startAfter &&
      !names.some((name) => this.paused.has(name)) &&
      this.fits(looks, wave, width) &&
      this.againstTarget(target).length < limit &&
      (looks || !window || ('closesAt' in open && open.closesAt - this.now >= this.usual())) &&
      this.leavesStrict(wave)
    );
  }

  /** Whoever stands for a held endpoint leaves its place. */
  leavePlaces(): void {
    for (const one of this.in('running')) {
      const { endpoint, stands, undoing, rollback } = one;
      if (!stands || undoing !== null || rollback || !this.paused.has(`endpoint ${endpoint}`)) continue;
      Object.assign(one, { standing: 'parked', parkedAt: endpoint, stood: true });
    }
  }

  /** Whether neither a pause nor its target forbids this parked tenant to go on. Who waits for a first look counts there already. */
  mayGoOn({ id, wave, endpoint, target, parkedAt, rollback }: ModelTenant): boolean {
    const names = [`wave ${this.waves[wave]!.name}`, `tenant ${id}`, ...(endpoint ? [`endpoint ${endpoint}`] : [])];
    const limit = this.targets[target] ?? this.targets['*'] ?? Infinity;
    return (
      (rollback || !names.some((name) => this.paused.has(name))) &&
      (parkedAt === LOOK || this.againstTarget(target).length < limit)
    );
  }

  /** Whether nothing forbids to undo this migrated tenant now. */
  mayUndo({ id, wave, drift, endpoint, target }: ModelTenant, width: number): boolean {
    const held = endpoint === null ? [] : [`endpoint ${endpoint}`];
    const names = ['the batch', `wave ${this.waves[wave]!.name}`, `tenant ${id}`, ...held];
    const limit = this.targets[target] ?? this.targets['*'] ?? Infinity;
    return (
      drift === 'pending' &&
      CLEAN.includes(this.tenants.find((one) => one.id === id)!.standing) &&
      wave === this.wave &&
      this.phase === 'verifying' &&
      !this.stopped &&
      this.aborted === null &&
      !names.some((name) => this.paused.has(name)) &&
      this.now >= this.waves[wave]!.startAfter &&
      this.fits(false, wave, width) &&
      this.againstTarget(target).length < limit &&
      this.leavesStrict(wave)
    );
  }

  /** Whether nothing forbids to undo this ended tenant as somebody ordered: no pause does, and nobody who is paused. */
  mayUndoOrdered({ toUndo, endpoint, target }: ModelTenant, width: number): boolean {
    const limit = this.targets[target] ?? this.targets['*'] ?? Infinity;
    return (
      toUndo &&
      this.aborted === null &&
      !this.paused.has(`endpoint ${endpoint}`) &&
      this.fits(false, this.wave, width, goesOn) &&
      this.againstTarget(target).filter(goesOn).length < limit
    );
  }

  /** Somebody orders to undo it; false where its runs left nothing. */
  rollBack(tenant: ModelTenant, left: boolean): boolean {
    const waited = WAITING.includes(tenant.standing);
    if (waited) tenant.standing = 'skipped';
    if (UNDER_WAY.includes(tenant.standing)) {
      if (tenant.undoing === null) tenant.rollback = true;
      return true;
    }
    tenant.toUndo ||= left;
    return tenant.toUndo || waited;
  }

  private leavesStrict(wave: number): boolean {
    return [wave, this.waves.length].every((group) => {
      const { strict, maxErrors } = this.limitsOf(group);
      const running = this.of(group).filter(({ standing }) => UNDER_WAY.includes(standing)).length;
      return !strict || maxErrors === undefined || this.failed(group) + running <= this.most(maxErrors, group);
    });
  }

  /** Found changed in the wave under way, and not undone. */
  changed(): ModelTenant[] {
    return this.of(this.wave).filter(({ drift, standing }) => drift !== null && CLEAN.includes(standing));
  }

  /** An approval is for what was applied; where four eyes are wanted, those of whoever started the batch are not enough. */
  refusesApproval(by: string, content?: string): boolean {
    const own = this.waves[this.wave]?.fourEyes === true && by === STARTER;
    const other = content !== undefined && content !== this.content;
    return this.phase !== 'approval' || this.aborted !== null || own || other;
  }

  /** Whether the wave under way is looked at again, once all have ended. */
  soaks(): boolean {
    const { soakMs, gate } = this.waves[this.wave]!;
    const anybody = this.of(this.wave).length > 0;
    return soakMs !== null && anybody && (this.isFollowed() || gate === 'undo');
  }

  /** Whether anybody is in a later wave. */
  private isFollowed(): boolean {
    return this.waves.some((_, index) => index > this.wave && this.of(index).length > 0);
  }

  /** Whether the wave under way may enter this phase. */
  mayEnter(phase: string): boolean {
    const { approval } = this.waves[this.wave]!;
    const of = this.of(this.wave);
    const soaks = this.soaks();
    const warned = of.some(({ standing }) => standing === 'migrated-with-warnings');
    const asks = of.length > 0 && this.isFollowed() && (approval === true || (approval === 'warnings' && warned));
    const looked = of.every((one) => !CLEAN.includes(one.standing) || one.looked);
    const soaked = soaks
      ? this.phase === 'verifying' && looked && this.changed().length === 0
      : this.phase === 'starting';
    if (of.some(({ standing }) => [...WAITING, ...UNDER_WAY].includes(standing))) return false;
    if (this.stopped || this.aborted !== null || this.paused.has('the batch')) return false;
    if (this.prepares(this.wave)) return false;
    if (phase === 'soaking') return soaks && this.phase === 'starting';
    if (phase === 'verifying') return this.phase === 'soaking' && this.now >= this.soakEnds;
    return soaked && asks === (phase === 'approval');
  }

  enter(phase: 'soaking' | 'verifying' | 'approval' | 'next-wave'): void {
    if (phase === 'soaking') this.soakEnds = this.now + (this.waves[this.wave]?.soakMs ?? 0);
    if (phase === 'verifying') {
      for (const one of this.of(this.wave)) Object.assign(one, { looked: false, drift: null });
    }
    if (phase === 'next-wave') this.wave += 1;
    this.phase = phase === 'next-wave' ? 'starting' : phase;
  }

  /** What the batch must come to, from the list alone. */
  outcome(): string {
    if (this.aborted !== null) return 'aborted';
    if (this.tenants.some(({ standing }) => !CLEAN.includes(standing))) return 'partial';
    return this.in('migrated-with-warnings').length > 0 ? 'done-with-warnings' : 'done';
  }
}
