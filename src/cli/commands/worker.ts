import { Command, Option } from 'commander';
import { once } from 'node:events';
import { chromiumOf } from '../../console-browser.js';
import type { Register } from '../context.js';
import { withCoordinatorBeside } from '../coordinator-beside.js';
import { EXIT } from '../exit-codes.js';
import { connectTemporal } from '../../temporal.js';

interface WorkerOptions {
  site?: string[];
  siteOnly?: boolean;
  coordinatorOnly?: boolean;
  beside?: boolean;
}

export function workerCommand(register: Register): Command {
  return new Command('worker')
    .description('run a worker until Ctrl-C; without TEMPORAL_ADDRESS with the embedded server and its Web UI')
    .option('--site <name...>', 'the sites whose task queues it polls (default: QYS_E10_SITES)')
    .option('--site-only', 'no coordinator: for a worker inside a customer’s network')
    .addOption(
      new Option('--coordinator-only', 'no site: batches alone, away from the work of the tenants').conflicts([
        'site',
        'siteOnly',
      ]),
    )
    .addOption(new Option('--beside', 'started by another process of ours: says nothing, and ends with it').hideHelp())
    .action((options: WorkerOptions) =>
      register(async ({ config, env, out, startWorkers, interrupted }) => {
        const isLeft = options.beside ? once(process, 'disconnect') : undefined;
        const temporal = await connectTemporal(config, { report: (line) => out.say(line) });
        const sites = options.coordinatorOnly ? [] : (options.site ?? config.sites);
        const serves = options.coordinatorOnly ? 'coordinator' : options.siteOnly ? 'site' : 'all';
        const workers = await withCoordinatorBeside(startWorkers, 'stderr')({ config, env, temporal, sites, serves });
        if (options.beside) process.send?.('polls', () => undefined);
        else {
          if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
          out.say(options.coordinatorOnly ? out.text.coordinatorRuns : out.text.workerRuns(sites.join(', ')));
          if (temporal.mode === 'remote' && sites.length > 0 && chromiumOf(config) === undefined)
            out.say(out.text.workerWithoutBrowser);
        }
        try {
          const ends = [workers.running, ...(isLeft ? [isLeft] : []), once(interrupted, 'abort')];
          if (!interrupted.aborted) await Promise.race(ends);
        } finally {
          await workers.stop();
          await temporal.close();
        }
        return EXIT.ok;
      }),
    );
}
