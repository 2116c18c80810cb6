import { jsonAnswer } from '../kernel/payload.js';
import { hash32 } from '../kernel/random.js';
import type { SystemContext } from '../kernel/system.js';
import type { Customer } from '../tenant/customer.js';

export type OpenApiContext = SystemContext<Customer>;

/** What a route does once it is clear that the request may be answered. */
export type Handle = (c: OpenApiContext, customer: Customer) => Response;

const FIRST_PERSON = 1_000_000n;

/** Ids of the company and of its group of categories stand before those of people. */
export function idOf(customer: Customer, of: 'company' | 'group' | { person: number }): string | bigint {
  const offset = of === 'company' ? -1n : of === 'group' ? -2n : BigInt(of.person);
  return asWritten(customer, customer.identity.qiyuesuoIdBase + FIRST_PERSON + offset);
}

/** The company behind the credentials (`facts/qiyuesuo.md` §4.1). */
export function companyOf(customer: Customer): Record<string, unknown> {
  const { name } = customer.spec;
  return { id: idOf(customer, 'company'), name, status: 'AUTH_SUCCESS', tenantType: 'CORPORATE', parentId: null };
}

/** Categories as the API shows them: without their callback (`facts/qiyuesuo.md` §2.3). */
export function categoriesOf(customer: Customer): (Record<string, unknown> & { id: unknown; name: string })[] {
  return customer.console.categories.map(({ id, name, state, kind }) => ({
    id: asWritten(customer, BigInt(id)),
    name,
    type: kind,
    tenantId: idOf(customer, 'company'),
    createTime: '2023-05-01 10:00:00',
    primary: false,
    state: state === 'enabled' ? 0 : 1,
    status: state === 'enabled' ? 0 : 1,
    config: '',
  }));
}

/** 19-digit ids as text or as bare numbers: both stand in the vendor's samples (`facts/qiyuesuo.md` §1.4). */
function asWritten({ spec }: Customer, id: bigint): string | bigint {
  const { idsAs } = spec.quirks;
  const asNumber = idsAs === 'by-seed' ? hash32(spec.seed, 'ids') % 2 === 0 : idsAs === 'number';
  return asNumber ? id : String(id);
}

/** A failure of the private cloud: any code but 0, with HTTP 200 (`facts/qiyuesuo.md` §1.4). */
export function privateFailure(code: number, message: string): Response {
  return jsonAnswer({ code, message });
}

/** A failure of the public cloud's gateway; its status equals its code (`facts/qiyuesuo.md` §1.4). */
export function publicFailure(code: 441 | 442, message: string): Response {
  return jsonAnswer({ code, responseCode: `11990${code}`, message }, code);
}

/** As Jetty says it (`facts/qiyuesuo.md` §1.4). */
export function errorPage(path: string): Response {
  const page = `<html>
<head><meta http-equiv="Content-Type" content="text/html;charset=utf-8"/><title>Error 404 Not Found</title></head>
<body><h2>HTTP ERROR 404</h2><p>Problem accessing ${path.replaceAll(/[^\w/.-]/g, '')}. Reason:<pre>    Not Found</pre></p></body>
</html>`;
  return new Response(page, { status: 404, headers: { 'Content-Type': 'text/html;charset=iso-8859-1' } });
}
