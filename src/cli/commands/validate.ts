import { Command } from 'commander';
import { limitLines, limitSentences } from '../../domain/batch/limit-sentences.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';

export function validateCommand(register: Register): Command {
  return withSelectors(new Command('validate'))
    .description('check the batch file; talks to nobody')
    .action((options: Selectors) =>
      register(async ({ out }) => {
        const { batch, file } = await loadSelection(options, out);
        const { waves, limit } = limitSentences(batch);
        out.data(
          {
            schemaVersion: 1,
            batch: batch.batch,
            valid: true,
            tenants: batch.tenants.length,
            waves,
            limit,
            errors: [],
            warnings: batch.warnings,
          },
          () =>
            [
              out.text.validFile(file, batch.tenants.length, waves.length),
              ...limitLines(batch).map((line) => `  ${line}`),
            ].join('\n'),
        );
        return EXIT.ok;
      }),
    );
}
