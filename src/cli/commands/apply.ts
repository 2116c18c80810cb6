import { Command, Option } from 'commander';
import { limitLines } from '../../domain/batch/limit-sentences.js';
import { withStateSelectors, type StateSelectors } from '../by-state.js';
import { confirmed } from '../confirming.js';
import type { Context, Register } from '../context.js';
import { withCoordinatorBeside } from '../coordinator-beside.js';
import { duration } from '../duration.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { inspectAll } from '../inspecting.js';
import type { Output } from '../output.js';
import { policyOf, withPolicy, type PolicyOptions } from '../policy-options.js';
import { runBatch } from '../running.js';
import { resolvedSelection } from '../resolving.js';
import { withSelectors, type Selection, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { planExit, showPlan } from './plan.js';

export interface ApplyOptions extends Selectors, StateSelectors, PolicyOptions {
  yes?: boolean;
  dryRun?: boolean;
  timeout?: number;
  wait?: boolean;
  until?: 'snapshot';
}

export function applyCommand(register: Register): Command {
  return withPolicy(withStateSelectors(withSelectors(new Command('apply'))))
    .description('migrate the tenants of the file, or go on where an earlier apply was interrupted')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'look and plan only; never writes')
    .addOption(
      new Option('--until <step>', 'stop there, and write nothing; apply again without it cuts over').choices([
        'snapshot',
      ]),
    )
    .option('--timeout <duration>', 'wait so long at most, e.g. 30m; the run goes on', duration)
    .option('--no-wait', 'start it and leave, with 8; workers elsewhere go on with it')
    .action((options: ApplyOptions) => register((context) => apply(options, context)));
}

/** Asks, runs, watches, reports. Also what `demo` does with its own file. */
export async function apply(options: ApplyOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const selection = await resolvedSelection(options, context);
  if (options.dryRun) return dryRun(options, selection, context);
  say(selection, out);
  if (!(await confirmed(context, options.yes))) return EXIT.usage;

  const sites = [...new Set(selection.selected.map(({ tenant }) => tenant.site))];
  const { file, until } = options;
  const timeoutMs = options.wait === false ? 0 : options.timeout;
  const isLarge = selection.selected.length >= MANY_TENANTS;
  const startWorkers = isLarge ? withCoordinatorBeside(context.startWorkers, 'file') : context.startWorkers;
  return inSession({ ...context, startWorkers, serves: 'all', sites }, (session) =>
    runBatch(session, selection, { file, policy: policyOf(options), timeoutMs, until }, context),
  );
}

/** A process more takes some 200 MB: fewer tenants keep nobody waiting. */
const MANY_TENANTS = 200;

async function dryRun(options: ApplyOptions, selection: Selection, context: Context): Promise<ExitCode> {
  context.out.say(context.out.text.nothingWritten);
  const inspected = await inspectAll(context, selection, policyOf(options));
  showPlan(selection, inspected, context.out);
  context.out.say(context.out.text.nothingWasWritten);
  return planExit(inspected, false);
}

function say({ batch }: Selection, out: Output): void {
  out.say(out.text.applySummary(batch.batch, batch.tenants.length, batch.waves.length));
  for (const line of limitLines(batch)) out.say(`  ${line}`);
}
