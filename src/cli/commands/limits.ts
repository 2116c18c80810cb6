import { Command } from 'commander';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { limitsOf, withLimits, type LimitOptions } from '../limit-options.js';
import { REASON } from '../reason-option.js';
import { loadSelection, refuseUnknownWaves } from '../selection.js';
import { inSession } from '../session.js';
import { showScopes, tellScopes } from '../telling.js';
import { UsageError } from '../usage-error.js';

interface LimitsOptions extends LimitOptions {
  file: string;
  wave?: string[];
  reason: string;
}

export function limitsCommand(register: Register): Command {
  return withLimits(new Command('limits'))
    .description('change limits while the batch runs; they hold from the next start on')
    .requiredOption('-f, --file <file>', 'the batch file')
    .option('--wave <name...>', 'of these waves; without it those of the whole batch')
    .requiredOption(...REASON)
    .action((options: LimitsOptions) =>
      register(async (context) => {
        const { out, by } = context;
        const change = limitsOf(options);
        if (!change) throw new UsageError(out.text.noLimits);
        const { file, wave, reason } = options;
        const { batch } = await loadSelection({ file }, out);
        refuseUnknownWaves(wave, batch.waves);
        const order = { by, reason, change };
        return inSession({ ...context, serves: 'all', sites: [] }, async ({ migrations }) => {
          if (wave) {
            const waves = [...new Set(wave)].map((name) => ({ wave: name }));
            const answered = await tellScopes(waves, (on) => migrations.setLimits(batch.batch, { ...order, ...on }));
            return showScopes('limits', batch.batch, answered, out, { limits: change });
          }
          await migrations.setLimits(batch.batch, { ...order, wave: null });
          const accepted = [{ batch: true }];
          out.data({ schemaVersion: 1, batch: batch.batch, limits: change, accepted, refused: [] }, () =>
            out.text.ordered('limits', 'the batch'),
          );
          return EXIT.ok;
        });
      }),
    );
}
