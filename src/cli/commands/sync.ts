import { Command } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { Migrations, PeopleSyncEnd } from '../../client.js';
import { nextAction } from '../../domain/details.js';
import { isBlocking, type Finding } from '../../domain/findings.js';
import type { PeopleReport } from '../../domain/people/report.js';
import type { Tenant } from '../../domain/tenant.js';
import { isOpen } from '../../domain/work-orders/work-order.js';
import { peopleLines } from '../../reports/people-lines.js';
import { confirmed } from '../confirming.js';
import type { Context, Register } from '../context.js';
import { duration } from '../duration.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Output } from '../output.js';
import { writePeoplePages } from '../people-pages.js';
import { policyOf, withPolicy, type PolicyOptions } from '../policy-options.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { findingLines } from '../tables.js';
import { UsageError } from '../usage-error.js';

interface SyncOptions extends Selectors, PolicyOptions {
  dryRun?: boolean;
  yes?: boolean;
  liftGuard?: boolean;
  reason?: string;
  timeout?: number;
  html?: string;
}

/** One tenant in JSON. */
interface SyncReport {
  schemaVersion: 1;
  tenant: string;
  name: string;
  /** `waiting`: a person has to do something first. `running`: it goes on, nobody waits for it any more. */
  state: 'synced' | 'looked-at' | 'failed' | 'waiting' | 'running';
  reason: string;
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
    .option('--dry-run', 'read, compare and foresee only; never writes')
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
  const { selected, batch } = await loadSelection(options, out);
  if (dryRun) out.say(out.text.nothingWritten);
  else if (!options.tenant) {
    out.say(out.text.willSync(selected.map(({ tenant }) => tenant.id)));
    if (!(await confirmed(context, options.yes))) return EXIT.usage;
  }
  const guardLifted = options.liftGuard && reason ? { by, reason } : undefined;
  const sites = [...new Set(selected.map(({ tenant }) => tenant.site))];
  const reports = await inSession({ ...context, serves: 'site', sites }, ({ migrations, temporal }) => {
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    const until = Date.now() + timeout;
    return pMap(
      selected,
      async ({ tenant }) => {
        const lifted = guardLifted ? { ...tenant, people: { ...tenant.people, guardLifted } } : tenant;
        const started = await migrations.startPeopleSync(lifted, {
          policy: policyOf(options),
          ...(dryRun ? { until: 'guard' as const } : {}),
        });
        if (started === 'migrating') return reported(tenant, 'failed', out.text.migratesNow(tenant.id));
        if (started === 'under-way') out.say(out.text.syncUnderWay(tenant.id));
        return follow(migrations, tenant, until, out);
      },
      { concurrency: AT_ONCE },
    );
  });
  if (options.html !== undefined) await writePeoplePages(options.html, reports, out);
  out.data({ schemaVersion: 1, batch: batch.batch, tenants: reports }, () =>
    reports.map((report) => linesOf(report, out)).join('\n\n'),
  );
  return exitOf(reports);
}

async function follow(migrations: Migrations, tenant: Tenant, until: number, out: Output): Promise<SyncReport> {
  let waited = 0;
  for (;;) {
    const end = await migrations.peopleSyncEnd(tenant.id);
    if (end) return ended(tenant, end);
    const status = await migrations.peopleSyncStatus(tenant.id);
    const waits = status?.orders.some(isOpen) === true;
    waited = waits ? waited + 1 : 0;
    if (waits && waited >= LOOKS_BEFORE_BELIEVED) return reported(tenant, 'waiting', nextAction(status));
    if (Date.now() > until) return reported(tenant, 'running', out.text.timedOut);
    const how = status?.held ?? status?.steps[0]?.note;
    if (how) out.progress(`${tenant.id}: ${how}`);
    await pause(LOOK_EVERY_MS);
  }
}

function ended(tenant: Tenant, end: PeopleSyncEnd): SyncReport {
  if ('failed' in end) {
    return { ...reported(tenant, 'failed', `${end.failed.code}: ${end.failed.message}`), findings: [end.failed] };
  }
  const { ran, note, findings, report, wanted } = end.result;
  const synced = ran || (wanted === null && report !== null);
  return { ...reported(tenant, synced ? 'synced' : 'looked-at', note), findings, people: report };
}

function reported({ id, name }: Tenant, state: SyncReport['state'], reason: string): SyncReport {
  return { schemaVersion: 1, tenant: id, name, state, reason, findings: [], people: null };
}

function linesOf({ tenant, name, state, reason, findings, people }: SyncReport, out: Output): string {
  return [
    `${tenant}  ${name}  ${out.text.syncState[state]}`,
    `  ${reason}`,
    ...(people ? peopleLines(people, out.lang).map((line) => `  ${line}`) : []),
    findingLines(findings, out),
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
