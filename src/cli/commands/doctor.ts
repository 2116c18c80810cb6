import { Command } from 'commander';
import { chromiumOf } from '../../console-browser.js';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.js';
import { isBlocking } from '../../domain/findings.js';
import { findTemporalCli } from '../../temporal-cli.js';
import { connectTemporal } from '../../temporal.js';
import type { Context, Register } from '../context.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { inspectAll } from '../inspecting.js';
import { isNeededBy, missingLine, missingWorkers, type MissingWorker } from '../missing-workers.js';
import { loadSelection, type Selection } from '../selection.js';
import { inSession } from '../session.js';

interface Examined {
  what: string;
  works: boolean;
  detail: string;
}

export function doctorCommand(register: Register): Command {
  return new Command('doctor')
    .description('what works here: Temporal CLI, server, search attributes, and each tenant’s addresses')
    .option('-f, --file <file>', 'also look at the tenants of this batch file')
    .action((options: { file?: string }) => register((context) => doctor(options, context)));
}

async function doctor({ file }: { file?: string }, context: Context): Promise<ExitCode> {
  const { config, out } = context;
  const examined: Examined[] = [
    await examine('Node', () => Promise.resolve(process.version)),
    ...(config.temporal.remote
      ? []
      : [
          await examine(
            'Temporal CLI',
            async () =>
              (await findTemporalCli(config.temporalCli)) ??
              fail('not found; the first command that needs it downloads or builds it'),
          ),
        ]),
    await examine('Chromium', async () => chromiumOf(config) ?? 'none; only the console driver browser needs it'),
    await examine('Temporal server and search attributes', async () => {
      const temporal = await connectTemporal(config, { report: (line) => out.say(line) });
      try {
        const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({
          namespace: temporal.namespace,
        });
        const missing = Object.values(SEARCH_ATTRIBUTES).filter(({ name }) => !(name in (customAttributes ?? {})));
        if (missing.length > 0) fail(`missing: ${missing.map(({ name }) => name).join(', ')}`);
        return `${temporal.mode} at ${temporal.address}`;
      } finally {
        await temporal.close();
      }
    }),
  ];
  if (file !== undefined) {
    const selection = await loadSelection({ file }, out);
    const missing = config.temporal.remote ? await missingFor(selection, context) : [];
    examined.push(
      ...missing.map((one) => ({ what: `worker for ${one.queue}`, works: false, detail: missingLine(one, out) })),
    );
    // Who waits for a worker would be waited for.
    const selected = selection.selected.filter(({ tenant }) => !missing.some((one) => isNeededBy(tenant, one)));
    for (const { report } of await inspectAll(context, { ...selection, selected })) {
      const blocking = report.findings.filter(isBlocking);
      examined.push({
        what: `tenant ${report.tenant}`,
        works: blocking.length === 0,
        detail: blocking.map(({ code, message }) => `${code}: ${message}`).join('; '),
      });
    }
  }
  out.data({ schemaVersion: 1, examined }, () =>
    examined
      .map(
        ({ what, works, detail }) =>
          `${works ? out.style('green', out.text.doctorOk) : out.style('red', out.text.doctorBad)}  ${what}${detail ? `  ${detail}` : ''}`,
      )
      .join('\n'),
  );
  if (examined.every(({ works }) => works)) return EXIT.ok;
  return examined.some(({ works, what }) => !works && !what.startsWith('tenant ')) ? EXIT.error : EXIT.blocked;
}

async function missingFor({ selected }: Selection, context: Context): Promise<MissingWorker[]> {
  const tenants = selected.map(({ tenant }) => tenant);
  return inSession({ ...context, serves: 'nothing', sites: [] }, async (session) => [
    ...(await missingWorkers(session, tenants, 'look')),
    ...(await missingWorkers(session, tenants, 'migrate')),
  ]);
}

async function examine(what: string, look: () => Promise<string>): Promise<Examined> {
  try {
    return { what, works: true, detail: await look() };
  } catch (error) {
    return { what, works: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function fail(detail: string): never {
  throw new Error(detail);
}
