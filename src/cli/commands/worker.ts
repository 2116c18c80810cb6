import { Command } from 'commander';
import { once } from 'node:events';
import { chromiumOf } from '../../console-browser.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { connectTemporal } from '../../temporal.js';

export function workerCommand(register: Register): Command {
  return new Command('worker')
    .description('run a worker until Ctrl-C; without TEMPORAL_ADDRESS with the embedded server and its Web UI')
    .option('--site <name...>', 'the sites whose task queues it polls (default: QYS_E10_SITES)')
    .option('--site-only', 'no coordinator: for a worker inside a customer’s network')
    .action((options: { site?: string[]; siteOnly?: boolean }) =>
      register(async ({ config, env, out, startWorkers, interrupted }) => {
        const temporal = await connectTemporal(config, { report: (line) => out.say(line) });
        const sites = options.site ?? config.sites;
        const serves = options.siteOnly ? 'site' : 'all';
        const workers = await startWorkers({ config, env, temporal, sites, serves });
        if (temporal.uiUrl !== null) out.say(out.text.webUi(temporal.uiUrl));
        out.say(out.text.workerRuns(sites.join(', ')));
        if (temporal.mode === 'remote' && chromiumOf(config) === undefined) out.say(out.text.workerWithoutBrowser);
        try {
          await Promise.race([workers.running, ...(interrupted.aborted ? [] : [once(interrupted, 'abort')])]);
        } finally {
          await workers.stop();
          await temporal.close();
        }
        return EXIT.ok;
      }),
    );
}
