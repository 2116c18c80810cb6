import { Command } from 'commander';
import { chooses, selectedByState, withStateSelectors, type StateSelectors } from '../by-state.js';
import type { Register } from '../context.js';
import { decideFor } from '../deciding.js';
import { REASON } from '../reason-option.js';
import { loadSelection, withSelectors, type Selectors } from '../selection.js';
import { inSession } from '../session.js';
import { showAnswered } from '../telling.js';
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
          const decision = { action: 'skip', by, reason: options.reason } as const;
          const answered = await decideFor(migrations, chosen, decision, { named: options.tenant !== undefined });
          return showAnswered('skip', { batch: selection.batch.batch, asked, answered }, out);
        });
      }),
    );
}
