import type { Customer } from '../tenant/customer.js';
import type { PulledUnit } from './pull-asks.js';
import { openE10 } from './pull-e10.js';
import { jobNumbersOfE9, unitsOfE9 } from './pull-e9.js';

/** The organisation, pulled over HTTP with the settings as they stand (`facts/official-procedure.zh.md`, step 4.2). */
export async function pullOrganisation(customer: Customer, closing: AbortSignal): Promise<PulledUnit[]> {
  const { oaVersion, sets } = customer.console;
  if (oaVersion === 'E9') return unitsOfE9(customer, closing);
  return (await openE10(sets.E10, closing)).units();
}

/** Job numbers of the people within a scope; a unit stands for everything below it. */
export async function pullJobNumbers(
  customer: Customer,
  scope: readonly string[],
  closing: AbortSignal,
): Promise<Set<string>> {
  const { oaVersion, sets } = customer.console;
  if (oaVersion === 'E9') {
    const inScope = below(scope, await unitsOfE9(customer, closing));
    return new Set(await jobNumbersOfE9(customer, inScope, closing));
  }
  const e10 = await openE10(sets.E10, closing);
  const units = await e10.units();
  const inScope = below(scope, units);
  return new Set(await e10.jobNumbers(units.filter(({ id }) => inScope.has(id))));
}

function below(scope: readonly string[], units: readonly PulledUnit[]): Set<string> {
  const inScope = new Set(scope);
  for (let grew = true; grew;) {
    grew = false;
    for (const { id, parentId } of units) {
      if (parentId !== undefined && inScope.has(parentId) && !inScope.has(id)) {
        inScope.add(id);
        grew = true;
      }
    }
  }
  return inScope;
}
