import { Command } from 'commander';
import type { Answered } from '../../client.js';
import { ASKS_NOTHING } from '../../domain/details.js';
import { chooses, selectedByState, withStateSelectors, type SelectedRow, type StateSelectors } from '../by-state.js';
import type { Register } from '../context.js';
import { REASON } from '../reason-option.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { showAnswered, tellTenants } from '../telling.js';
import { UsageError } from '../usage-error.js';

type SkipOptions = Selectors & StateSelectors & { reason: string };

export function skipCommand(register: Register): Command {
  return withStateSelectors(withSelectors(new Command('skip')))
    .description('answer tenants that wait for a person: leave it as it is and go on')
    .requiredOption(...REASON)
    .action((options: SkipOptions) =>
      register(async (context) => {
        const { out, by } = context;
        if (!chooses(options)) throw new UsageError(out.text.wantsSelector('skip'));
        const selection = await loadSelection(options, out);
        const sites = [...new Set(selection.selected.map(({ tenant }) => tenant.site))];
        return inSession({ ...context, serves: 'site', sites }, async ({ migrations }) => {
          const chosen = await selectedByState(migrations, selection, options, out);
          const asked = chosen.map(({ tenant }) => tenant.id);
          const told = options.tenant ? asked : chosen.filter(waitsForDecision).map(({ tenant }) => tenant.id);
          const answered = await tellTenants(told, (id) =>
            migrations.decide(id, { action: 'skip', by, reason: options.reason }),
          );
          if (!options.tenant) passOver(answered);
          return showAnswered('skip', { batch: selection.batch.batch, asked, answered }, out);
        });
      }),
    );
}

/** Of a group whoever waits for something else, as one that is paused, is passed over instead of refused. */
function passOver(answered: Answered): void {
  answered.refused = answered.refused.filter(({ why }) => !why.startsWith(ASKS_NOTHING));
}

/** A work order is answered by `orders`. */
function waitsForDecision({ row }: SelectedRow): boolean {
  return row !== null && row.ending === null && row.needsAttention && row.order === null;
}
