import { Command, InvalidArgumentError } from 'commander';
import { sentence } from '../../domain/batch/limits.js';
import { assignWaves } from '../../domain/batch/waves.js';
import type { BatchOutcome } from '../../domain/batch/status.js';
import type { BatchReport } from '../../reports/batch-report.js';
import type { Context, Register } from '../context.js';
import { EXIT, exitCodeOf, type ExitCode } from '../exit-codes.js';
import { inspectAll } from '../inspecting.js';
import type { Output } from '../output.js';
import { policyOf, withPolicy, type PolicyOptions } from '../policy-options.js';
import { readReport } from '../reporting.js';
import { loadSelection, withSelectors, type Selection, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { causeLines, tenantTable } from '../tables.js';
import { UsageError } from '../usage-error.js';
import { watchBatch, type WatchEnd } from '../watch.js';
import { planExit, showPlan } from './plan.js';

export interface ApplyOptions extends Selectors, PolicyOptions {
  yes?: boolean;
  dryRun?: boolean;
  timeout?: number;
}

export function applyCommand(register: Register): Command {
  return withPolicy(withSelectors(new Command('apply')))
    .description('migrate the tenants of the file, or go on where an earlier apply was interrupted')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'look and plan only; never writes')
    .option('--timeout <duration>', 'wait so long at most, e.g. 30m; the run goes on', duration)
    .action((options: ApplyOptions) => register((context) => apply(options, context)));
}

/** Asks, runs, watches, reports. Also what `demo` does with its own file. */
export async function apply(options: ApplyOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const selection = narrowed(await loadSelection(options, out));
  if (options.dryRun) return dryRun(options, selection, context);
  say(selection, out);
  if (!options.yes && !(await confirmed(context))) return EXIT.usage;

  const sites = [...new Set(selection.selected.map(({ tenant }) => tenant.site))];
  return inSession({ ...context, serves: 'all', sites }, async ({ temporal, migrations }) => {
    if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
    const started = await migrations.startBatch(selection.batch, context.by, policyOf(options));
    if (started === 'another-under-way') throw new UsageError(out.text.otherBatch(selection.batch.batch));
    if (started === 'under-way') out.say(out.text.goesOn(selection.batch.batch));

    const end = await watchBatch(
      migrations,
      {
        batch: selection.batch.batch,
        tenantIds: new Set(selection.selected.map(({ tenant }) => tenant.id)),
        timeoutMs: options.timeout ?? null,
      },
      out,
    );
    if (end.because === 'timeout') {
      out.say(out.text.timedOut);
      return EXIT.timeout;
    }
    const report = await readReport(migrations, selection);
    showReport(report, out);
    return finish(end, report, options.file, out);
  });
}

/** Only the selected tenants, in the waves that they were in. */
function narrowed(selection: Selection): Selection {
  const wanted = new Set(selection.selected.map(({ tenant }) => tenant.id));
  if (wanted.size === selection.batch.tenants.length) return selection;
  const waves = assignWaves(selection.batch)
    .map(({ wave, tenants }) => ({ wave, tenants: tenants.filter(({ id }) => wanted.has(id)) }))
    .filter(({ tenants }) => tenants.length > 0);
  return {
    ...selection,
    batch: {
      ...selection.batch,
      waves: waves.map(({ wave, tenants }) => ({ ...wave, size: { count: tenants.length } })),
      tenants: waves.flatMap(({ tenants }) => tenants),
    },
  };
}

async function dryRun(options: ApplyOptions, selection: Selection, context: Context): Promise<ExitCode> {
  context.out.say(context.out.text.nothingWritten);
  const inspected = await inspectAll(context, selection, policyOf(options));
  showPlan(selection, inspected, context.out);
  context.out.say(context.out.text.nothingWasWritten);
  return planExit(inspected, false);
}

function say({ batch }: Selection, out: Output): void {
  out.say(out.text.applySummary(batch.batch, batch.tenants.length, batch.waves.length));
  for (const { wave, tenants } of assignWaves(batch)) out.say(`  ${sentence(wave, tenants.length)}`);
}

async function confirmed({ ask, out }: Context): Promise<boolean> {
  if (!ask) throw new UsageError(out.text.noTerminal);
  if ((await ask(out.text.asking)).trim() === 'yes') return true;
  out.say(out.text.notAsked);
  return false;
}

export function showReport(report: BatchReport, out: Output): void {
  out.data(report, () => [tenantTable(report.tenants, out), causeLines(report, out)].filter(Boolean).join('\n\n'));
}

function finish(end: WatchEnd, report: BatchReport, file: string, out: Output): ExitCode {
  const counts = Object.entries(report.counts).map(([state, count]) => `${count} ${state}`);
  out.say(out.text.result(counts.join(', ')));
  const endings = report.tenants.map(({ outcome }) => outcome);
  if (end.because === 'people') {
    out.say(out.text.onlyPeople);
    return endings.includes('rollback-incomplete') ? EXIT.rollbackIncomplete : EXIT.waiting;
  }
  const outcome: BatchOutcome | null = end.because === 'over' ? end.status.outcome : null;
  const code = exitCodeOf(endings, outcome);
  out.say(code === EXIT.ok ? out.text.reportHint(file) : out.text.retryHint(file));
  return code;
}

/** Milliseconds of `90s`, `30m`, `2h`. */
function duration(text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('give a duration such as 90s, 30m or 2h');
  return Number(count) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h'];
}
