import type { SystemContext, SystemEnv } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';
import type { Quirks } from '../tenant/quirks.js';
import type { Forward } from '../tenant/spec.js';
import type { Tokens } from './tokens.js';

export type E10Env = SystemEnv<Customer>;
export type E10Context = SystemContext<Customer>;

/** One OA address behind which E10 answers: for one customer, or for thousands whom their credentials tell apart. */
export interface E10Host {
  tokens: Tokens;
  forward: Forward;
  proxyFile: string | undefined;
  add(customer: Customer): void;
  customerByCorpId(corpId: string): Customer | undefined;
  customerByAppKey(appKey: string): Customer | undefined;
  /** Contracts that Qiyuesuo has sent callbacks about; E10 finds the tenant by them (`facts/weaver.md` §4.3). */
  contracts: Map<string, Customer>;
  quirks(c: E10Context): Quirks;
}

/** The front end answers for every path that is not a service's (`facts/weaver.md` §4.3). */
export function frontEndPage(): Response {
  return new Response(
    '<!DOCTYPE html><html><head><title>泛微</title></head><body><div id="root"></div></body></html>',
    {
      headers: { 'Content-Type': 'text/html;charset=UTF-8' },
    },
  );
}
