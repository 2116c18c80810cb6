import { asksForState, selectedByState, type StateSelectors } from './by-state.js';
import type { Context } from './context.js';
import { loadSelection, narrowedTo, type Selection, type Selectors } from './selection.js';
import { inSession } from './session.js';

/** What a verb works with that starts tenants or looks at them: the file with nobody but whom all selectors choose. */
export async function resolvedSelection(options: Selectors & StateSelectors, context: Context): Promise<Selection> {
  const loaded = await loadSelection(options, context.out);
  const chosen = asksForState(options)
    ? await inSession({ ...context, serves: 'nothing', sites: [] }, ({ migrations }) =>
        selectedByState(migrations, loaded, options, context.out),
      )
    : loaded.selected;
  return narrowedTo(loaded, new Set(chosen.map(({ tenant }) => tenant.id)));
}
