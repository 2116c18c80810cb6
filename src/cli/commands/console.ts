import { Command } from 'commander';
import { deleteSessions, openConsolePages, type ConsolePages } from '../../console-browser.js';
import type { Tenant } from '../../domain/tenant.js';
import { isLogin } from '../../domain/work-orders/work-order.js';
import { checkTable } from '../console-lines.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { logInEach, type Platform } from '../logging-in.js';
import { loadSelection, type Selected } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface ConsoleOptions {
  file: string;
  tenant: string[];
}

/** The console of tenants whose driver is `browser`: its operator's session, and whether its pages are as mapped. */
export function consoleCommand(register: Register): Command {
  const console = new Command('console').description('the console of tenants that a browser drives');
  console.addCommand(
    ofTenants(new Command('login'))
      .description('open a window in which you log in; the session is kept sealed, and the tenant goes on')
      .option('--minutes <n>', 'how long to wait for you', '15')
      .action((options: ConsoleOptions & { minutes: string }) => register((context) => logIn(options, context))),
  );
  console.addCommand(
    ofTenants(new Command('logout'))
      .description('delete the session that is kept here; whoever works in it needs another login')
      .action((options: ConsoleOptions) => register((context) => logOut(options, context))),
  );
  console.addCommand(
    ofTenants(new Command('check'))
      .description('open every page and compare it with the page map; writes nothing')
      .action((options: ConsoleOptions) => register((context) => check(options, context))),
  );
  return console;
}

function ofTenants(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'the batch file')
    .requiredOption('--tenant <id...>', 'whose console');
}

async function logIn(options: ConsoleOptions & { minutes: string }, context: Context): Promise<ExitCode> {
  const { out, env, interrupted } = context;
  const minutes = Number(options.minutes);
  if (!(minutes > 0)) throw new UsageError(`--minutes ${options.minutes}: a number of minutes is wanted`);
  if (process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'])
    throw new UsageError(out.text.noScreen);
  const tenants = await withBrowser(options, context);
  const asOperator = (tenant: Tenant, _at: Platform, address: string) => {
    out.say(out.text.logInAt(tenant.id, address));
    return { headless: false, timeoutMs: minutes * 60_000, signal: interrupted };
  };
  const who = tenants.map(({ tenant }) => tenant);
  await inPages(context, (pages) => logInEach(pages, who, asOperator));
  await answerLogins(tenants, context);
  const ids = tenants.map(({ tenant }) => tenant.id);
  out.data({ schemaVersion: 1, loggedIn: ids }, () => ids.map((id) => out.text.loggedIn(id)).join('\n'));
  return EXIT.ok;
}

/** Who has logged in need not say so as well. */
async function answerLogins(tenants: readonly Selected[], context: Context): Promise<void> {
  const ids = new Set(tenants.map(({ tenant }) => tenant.id));
  const sites = [...new Set(tenants.map(({ tenant }) => tenant.site))];
  const listed = { ...context, serves: 'nothing', sites: [] } as const;
  const open = (await inSession(listed, ({ migrations }) => migrations.openOrders())).filter(
    ({ tenantId, order }) => ids.has(tenantId) && isLogin(order),
  );
  if (open.length === 0) return;
  await inSession({ ...context, serves: 'site', sites }, async ({ migrations }) => {
    for (const { tenantId, order } of open) {
      await migrations.tellOrder(tenantId, { number: order.number, by: context.by, do: 'confirm', values: {} });
    }
  });
}

/** Also of a tenant that is driven otherwise by now, and where there is no browser: what is kept may always be deleted. */
async function logOut({ file, tenant }: ConsoleOptions, { config, out }: Context): Promise<ExitCode> {
  const { selected } = await loadSelection({ file, tenant }, out);
  const consoles: { tenant: string; deleted: string[] }[] = [];
  for (const one of selected) {
    consoles.push({ tenant: one.tenant.id, deleted: await deleteSessions(config, one.tenant) });
  }
  out.data({ schemaVersion: 1, consoles }, () =>
    consoles.map(({ tenant: id, deleted }) => out.text.loggedOut(id, deleted)).join('\n'),
  );
  return EXIT.ok;
}

async function check(options: ConsoleOptions, context: Context): Promise<ExitCode> {
  const { out } = context;
  const tenants = await withBrowser(options, context);
  const consoles = await inPages(context, async (pages) => {
    const reports = [];
    for (const { tenant } of tenants) {
      const driver = pages.driver(tenant, { wanted: {}, previous: {} }, 'check');
      reports.push({ tenant: tenant.id, ...(await driver.check()) });
      await driver.close();
    }
    return reports;
  });
  out.data({ schemaVersion: 1, consoles }, () => consoles.map((one) => checkTable(one, out)).join('\n\n'));
  if (consoles.some(({ session }) => !session)) return EXIT.waiting;
  return consoles.every(({ ok }) => ok) ? EXIT.ok : EXIT.blocked;
}

async function withBrowser({ file, tenant }: ConsoleOptions, { out }: Context): Promise<Selected[]> {
  const { selected } = await loadSelection({ file, tenant }, out);
  const others = selected.filter((one) => one.tenant.qiyuesuo.driver !== 'browser').map((one) => one.tenant.id);
  if (others.length > 0) throw new UsageError(out.text.noBrowserDriver(others));
  return selected;
}

async function inPages<T>({ config, out }: Context, work: (pages: ConsolePages) => Promise<T>): Promise<T> {
  const pages = await openConsolePages(config);
  if (!pages) throw new UsageError(out.text.noChromium);
  try {
    return await work(pages);
  } finally {
    await pages.close();
  }
}
