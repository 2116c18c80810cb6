import { Command } from 'commander';
import type { Answered } from '../../client.js';
import { withStateSelectors, selectedByState, type SelectedRow, type StateSelectors } from '../by-state.js';
import type { Context, Register } from '../context.js';
import { decideFor } from '../deciding.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { REASON } from '../reason-option.js';
import { loadSelection, narrowedTo, withSelectors, type Selection, type Selectors } from '../selection.js';
import { inSession, type Session } from '../session.js';
import { answeredLines } from '../tables.js';
import { showAnswered } from '../telling.js';
import { UsageError } from '../usage-error.js';
import { runBatch } from '../running.js';

type RetryOptions = Selectors & StateSelectors & { reason: string; liftGuard?: boolean };

export function retryCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('retry')))
    .description('try tenants once more: those that wait for a person, failed, were blocked, or never started')
    .requiredOption(...REASON)
    .option('--lift-guard', 'let their people sync do more than people.guard allows, this time')
    .action((options: RetryOptions) => register((context) => retry(options, context)));
}

/**
 * One that waits is answered; one of a batch under way starts again in it; otherwise the selected ones are run anew, and no
 * other tenant gets a call. Every step looks before it writes, so that a new run goes on where the old one failed.
 */
async function retry(options: RetryOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const selection = await loadSelection(options, out);
  const sites = [...new Set(selection.selected.map(({ tenant }) => tenant.site))];
  return inSession({ ...context, serves: 'all', sites }, async (session) => {
    const chosen = await selectedByState(session.migrations, selection, options, out);
    const waiting = chosen.filter(({ row }) => row?.needsAttention && row.ending === null);
    const others = chosen.filter((one) => !waiting.includes(one));
    const { anew, ...answered } = await answer(session, selection, { waiting, others }, context, options);
    if (!anew) {
      const asked = chosen.map(({ tenant }) => tenant.id);
      return showAnswered('retry', { batch: selection.batch.batch, asked, answered }, out);
    }
    const { accepted, refused } = answered;
    if (accepted.length + refused.length > 0) out.say(answeredLines('retry', answered, out));
    const failed = narrowedTo(selection, new Set(others.map(({ tenant }) => tenant.id)));
    const again = options.liftGuard ? withGuardLifted(failed, { by: context.by, reason: options.reason }) : failed;
    const code = await runBatch(session, again, { file: options.file }, context);
    return code === EXIT.ok && refused.length > 0 ? EXIT.failed : code;
  });
}

/** `anew`: nothing that runs could take the order for the others. */
async function answer(
  { migrations }: Session,
  { batch: { batch } }: Selection,
  { waiting, others }: { waiting: SelectedRow[]; others: SelectedRow[] },
  { by, out }: Context,
  { reason, tenant, liftGuard = false }: RetryOptions,
): Promise<Answered & { anew: boolean }> {
  const decision = { action: liftGuard ? 'lift-guard' : 'retry', by, reason } as const;
  const answered = await decideFor(migrations, waiting, decision, { named: tenant !== undefined });
  if (others.length === 0) return { ...answered, anew: false };
  const running = (await migrations.batchRow(batch))?.running ?? false;
  if (!running) return { ...answered, anew: true };
  const tenantIds = others.map((one) => one.tenant.id);
  // A batch under way holds its tenants as it was applied.
  if (liftGuard) throw new UsageError(out.text.liftsAfterBatch(tenantIds));
  const passOver = tenant ? {} : ({ passOver: true } as const);
  const { accepted, refused } = await migrations.retryTenants(batch, { by, reason, tenantIds, ...passOver });
  return {
    accepted: [...answered.accepted, ...accepted],
    refused: [...answered.refused, ...refused],
    anew: false,
  };
}

function withGuardLifted(selection: Selection, guardLifted: { by: string; reason: string }): Selection {
  const lifted = selection.batch.tenants.map((tenant) => ({ ...tenant, people: { ...tenant.people, guardLifted } }));
  return { ...selection, batch: { ...selection.batch, tenants: lifted } };
}
