import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { Migrations, PeopleSyncEnd } from '../../client.js';
import { nextAction } from '../../domain/details.js';
import { isBlocking, messageIn, type Finding } from '../../domain/findings.js';
import type { PeopleReport } from '../../domain/people/report.js';
import { inLang, type Said } from '../../domain/said.js';
import type { Tenant } from '../../domain/tenant.js';
import { isOpen } from '../../domain/work-orders/work-order.js';
import { peopleLines } from '../../reports/people-lines.js';
import { confirmed } from '../confirming.js';
import type { Context, Register } from '../context.js';
import { duration } from '../duration.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { usableFolder, writePeoplePages } from '../people-pages.js';
import { policyOf, withPolicy, type PolicyOptions } from '../policy-options.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession, type Session } from '../session.js';
import { findingLines } from '../tables.js';
import { UsageError } from '../usage-error.js';

interface SyncOptions extends Selectors, PolicyOptions {
  dryRun?: boolean;
  yes?: boolean;
  liftGuard?: boolean;
  reason?: string;
  timeout?: number;
  html?: string;
  cancel?: boolean;
}

/** One tenant in JSON. */
interface SyncReport {
  schemaVersion: 1;
  tenant: string;
  name: string;
  /** `waiting`: a person has to do something first. `running`: it goes on, nobody waits for it any more. */
  state: 'synced' | 'looked-at' | 'failed' | 'waiting' | 'running';
  reason: string;
  /** The same in Chinese, where it is ours to say. */
  zh?: string;
  findings: Finding[];
  people: PeopleReport | null;
}

const AT_ONCE = 4;
const LOOK_EVERY_MS = 500;
/** One that is about to go on must not be taken for one that waits. */
const LOOKS_BEFORE_BELIEVED = 5;

export function syncCommand(register: Register): Command {
  return withPolicy(withSelectors(new Command('sync')))
    .description('sync the people of tenants that are on E10, and say of everybody what became of them')
    .option('-y, --yes', 'do not ask; a few tenants named by --tenant are never asked about')
    .option('--dry-run', 'read, compare and foresee only; never writes; also for tenants that have not moved yet')
    .option('--cancel', 'end the sync that is under way of these tenants; what it has written stays')
    .option('--lift-guard', 'let this run do more than people.guard allows')
    .option('--reason <text>', 'why the guard is lifted; kept for the auditor')
    .option('--html <folder>', 'write a page with plots for each tenant into this folder')
    .option('--timeout <duration>', 'wait so long at most, e.g. 30m; the run goes on', duration)
    .action((options: SyncOptions) => register((context) => sync(options, context)));
}

async function sync(options: SyncOptions, context: Context): Promise<ExitCode> {
  const { out, by } = context;
  const { reason, dryRun = false, timeout = Number.POSITIVE_INFINITY } = options;
  if (options.liftGuard && !reason?.trim()) throw new UsageError(out.text.liftWantsReason);
  if (reason !== undefined && !options.liftGuard) throw new UsageError(out.text.reasonWantsLift);
  const { selected, batch } = await loadSelection(options, out);
  const tenants = selected.map(({ tenant }) => tenant);
  if (options.html !== undefined) usableFolder(options.html, out);
  if (options.cancel) return cancelled(tenants, context);
  if (dryRun) out.say(out.text.nothingWritten);
  else if (!options.tenant) {
    out.say(out.text.willSync(tenants.map(({ id }) => id)));
    if (!(await confirmed(context, options.yes))) return EXIT.usage;
  }
  const guardLifted = options.liftGuard && reason ? { by, reason } : undefined;
  const how = { policy: policyOf(options), ...(dryRun ? { until: 'guard' as const } : {}) };
  const beforeWork = (migrations: Migrations): Promise<void> => refuseUnfit(migrations, tenants, options, out);
  const reports = await inSession({ ...context, serves: 'site', sites: sitesOf(tenants), beforeWork }, (session) => {
    const { migrations, temporal } = session;
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    const until = Date.now() + timeout;
    return pMap(
      tenants,
      async (tenant) => {
        const lifted = guardLifted ? { ...tenant, people: { ...tenant.people, guardLifted } } : tenant;
        let started = await migrations.startPeopleSync(lifted, how);
        if (started === 'rehearsing' && !dryRun) {
          // A look that somebody left behind: it has nothing to lose.
          await migrations.cancelPeopleSync(tenant.id);
          started = await migrations.startPeopleSync(lifted, how);
        }
        if (started === 'migrating') return reported(tenant, 'failed', out.text.migratesNow(tenant.id));
        if (started !== 'started') out.say(out.text.syncUnderWay(tenant.id));
        return follow(session, tenant, { until, dryRun, file: options.file }, out);
      },
      { concurrency: AT_ONCE },
    );
  });
  if (options.html !== undefined) await writePeoplePages(options.html, reports, out);
  out.data({ schemaVersion: 1, batch: batch.batch, tenants: reports }, () =>
    reports.map((report) => linesOf(report, { file: options.file, dryRun }, out)).join('\n\n'),
  );
  return exitOf(reports);
}

/**
 * Asked before a worker starts here, which would carry on what is under way: a dry run does not write, and a guard is not lifted for
 * a sync that was started without.
 */
async function refuseUnfit(
  migrations: Migrations,
  tenants: readonly Tenant[],
  { dryRun, liftGuard }: SyncOptions,
  { text }: Output,
): Promise<void> {
  if (!dryRun && !liftGuard) return;
  const underWay = await pMap(tenants, async ({ id }) => ({ id, what: await migrations.peopleSyncUnderWay(id) }), {
    concurrency: AT_ONCE,
  });
  const real = underWay.filter(({ what }) => what === 'sync').map(({ id }) => id);
  if (real.length > 0) throw new UsageError(dryRun ? text.realSyncUnderWay(real) : text.liftsNothing(real));
}

async function cancelled(tenants: readonly Tenant[], context: Context): Promise<ExitCode> {
  const { out } = context;
  await inSession({ ...context, serves: 'site', sites: sitesOf(tenants) }, async ({ migrations }) => {
    for (const { id } of tenants) {
      const isUnderWay = (await migrations.peopleSyncUnderWay(id)) !== undefined;
      if (isUnderWay) await migrations.cancelPeopleSync(id);
      out.say(isUnderWay ? out.text.syncCancelled(id) : out.text.noSyncUnderWay(id));
    }
  });
  return EXIT.ok;
}

function sitesOf(tenants: readonly Tenant[]): string[] {
  return [...new Set(tenants.map(({ site }) => site))];
}

async function follow(
  { migrations, temporal }: Session,
  tenant: Tenant,
  { until, dryRun, file }: { until: number; dryRun: boolean; file: string },
  out: Output,
): Promise<SyncReport> {
  let waited = 0;
  for (;;) {
    const end = await migrations.peopleSyncEnd(tenant.id);
    if (end) return ended(tenant, end, dryRun);
    const status = await migrations.peopleSyncStatus(tenant.id);
    const waits = status?.orders.some(isOpen) === true;
    waited = waits ? waited + 1 : 0;
    if (waits && waited >= LOOKS_BEFORE_BELIEVED) return reported(tenant, 'waiting', nextAction(status, file));
    if (Date.now() > until) {
      // On one machine nobody works on it until somebody does.
      const text = temporal.mode === 'embedded' ? out.text.timedOutHere : out.text.timedOut;
      return reported(tenant, 'running', text);
    }
    const [step] = status?.steps ?? [];
    const how = status?.held ?? (out.lang === 'zh' ? step?.zh : undefined) ?? step?.note;
    if (how) out.progress(`${tenant.id}: ${how}`);
    await pause(LOOK_EVERY_MS);
  }
}

function ended(tenant: Tenant, end: PeopleSyncEnd, dryRun: boolean): SyncReport {
  if ('failed' in end) {
    const { failed } = end;
    const why = { en: `${failed.code}: ${failed.message}`, zh: `${failed.code}：${messageIn(failed, 'zh')}` };
    return { ...reported(tenant, 'failed', why), findings: [failed] };
  }
  const { ran, note, findings, report, wanted } = end.result;
  const synced = ran || (!dryRun && wanted === null && report !== null);
  return { ...reported(tenant, synced ? 'synced' : 'looked-at', note), findings, people: report };
}

function reported({ id, name }: Tenant, state: SyncReport['state'], reason: Said): SyncReport {
  const zh = typeof reason === 'string' ? {} : { zh: reason.zh };
  return { schemaVersion: 1, tenant: id, name, state, reason: inLang(reason, 'en'), ...zh, findings: [], people: null };
}

function linesOf(
  { tenant, name, state, reason, zh = reason, findings, people }: SyncReport,
  { file, dryRun }: { file: string; dryRun: boolean },
  out: Output,
): string {
  const of = { file, tenant, run: people?.reference ?? null };
  return [
    `${tenant}  ${name}  ${out.text.syncState[state]}`,
    `  ${out.lang === 'zh' ? zh : reason}`,
    ...(people ? peopleLines(people, of, out.lang).map((line) => `  ${line}`) : []),
    findingLines(findings, { ...of, again: dryRun ? null : 'sync' }, out),
  ]
    .filter((line) => line.trim() !== '')
    .join('\n');
}

/** Success is only where everybody is as E10 has them, as far as that could be seen. */
function exitOf(reports: readonly SyncReport[]): ExitCode {
  const failed = reports.filter(({ state }) => state === 'failed');
  if (failed.length > 0) {
    const nothingWritten = failed.every(({ findings }) => findings.some(({ code }) => BEFORE_ANY_WRITE.includes(code)));
    return nothingWritten ? EXIT.blocked : EXIT.failed;
  }
  if (reports.some(({ state }) => state === 'waiting')) return EXIT.waiting;
  if (reports.some(({ state }) => state === 'running')) return EXIT.timeout;
  // A rehearsal that shows what a run would end with.
  if (reports.some(({ state, findings }) => state === 'looked-at' && findings.some(isBlocking))) return EXIT.blocked;
  const wrong = reports.some(
    ({ people, findings }) => people?.grade === 'C' || people?.grade === 'D' || findings.some(isBlocking),
  );
  return wrong ? EXIT.failed : EXIT.ok;
}

const BEFORE_ANY_WRITE: readonly Finding['code'][] = [
  'PEOPLE-GUARD',
  'PEOPLE-NOT-ON-E10',
  'PEOPLE-SCOPE-UNMAPPED',
  'PEOPLE-TREE-EMPTY',
];
