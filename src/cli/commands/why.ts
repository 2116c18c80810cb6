import { Command } from 'commander';
import type { Migrations } from '../../client.js';
import { reasonIn } from '../../domain/batch/reasons.js';
import type { Explanation } from '../../domain/batch/why.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { missingWorkers, sayMissing } from '../missing-workers.js';
import type { Output } from '../output.js';
import { loadSelection } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

/** What is known of a tenant from everybody who knows something: its batch, and itself. */
interface Why {
  tenant: string;
  /** Null where the batch is over, never was, has no such tenant, or nobody answers for it. */
  batch: Explanation | null;
  /** Whether it is of the batch that is under way; null where nobody can tell. */
  isMember: boolean | null;
  /** Whether its batch is under way, be it interrupted. */
  underWay: boolean;
  /** What the tenant says itself; null where it does not run. */
  itself: string | null;
  /** How its newest run ended; null where it runs or never ran. */
  ended: { outcome: string; reason: string } | null;
}

export function whyCommand(register: Register): Command {
  return new Command('why')
    .description('why a tenant waits, was skipped or blocked, or stands where it stands')
    .argument('[tenant]', 'its id; or --tenant')
    .option('--tenant <id>', 'its id')
    .requiredOption('-f, --file <file>', 'the batch file')
    .action((argument: string | undefined, options: { file: string; tenant?: string }) =>
      register(async (context) => {
        const { out } = context;
        const id = argument ?? options.tenant;
        if (id === undefined) throw new UsageError(out.text.wantsTenant('why'));
        const { batch, selected } = await loadSelection({ file: options.file, tenant: [id] }, out);
        const why = await inSession({ ...context, serves: 'nothing', sites: [] }, async (session) => {
          const asked = await askEverybody(session.migrations, { batch: batch.batch, tenant: id, file: options.file });
          const tenants = selected.map(({ tenant }) => tenant);
          if (asked.ended === null) sayMissing(await missingWorkers(session, tenants, 'migrate'), out);
          return asked;
        });
        out.data({ schemaVersion: 1, ...why }, () => whyLines(why, options.file, out));
        return EXIT.ok;
      }),
    );
}

async function askEverybody(
  migrations: Migrations,
  { batch, tenant, file }: { batch: string; tenant: string; file: string },
): Promise<Why> {
  const running = (await migrations.batchRow(batch))?.running ?? false;
  const explained = running ? await migrations.why(batch, tenant) : undefined;
  const end = await migrations.tenantEnd(tenant);
  const [row] = end ? [] : (await migrations.newestRuns(batch, [tenant])).values();
  return {
    tenant,
    batch: explained ?? null,
    isMember: explained === undefined ? null : explained !== null,
    underWay: running,
    itself:
      row?.waits?.replaceAll('-f FILE', `-f ${file}`) ??
      (row && explained == null ? `${row.step ?? 'preflight'} goes on by itself` : null),
    ended: end ? { outcome: end.ending, reason: end.reason } : null,
  };
}

function whyLines({ tenant, batch, isMember, underWay, itself, ended }: Why, file: string, out: Output): string {
  const { text } = out;
  const nowhere =
    isMember === false ? text.notOfBatch(file, tenant) : underWay ? text.interruptedBatch : text.noBatchRuns;
  const place = batch
    ? [
        `${tenant}  ${text.placeIn(batch.wave, batch.position)}: ${batch.state}`,
        ...batch.reasons.map((reason) => `  ${reasonIn(reason, out.lang)}`),
      ]
    : [`${tenant}  ${nowhere}`];
  return [
    ...place,
    ...(batch && batch.ahead > 0 ? [`  ${text.ahead(batch.ahead)}`] : []),
    ...(itself === null ? [] : [`  ${itself}`]),
    ...(ended ? [`  ${ended.outcome}: ${ended.reason}`] : []),
  ].join('\n');
}
