import type { Finding } from '../domain/findings.js';
import type { Tenant } from '../domain/tenant.js';
import { findingOfTrouble } from '../domain/trouble.js';
import { GatewayError } from '../gateways/errors.js';
import { checkE10, type E10Facts } from './checks/e10.js';
import { checkE9People } from './checks/people.js';
import { checkQiyuesuo } from './checks/qiyuesuo.js';
import { checkRoutes } from './checks/routes.js';
import { StepRefused, troubleOf } from './failures.js';
import type { Systems } from './systems.js';

/** What was read in passing: head counts and units, nothing about anybody. */
export interface PreflightFacts extends E10Facts {
  e9People?: number;
}

export interface PreflightResult {
  findings: Finding[];
  facts: PreflightFacts;
}

/**
 * Every check that needs no write, side by side. What the outside refuses becomes a finding; what it cannot answer now
 * (`Unavailable`, `Throttled`) fails the attempt, so that Temporal asks again.
 */
export async function preflight(tenant: Tenant, systems: Systems): Promise<PreflightResult> {
  const isPrivate = tenant.qiyuesuo.deployment === 'private';
  const facts: PreflightFacts = {};
  const found = await Promise.all([
    asFindings(async () => {
      const e10 = await checkE10(tenant, systems);
      Object.assign(facts, e10.facts);
      return e10.findings;
    }),
    asFindings(() => checkQiyuesuo(tenant, systems)),
    asFindings(async () => (isPrivate ? checkRoutes(tenant, systems) : [])),
    asFindings(async () => {
      if (!isPrivate) return [];
      const e9 = await checkE9People(tenant, systems);
      if (e9.people !== undefined) facts.e9People = e9.people;
      return e9.findings;
    }),
    asFindings(async () => {
      // Whether it is there at all; what it shows is the snapshot's to read.
      const { unproved } = await systems.console();
      return unproved === undefined ? [] : [pagesAssumed(unproved)];
    }),
  ]);
  return { findings: found.flat(), facts };
}

/** It stops nobody: a page that does not fit is refused before anything is typed. But whoever approves has to know. */
function pagesAssumed(what: string): Finding {
  const message = `${what} is assumed: nobody has confirmed its labels at a real console`;
  return { code: 'CONSOLE-PAGES-ASSUMED', severity: 'warning', message, subject: 'qiyuesuo.driver' };
}

async function asFindings(check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof GatewayError && error.retryable) throw error;
    if (error instanceof StepRefused) return [error.finding];
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    return [findingOfTrouble(trouble)];
  }
}
