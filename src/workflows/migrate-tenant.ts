import { CancellationScope, isCancellation, patched, setHandler, sleep } from '@temporalio/workflow';
import { rollbackWords } from '../domain/batch/orders.js';
import type { Endpoint } from '../domain/batch/endpoints.js';
import { type Finding, isBlocking, messageIn } from '../domain/findings.js';
import {
  reasonOf,
  type Outcome,
  type Sealed,
  type TenantResult,
  type UndoProof,
  type UndoRecord,
} from '../domain/outcomes.js';
import { looksAhead } from '../domain/people/look-ahead.js';
import type { Change } from '../domain/plan.js';
import { prepared, staleFindings } from '../domain/prepared.js';
import { stepsOf, type Step } from '../domain/steps.js';
import { DEFAULT_POLICY, type Policy } from '../domain/policy.js';
import { joined, type Lang, type Said } from '../domain/said.js';
import type { Tenant } from '../domain/tenant.js';
import { verdictOfUndo } from '../domain/undo-verdict.js';
import { WORDS } from '../domain/words.js';
import type { SnapshotResult } from '../activities/snapshot.js';
import { activityGroups, activityQueue } from './activity-groups.js';
import { attended } from './attended.js';
import { forwardCategories } from './forward-categories.js';
import { createCompensation } from './compensation.js';
import { closeTenant, isClosing } from './close-tenant.js';
import { findingOfFailure, refused } from './failures.js';
import { createGate } from './gate.js';
import { cancelReasonSignal, peopleSyncDecidedSignal, undoRecordQuery } from './messages.js';
import { peopleChild } from './people-child.js';
import { createProgress } from './progress.js';
import { tenantPeople } from './tenant-people.js';
import { undoStep, undoTenant } from './undo-steps.js';
import { withHands } from './work-orders.js';

export interface MigrateTenantInput {
  tenant: Tenant;
  batch?: string;
  wave?: string;
  /** The partition of the batch that started it, and is told how it ended. */
  partition?: number;
  policy?: Policy;
  /** Endpoints that it shares with other tenants of the batch: where one refuses a credential, it does so for all of them. */
  shared?: Endpoint[];
  /** Ends as `skipped` with the snapshot: nothing is written. */
  until?: 'snapshot';
  /** What was planned when it was prepared: nothing else is written. Null where that can no longer be read. */
  planned?: Change[] | null;
}

/**
 * Moves one tenant from E9 to E10, as the vendor's procedure does by hand (`facts/official-procedure.zh.md`): looks, keeps
 * what there was, switches, configures, verifies; and undoes in reverse, with proof, when a step fails or somebody cancels.
 * Cancel = roll back; terminate = abandon.
 */
export async function migrateTenant(input: MigrateTenantInput): Promise<TenantResult> {
  const { tenant, batch, wave, policy = DEFAULT_POLICY } = input;
  const isPrivate = tenant.qiyuesuo.deployment === 'private';
  const progress = createProgress(
    { tenantId: tenant.id, name: tenant.name, batch: batch ?? null, wave: wave ?? null },
    stepsOf(tenant.qiyuesuo.deployment),
  );
  const gate = createGate(tenant.id, batch, progress);
  const children = { syncPeople: peopleChild({ tenant, policy, gate, progress }) };
  const groups = withHands({ ...activityGroups(policy, activityQueue(tenant)), children }, tenant, {
    progress,
    policy,
    gate,
  });
  const { reads, writes } = groups;
  const compensation = createCompensation(progress);
  let snapshot: SnapshotResult | undefined;
  let record: UndoRecord | undefined;
  const prepares = input.until === 'snapshot';
  const people = tenantPeople({
    tenant,
    policy,
    syncPeople: groups.children.syncPeople,
    progress,
    prepares,
    isUntouched: () => leftToUndo() === null,
    decided: () => record?.peopleSync ?? null,
  });
  const attendance = {
    gate,
    progress,
    // Nobody is asked about a tenant that is only prepared; in runs of older versions somebody may have been.
    policy: prepares && patched('prepared-asks-nobody') ? ({ ...policy, onFailure: 'undo' } as const) : policy,
    shared: input.shared ?? [],
    hasOwnApp: tenant.e10.ownApp !== undefined,
    liftGuard: (by: string, reason: string) => people.liftGuard(by, reason),
    lookBack,
  };
  let whyCancelled: Said = CANCELLED;
  setHandler(cancelReasonSignal, (why) => void (whyCancelled = why), {
    description: 'Why this tenant is about to be cancelled',
  });
  setHandler(undoRecordQuery, leftToUndo, { description: 'What this run has registered to be undone' });

  setHandler(
    peopleSyncDecidedSignal,
    (wanted) => {
      // Asked again after its settings were saved, it finds its own.
      if (record) record.peopleSync = { ...wanted, asFound: record.peopleSync?.asFound ?? wanted.asFound };
    },
    { description: 'Its people sync tells what it is about to write' },
  );

  try {
    return await close(await procedure());
  } catch (error) {
    const { step } = progress.status;
    const cancelled = isCancellation(error) || CancellationScope.current().consideredCancelled;
    if (isClosing(error, progress)) throw error;
    const finding = findingOfFailure(error);
    if (!cancelled) {
      progress.found([finding]);
      if (step) progress.leave(step, 'failed', { note: { en: finding.message, zh: messageIn(finding, 'zh') } });
    }
    return await CancellationScope.nonCancellable(async () => {
      if (!record || compensation.steps().length === 0) {
        return close(
          cancelled
            ? { outcome: 'cancelled', reason: sentenceOf(whyCancelled, NOTHING_WRITTEN) }
            : { outcome: 'blocked', reason: codeAndWords(finding), failedStep: step },
        );
      }
      const proof = await undoTenant(compensation, { tenant, record }, groups);
      const order = progress.undoOrder();
      const ordered = order === null ? null : rollbackWords(order);
      return close(undone(cancelled ? whyCancelled : null, step, finding, proof, ordered));
    });
  }

  async function procedure(): Promise<Ending> {
    if (!prepares) await maintenanceWindow();

    const { findings } = await during('preflight', () => reads.preflight({ tenant }));
    progress.found(findings);
    if (findings.some(isBlocking)) return blocked(findings, 'preflight');

    const taken = await during('snapshot', () => reads.takeSnapshot({ tenant, looks: true }));
    snapshot = taken;
    record = newRecord(tenant, taken.sealed);
    progress.found(taken.findings);
    progress.plan(taken.plan.changes);
    if (taken.findings.some(isBlocking)) return blocked(taken.findings, 'snapshot');
    if (taken.plan.changes.length === 0) return nothingToDo();
    const stale = input.planned === undefined ? [] : staleFindings(input.planned, taken.plan.changes);
    progress.found(stale);
    if (stale.some(isBlocking)) return blocked(stale, 'snapshot');

    let ahead = await peopleAhead(taken);
    if (prepares) return prepared(taken.plan);

    // A person may have answered, or everybody have been read, when the window had closed.
    if (ahead || progress.status.orders.length > 0) await maintenanceWindow();
    await gate.pass();
    if (ahead && !ahead.skipped && people.isOld()) {
      ahead = await peopleAhead(taken);
      await maintenanceWindow();
    }

    while ((await windowForWrites()) && ahead && !ahead.skipped && people.isOld()) ahead = await peopleAhead(taken);

    // The switch may clear the scope of the people sync, so their undo is registered with it, and runs after it.
    if (isPrivate) undoable('sync-people');
    undoable('switch-mode');
    // A person does switch, form and callback on one trip, and a page may store the switch only together with the form.
    for (const step of filledWithSwitch(tenant)) undoable(step);
    if (isPrivate && tenant.qiyuesuo.driver === 'manual') undoable('callback');
    let isFirst = true;
    await during('switch-mode', async () => {
      // It was refused, and nothing is written yet.
      if (!isFirst) await windowForWrites();
      isFirst = false;
      return writes.switchMode({ tenant });
    });
    record.switched = taken.plan.changes.some(({ target }) => target === 'integration.oaVersion');

    await during('configure', () => configured(taken));

    if (isPrivate) {
      undoable('callback');
      await during('callback', () => writes.setCallback({ tenant }));
      if (!ahead?.skipped) await during('sync-people', () => people.sync(taken));
      undoable('rewrite-categories');
      await during('rewrite-categories', () => categories(taken));
    }
    return verified();
  }

  async function maintenanceWindow(): Promise<void> {
    if (!tenant.window) return;
    const { from, to, zone } = tenant.window;
    const what = `waits for its maintenance window, ${from}–${to} ${zone}`;
    const opens = (ms: number): Promise<void> => sleep(ms, { summary: `maintenance window from ${from} ${zone}` });
    // Asked again after the wait: a worker that was off may come back when the window has closed.
    for (let ms = await reads.untilWindow({ tenant }); ms > 0; ms = await reads.untilWindow({ tenant })) {
      // Runs of older versions kept their places.
      if (patched('waits-outside')) await gate.outside(what, () => opens(ms));
      else await opens(ms);
    }
  }

  /**
   * A pause, an endpoint or a person may have kept it until the window had closed; or a window until it was paused. Answers whether
   * it was looked at.
   */
  async function windowForWrites(): Promise<boolean> {
    // Runs of older versions looked only where they had waited for people.
    if (!tenant.window || !patched('window-at-first-write')) return false;
    do await maintenanceWindow();
    while (await gate.pass());
    return true;
  }

  /** Undefined where nobody is looked at. */
  async function peopleAhead({ plan }: SnapshotResult): Promise<{ note: Said; skipped?: true } | undefined> {
    if (!looksAhead(tenant, plan.changes)) return undefined;
    // Runs of older versions did without.
    return patched('people-before-switch') ? during('sync-people', () => people.ahead(), 'later') : undefined;
  }

  /** The picture before is taken once: a second attempt would see what the first one wrote. */
  async function configured({ sealed }: SnapshotResult) {
    record ??= newRecord(tenant, sealed);
    record.beforeConfigure ??= await reads.pictureBeforeConfigure({ tenant, snapshot: sealed });
    undoable('configure');
    return writes.configure({ tenant });
  }

  async function categories({ mode, sealed }: SnapshotResult) {
    if (mode === 'rewrite') return writes.rewriteCategories({ tenant, snapshot: sealed });
    if (mode !== 'forward') return { written: 0, note: 'no category calls E9' };
    const { written, findings } = await forwardCategories({ tenant, snapshot: sealed }, groups, progress);
    progress.found(findings);
    return { written };
  }

  async function verified(): Promise<Ending> {
    const verdict = await during('verify', async () => {
      const found = await reads.verify({ tenant, people: people.heads(), findings: progress.status.findings });
      const [wrong] = found.findings.filter(isBlocking);
      if (wrong) throw refused(wrong);
      return found;
    });
    progress.found(verdict.findings);
    const warned = verdict.grade === 'C';
    const toFollowUp = codes(progress.status.findings, 'warning');
    return {
      outcome: warned ? 'migrated-with-warnings' : 'migrated',
      reason: sentenceOf(
        warned
          ? { en: `migrated; to follow up: ${toFollowUp}`, zh: `已迁移；待跟进：${toFollowUp}` }
          : { en: 'migrated and verified', zh: '已迁移并核验' },
        tenant.qiyuesuo.driver === 'manual' && {
          en: 'what the console shows was told by people',
          zh: '控制台内容由人员填报',
        },
      ),
      grade: verdict.grade,
    };
  }

  /** Nobody is sent to a console for it, and `verify` looks at everything anyway. */
  async function lookBack(step: Step): Promise<void> {
    if (leftToUndo() === null || step === 'verify' || tenant.qiyuesuo.driver === 'manual') return;
    // Runs of older versions did not.
    if (!patched('looks-back')) return;
    const { findings } = await reads.verify({ tenant, people: null, findings: progress.status.findings, before: step });
    const [wrong] = findings.filter(isBlocking);
    if (wrong) throw refused(wrong);
  }

  /** Everything is as wanted already; still proved, so that "already migrated" is never only a word. */
  async function nothingToDo(): Promise<Ending> {
    const verdict = await during('verify', () =>
      reads.verify({ tenant, people: null, findings: progress.status.findings }),
    );
    progress.found(verdict.findings);
    if (verdict.findings.some(isBlocking)) return blocked(verdict.findings, 'verify');
    const toFollowUp = codes(progress.status.findings, 'warning');
    return {
      outcome: 'already-migrated',
      reason: sentenceOf(
        { en: 'everything was as wanted: nothing was written', zh: '均已符合要求：未写入任何内容' },
        toFollowUp !== '' && { en: `to follow up: ${toFollowUp}`, zh: `待跟进：${toFollowUp}` },
      ),
      grade: verdict.grade,
    };
  }

  function leftToUndo(): UndoRecord | null {
    return record && record.steps.length > 0 ? record : null;
  }

  function undoable(step: Step): void {
    if (!record) throw new Error('nothing may be written before the snapshot');
    if (compensation.steps().includes(step)) return;
    const facts = { tenant, record };
    compensation.add(step, (leave) => undoStep(step, facts, groups)(leave));
    record.steps = compensation.steps();
  }

  /** `later`: the turn of the step itself comes later. */
  async function during<T extends object>(step: Step, work: () => Promise<T>, when?: 'later'): Promise<T> {
    await gate.pass();
    progress.enter(step);
    const result = await attended(step, work, attendance);
    const { written, note, skipped } = result as { written?: number; note?: Said; skipped?: true };
    const state = skipped ? 'skipped' : when === 'later' ? 'pending' : written === 0 ? 'unchanged' : 'done';
    progress.leave(step, state, {
      ...(written === undefined ? {} : { written }),
      ...(note === undefined ? {} : { note }),
    });
    return result as T;
  }

  function close(ending: Ending): Promise<TenantResult> {
    return closeTenant(
      {
        tenantId: tenant.id,
        failedStep: null,
        grade: null,
        undo: null,
        ...ending,
        ...reasonOf(ending.reason),
        findings: progress.status.findings,
        steps: progress.status.steps,
        changes: snapshot?.plan.changes ?? [],
        snapshotHash: snapshot?.sealed.hash ?? null,
        planHash: snapshot?.plan.hash ?? null,
        undoRecord: leftToUndo(),
        people: people.report(),
      },
      progress,
      { batch, partition: input.partition },
    );
  }
}

const CANCELLED: Said = { en: 'cancelled', zh: '已取消' };
const NOTHING_WRITTEN: Said = { en: 'before the first write', zh: '首次写入之前' };

/** Not in runs of older versions. */
function filledWithSwitch({ qiyuesuo }: Tenant): Step[] {
  return qiyuesuo.driver !== 'api' && patched('form-with-switch') ? ['configure'] : [];
}

function newRecord(tenant: Tenant, snapshot: Sealed): UndoRecord {
  return { tenant, snapshot, switched: false, beforeConfigure: null, peopleSync: null, steps: [] };
}

type Ending = Pick<TenantResult, 'outcome'> & { reason: Said } & Partial<
    Pick<TenantResult, 'grade' | 'failedStep' | 'undo'>
  >;

function codeAndWords(finding: Finding): Record<Lang, string> {
  return { en: `${finding.code}: ${finding.message}`, zh: `${finding.code}：${messageIn(finding, 'zh')}` };
}

function sentenceOf(...parts: (Said | false)[]): Said {
  return joined(
    parts.filter((part) => part !== false),
    { en: '; ', zh: '；' },
  );
}

function blocked(findings: readonly Finding[], failedStep: Step): Ending {
  const reasons = findings.filter(isBlocking).map(codeAndWords);
  return { outcome: 'blocked', reason: sentenceOf(...reasons), failedStep };
}

/** `ordered`: who answered that it is to be undone, as a sentence. */
function undone(
  cancelled: Said | null,
  failedStep: Step | null,
  finding: Finding,
  proof: UndoProof,
  ordered: Said | null,
): Ending {
  const { complete, words } = verdictOfUndo(proof);
  const outcome: Outcome = !complete ? 'rollback-incomplete' : cancelled !== null ? 'cancelled' : 'rolled-back';
  const found = codeAndWords(finding);
  const why = cancelled ?? {
    en: `${failedStep ?? 'a step'} failed (${found.en})`,
    zh: `${failedStep === null ? '步骤' : WORDS.zh.stepName[failedStep]}失败（${found.zh}）`,
  };
  return {
    outcome,
    reason: sentenceOf(why, cancelled === null && ordered !== null && ordered, words),
    failedStep,
    undo: proof,
  };
}

function codes(findings: readonly Finding[], severity: Finding['severity']): string {
  return [...new Set(findings.filter((finding) => finding.severity === severity).map(({ code }) => code))].join(', ');
}
