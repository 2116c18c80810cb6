import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { parse, YAMLParseError } from 'yaml';
import { secretsOf, type OpenOrder } from '../../client.js';
import type { Tenant } from '../../domain/tenant.js';
import { inQueue } from '../../domain/work-orders/queue.js';
import { problemsOfAnswers, type Evidence, type OrderAction } from '../../domain/work-orders/work-order.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { answerSheet, orderLines, problemLines } from '../order-lines.js';
import { REASON } from '../reason-option.js';
import { loadSelection, withSelectors, type Selection, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { orderTable } from '../tables.js';
import { UsageError } from '../usage-error.js';

interface DoneOptions {
  file: string;
  answers?: string;
  set?: string[];
  row?: string[];
  note?: string;
  evidence?: string;
}

/** Work orders (工单): what a person has to do at a console whose driver is `manual`. */
export function ordersCommand(register: Register): Command {
  const orders = new Command('orders').description('work orders: what a person has to do at the console');
  orders.addCommand(
    withSelectors(new Command('list'))
      .description('every open order, in the order in which they are best done')
      .action((options: Selectors) => register((context) => list(options, context))),
  );
  orders.addCommand(
    ofOrder(new Command('show'))
      .description('page by page what to do, with values to copy')
      .option('--reveal', 'secrets too, as this machine resolves their references')
      .option('--answers', 'instead: a sheet for orders done --answers, to be filled in')
      .action((id: string, options: { file: string; reveal?: true; answers?: true }) =>
        register((context) => show(id, options, context)),
      ),
  );
  orders.addCommand(
    ofOrder(new Command('take'))
      .description('tell others that you do it; nobody else may confirm or reject it then')
      .option('--over', 'also from somebody else who has it')
      .action((id: string, { file, over }: { file: string; over?: true }) =>
        register((context) => tell(id, file, context, (of) => ({ ...of, do: 'take', ...(over ? { over } : {}) }))),
      ),
  );
  orders.addCommand(
    ofOrder(new Command('done'))
      .description('confirm what was done and tell what the page shows')
      .option('--answers <file>', 'YAML: field to what the page shows')
      .option('--set <field=value...>', 'single answers')
      .option('--row <field...>', 'of a checklist only these')
      .option('--note <text>', 'for the auditor')
      .option('--evidence <file>', 'a screenshot or the like; its name and hash are kept, the file stays')
      .action((id: string, options: DoneOptions) => register((context) => done(id, options, context))),
  );
  orders.addCommand(
    ofOrder(new Command('reject'))
      .description('it cannot be done: the step fails, and the tenant is undone or asks')
      .requiredOption(...REASON)
      .action((id: string, { file, reason }: { file: string; reason: string }) =>
        register((context) => tell(id, file, context, (of) => ({ ...of, do: 'reject', reason }))),
      ),
  );
  return orders;
}

function ofOrder(command: Command): Command {
  return command
    .argument('<order>', 'TENANT/NUMBER, as orders list shows it')
    .requiredOption('-f, --file <file>', 'the batch file');
}

interface Queued extends OpenOrder {
  tenant: Tenant;
  waveName: string;
  wave: number;
  openedAt: string;
}

async function list(options: Selectors, context: Context): Promise<ExitCode> {
  const { out } = context;
  const selection = await loadSelection(options, out);
  const open = await openOrders(selection, context);
  const orders = open.map(({ tenantId, waveName, order }) => ({ tenant: tenantId, wave: waveName, ...order }));
  const rows = open.map(({ tenantId, waveName, order }) => ({
    id: `${tenantId}/${order.number}`,
    wave: waveName,
    order,
  }));
  out.data({ schemaVersion: 1, orders }, () => (open.length === 0 ? out.text.noOrders : orderTable(rows, out)));
  return open.length === 0 ? EXIT.ok : EXIT.waiting;
}

async function show(
  id: string,
  { file, reveal, answers }: { file: string; reveal?: true; answers?: true },
  context: Context,
): Promise<ExitCode> {
  const { out } = context;
  const { tenantId, number } = idOf(id);
  const open = await openOrders(await loadSelection({ file, tenant: [tenantId] }, out), context);
  const found = open.find(({ order }) => order.number === number);
  if (!found) throw new UsageError(out.text.noSuchOrder(id));
  const { tenant, order } = found;
  const revealed = reveal ? await secretsOf(order, context.env) : new Map<string, string>();
  out.data({ schemaVersion: 1, tenant: tenantId, ...order }, () =>
    answers ? answerSheet(order, out).trimEnd() : orderLines(tenant, order, { out, file, revealed }),
  );
  return EXIT.ok;
}

async function done(id: string, options: DoneOptions, context: Context): Promise<ExitCode> {
  const values = { ...(await sheetOf(options.answers)), ...pairsOf(options.set ?? []) };
  const evidence = options.evidence === undefined ? undefined : await evidenceOf(options.evidence);
  return tell(id, options.file, context, (of) => ({
    ...of,
    do: 'confirm',
    values,
    ...(options.row ? { rows: options.row } : {}),
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(evidence ? { evidence } : {}),
  }));
}

async function tell(
  id: string,
  file: string,
  context: Context,
  actionOf: (of: { number: number; by: string }) => OrderAction,
): Promise<ExitCode> {
  const { out, by } = context;
  const { tenantId, number } = idOf(id);
  const { selected } = await loadSelection({ file, tenant: [tenantId] }, out);
  const action = actionOf({ number, by });
  const sites = selected.map(({ tenant }) => tenant.site);
  await inSession({ ...context, serves: 'site', sites }, async ({ migrations }) => {
    if (action.do === 'confirm') {
      const open = (await migrations.openOrders()).find(
        (one) => one.tenantId === tenantId && one.order.number === number,
      );
      const problems = open ? problemsOfAnswers(open.order, action) : [];
      if (problems.length > 0) throw new UsageError(out.text.answersDoNotFit(problemLines(problems, out)));
    }
    await migrations.tellOrder(tenantId, action);
  });
  out.data({ schemaVersion: 1, order: id, action: action.do }, () => out.text.ordered(action.do, id));
  if (action.do !== 'take') out.say(out.text.orderAnswered(file));
  return EXIT.ok;
}

async function openOrders(selection: Selection, context: Context): Promise<Queued[]> {
  const waves = selection.batch.waves.map(({ name }) => name);
  const known = new Map(selection.selected.map((one) => [one.tenant.id, one]));
  const open = await inSession({ ...context, serves: 'nothing', sites: [] }, ({ migrations }) =>
    migrations.openOrders(),
  );
  const queued = open.flatMap((one): Queued[] => {
    const of = known.get(one.tenantId);
    const openedAt = one.order.trail[0]?.at ?? '';
    return of ? [{ ...one, tenant: of.tenant, waveName: of.wave, wave: waves.indexOf(of.wave), openedAt }] : [];
  });
  return inQueue(queued, new Date());
}

function idOf(id: string): { tenantId: string; number: number } {
  const [, tenantId, number] = /^(.+)\/(\d+)$/.exec(id) ?? [];
  if (tenantId === undefined) throw new UsageError(`${id} is no order: TENANT/NUMBER, as orders list shows it`);
  return { tenantId, number: Number(number) };
}

async function sheetOf(file: string | undefined): Promise<Record<string, string>> {
  if (file === undefined) return {};
  try {
    const given = parse(await readFile(file, 'utf8'), { schema: 'failsafe' }) as unknown;
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new UsageError(`${file}: a field to a line is wanted, FIELD: VALUE`);
    return Object.fromEntries(Object.entries(given).map(([field, value]) => [field, answerText(value)]));
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UsageError(`${file}: ${error.message}`);
    if (error instanceof Error && 'code' in error)
      throw new UsageError(`${file} cannot be read (${String(error.code)})`);
    throw error;
  }
}

/** A sequence is a list; a mapping is the list of categories, name to address. */
function answerText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, address]) => `${name} = ${String(address)}`)
      .join('\n');
  }
  return typeof value === 'string' ? value : '';
}

function pairsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--set ${pair}: FIELD=VALUE is wanted`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

async function evidenceOf(file: string): Promise<Evidence> {
  try {
    return {
      name: basename(file),
      sha256: createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    };
  } catch {
    throw new UsageError(`${file} cannot be read: evidence is a file`);
  }
}
