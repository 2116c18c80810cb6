import { Command } from 'commander';
import type { Register } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { REASON } from '../reason-option.js';
import { loadSelection, narrowedTo, type Selectors } from '../selection.js';
import { inSession } from '../session.js';

interface ApproveOptions extends Pick<Selectors, 'file' | 'tenant' | 'where'> {
  wave: string;
  reason: string;
}

export function approveCommand(register: Register): Command {
  return ofWave(new Command('approve'))
    .description('let the next wave start after one that asked for approval; holds for the file as it was applied')
    .action((options: ApproveOptions) => answer('approve', options, register));
}

export function rejectCommand(register: Register): Command {
  return ofWave(new Command('reject'))
    .description('stop the batch instead of going on to the next wave')
    .action((options: ApproveOptions) => answer('reject', options, register));
}

function ofWave(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'the batch file')
    .option('--tenant <id...>', 'as it was given to apply')
    .option('--where <name=pattern...>', 'as it was given to apply')
    .requiredOption('--wave <name>', 'the wave that waits for approval')
    .requiredOption(...REASON);
}

function answer(verb: 'approve' | 'reject', { wave, reason, ...selectors }: ApproveOptions, register: Register): void {
  register(async (context) => {
    const { out, by } = context;
    const loaded = await loadSelection(selectors, out);
    const { batch } = narrowedTo(loaded, new Set(loaded.selected.map(({ tenant }) => tenant.id)));
    const order = { by, reason, wave };
    await inSession({ ...context, serves: 'all', sites: [] }, async ({ migrations }) => {
      if (verb === 'reject') await migrations.rejectWave(batch.batch, order);
      else await migrations.approveWave(batch.batch, { ...order, content: migrations.contentOf(batch) });
    });
    out.data({ schemaVersion: 1, batch: batch.batch, wave, approved: verb === 'approve' }, () =>
      out.text.ordered(verb, `wave ${wave}`),
    );
    return EXIT.ok;
  });
}
