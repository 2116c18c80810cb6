import type { Command } from 'commander';
import { relative } from 'node:path';
import type { ParsedBatch } from '../batch-file/parse.js';
import { readBatchFile } from '../batch-file/read.js';
import { formatBatchErrors } from '../batch-file/errors.js';
import type { Tenant } from '../domain/tenant.js';
import { assignWaves, narrowedBatch } from '../domain/batch/waves.js';
import { FACT_NAMES, isFact, readTerm, selects, type Selector } from '../domain/selectors.js';
import type { Output } from './output.js';
import { UsageError } from './usage-error.js';

/** The options by which every verb selects tenants. */
export interface Selectors {
  file: string;
  tenant?: string[];
  where?: string[];
  wave?: string[];
}

/** A tenant of the selection, with the wave that it is in. */
export interface Selected {
  tenant: Tenant;
  wave: string;
}

export interface Selection {
  file: string;
  batch: ParsedBatch;
  selected: Selected[];
}

export function withSelectors(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'the batch file')
    .option('--tenant <id...>', 'only these tenants')
    .option(
      '--where <name=pattern...>',
      `only tenants whose tag or fact (${FACT_NAMES.join(', ')}) is like this: a|b, a*, !a`,
    )
    .option('--wave <name...>', 'only tenants of these waves');
}

/** Reads the file, shows its warnings, and resolves the selectors. Unknown ids and waves are wrong usage. */
export async function loadSelection(options: Selectors, out: Output): Promise<Selection> {
  const file = relative(process.cwd(), options.file) || options.file;
  const batch = await readBatchFile(file.startsWith('..') ? options.file : file);
  if (batch.warnings.length > 0) out.say(formatBatchErrors(batch.warnings));

  const all = assignWaves(batch).flatMap(({ wave, tenants }) => tenants.map((tenant) => ({ tenant, wave: wave.name })));
  refuseUnknown(
    'tenant',
    options.tenant,
    all.map(({ tenant }) => tenant.id),
  );
  refuseUnknownWaves(options.wave, batch.waves);
  const isWanted = selects(selectorOf(options.where ?? [], batch.tenants));
  const selected = all.filter(
    ({ tenant, wave }) =>
      (!options.tenant || options.tenant.includes(tenant.id)) &&
      (!options.wave || options.wave.includes(wave)) &&
      isWanted(tenant),
  );
  if (selected.length === 0) throw new UsageError(out.text.emptySelection);
  return { file: options.file, batch, selected };
}

/** Only these tenants, in the waves that they were in. */
export function narrowedTo(selection: Selection, wanted: ReadonlySet<string>): Selection {
  return {
    ...selection,
    selected: selection.selected.filter(({ tenant }) => wanted.has(tenant.id)),
    batch: narrowedBatch(selection.batch, wanted),
  };
}

/** So many names are told to whoever gave an unknown one. */
const NAMED = 10;

/** A tag that nobody has is refused: behind a `!` its typo would select everybody. */
function selectorOf(where: readonly string[], tenants: readonly Tenant[]): Selector {
  const selector = where.map((text) => {
    const term = readTerm(text);
    if ('fix' in term) throw new UsageError(`--where ${text}: ${term.message}; ${term.fix}`);
    return term;
  });
  refuseUnknown(
    'tag',
    selector.flatMap(({ name }) => (isFact(name) ? [] : [name])),
    tenants.flatMap(({ tags }) => Object.keys(tags)),
  );
  return selector;
}

export function refuseUnknownWaves(wanted: readonly string[] | undefined, waves: readonly { name: string }[]): void {
  refuseUnknown(
    'wave',
    wanted,
    waves.map(({ name }) => name),
  );
}

export function refuseUnknown(what: string, wanted: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = (wanted ?? []).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const named = [...new Set(known)].slice(0, NAMED);
  const more = named.length < new Set(known).size ? ', …' : '';
  throw new UsageError(`the file has no ${what} ${unknown.join(', ')}; it has ${named.join(', ') || 'none'}${more}`);
}
