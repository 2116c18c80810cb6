import { InvalidArgumentError, type Command } from 'commander';
import type { Migrations } from '../client.js';
import { FINDING_CODES, type FindingCode } from '../domain/findings.js';
import { isFailure } from '../domain/batch/limits.js';
import type { TenantRow } from '../client.js';
import type { Output } from './output.js';
import type { Selected, Selection, Selectors } from './selection.js';
import { UsageError } from './usage-error.js';

/** Selectors that only Temporal can resolve: how tenants ended. */
export interface StateSelectors {
  failed?: boolean;
  notStarted?: boolean;
  code?: FindingCode[];
}

/** A tenant of the selection, with its newest run; null where it never ran. */
export type SelectedRow = Selected & { row: TenantRow | null };

export function withStateSelectors(command: Command): Command {
  return command
    .option('--failed', 'only tenants that were rolled back, or whose run was ended from outside')
    .option('--not-started', 'only tenants that never ran')
    .option('--code <code...>', 'only tenants with one of these finding codes', findingCode, []);
}

/** Whether single tenants are chosen: by names, tags, facts or how they stand, and not as whole waves. */
export function choosesTenants({
  tenant,
  where,
  failed,
  notStarted,
  code = [],
}: Omit<Selectors, 'file'> & StateSelectors): boolean {
  return [tenant, where, failed, notStarted].some((one) => one !== undefined) || code.length > 0;
}

/** Whether anything is chosen at all, and not the whole file. */
export function chooses(options: Omit<Selectors, 'file'> & StateSelectors): boolean {
  return options.wave !== undefined || choosesTenants(options);
}

/** As `inState`, for an order: nobody left is wrong usage. */
export async function selectedByState(
  migrations: Migrations,
  selection: Pick<Selection, 'batch' | 'selected'>,
  selectors: StateSelectors,
  out: Output,
): Promise<SelectedRow[]> {
  const chosen = await inState(migrations, selection, selectors);
  if (chosen.length === 0) throw new UsageError(out.text.emptySelection);
  return chosen;
}

/** Whether any of these selectors is given. */
export function asksForState({ failed, notStarted, code = [] }: StateSelectors): boolean {
  return failed === true || notStarted === true || code.length > 0;
}

/** The selection with what Temporal's lists know of it, narrowed by how tenants ended. */
export async function inState(
  migrations: Migrations,
  { batch, selected }: Pick<Selection, 'batch' | 'selected'>,
  { failed, notStarted, code = [] }: StateSelectors,
): Promise<SelectedRow[]> {
  const rows = await migrations.newestRuns(
    batch.batch,
    selected.map(({ tenant }) => tenant.id),
  );
  const byState = failed === true || notStarted === true;
  return selected
    .map((one): SelectedRow => ({ ...one, row: rows.get(one.tenant.id) ?? null }))
    .filter(({ row }) => {
      const isFailed = row?.ending != null && isFailure(row.ending);
      return !byState || (failed === true && isFailed) || (notStarted === true && row === null);
    })
    .filter(({ row }) => code.length === 0 || code.some((one) => row?.findings.includes(one)));
}

function findingCode(text: string, before: FindingCode[]): FindingCode[] {
  const code = FINDING_CODES.find((one) => one === text);
  if (!code) throw new InvalidArgumentError('there is no such code; report and status name them');
  return [...before, code];
}
