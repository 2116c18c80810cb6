import { Command } from 'commander';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { limitsOf, withLimits, type LimitOptions } from '../limit-options.js';
import { loadSelection } from '../selection.js';
import { inSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface LimitsOptions extends LimitOptions {
  file: string;
  wave?: string;
  reason: string;
}

export function limitsCommand(register: Register): Command {
  return withLimits(new Command('limits'))
    .description('change limits while the batch runs; they hold from the next start on')
    .requiredOption('-f, --file <file>', 'the batch file')
    .option('--wave <name>', 'of this wave; without it those of the whole batch')
    .requiredOption('--reason <text>', 'why; kept for the auditor')
    .action((options: LimitsOptions) =>
      register(async (context) => {
        const { out, by } = context;
        const change = limitsOf(options);
        if (!change) throw new UsageError(out.text.noLimits);
        const { batch } = await loadSelection({ file: options.file }, out);
        const { wave = null, reason } = options;
        await inSession({ ...context, serves: 'all', sites: [] }, ({ migrations }) =>
          migrations.setLimits(batch.batch, { by, reason, wave, change }),
        );
        out.data({ schemaVersion: 1, batch: batch.batch, wave, limits: change }, () =>
          out.text.ordered('limits', wave === null ? 'the batch' : `wave ${wave}`),
        );
        return EXIT.ok;
      }),
    );
}
