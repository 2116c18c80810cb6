import { Command } from 'commander';
import { sentence } from '../../domain/batch/limits.js';
import { assignWaves } from '../../domain/batch/waves.js';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';

export function validateCommand(register: Register): Command {
  return withSelectors(new Command('validate'))
    .description('check the batch file; talks to nobody')
    .action((options: Selectors) =>
      register(async ({ out }) => {
        const { batch, file } = await loadSelection(options, out);
        const waves = assignWaves(batch).map(({ wave, tenants }) => ({
          name: wave.name,
          tenants: tenants.length,
          limit: sentence(wave, tenants.length),
        }));
        out.data(
          {
            schemaVersion: 1,
            batch: batch.batch,
            valid: true,
            tenants: batch.tenants.length,
            waves,
            errors: [],
            warnings: batch.warnings,
          },
          () =>
            [
              out.text.validFile(file, batch.tenants.length, waves.length),
              ...waves.map(({ limit }) => `  ${limit}`),
            ].join('\n'),
        );
        return EXIT.ok;
      }),
    );
}
