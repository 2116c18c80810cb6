import { z } from 'zod';
import type { PersonRow } from '../../domain/people/rows.js';

/** Long integers, sent as text by some versions and as numbers by others (`facts/qiyuesuo.md` §1.4). */
const Id = z.union([z.string(), z.number()]).transform(String);

type Row = Record<string, unknown>;
const Envelope = z.record(z.string(), z.unknown());

/**
 * The rows of an answer, under `result`, the resource's own names or `list`: the documents contradict themselves and do not say
 * it for every call (§ Doubts 8). Also found one level deeper, as in `{result: {list: […]}}`. A key with null is an empty list.
 */
function rowsUnder<S extends z.ZodType>(names: readonly string[], row: S) {
  return Envelope.transform((envelope, context) => {
    const rows = findRows(envelope, ['result', ...names, 'list']);
    if (rows !== undefined) return rows;
    context.addIssue({ code: 'custom', message: `no list under result, ${names.join(', ')} or list` });
    return z.NEVER;
  }).pipe(z.array(row));
}

function findRows(envelope: Row, keys: readonly string[]): unknown[] | undefined {
  for (const key of keys) {
    const value = envelope[key];
    if (Array.isArray(value)) return value as unknown[];
    if (value === null) return [];
    const deeper = isRow(value) ? findRows(value, keys) : undefined;
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** Whatever shape the health answer has; its envelope was judged before. */
export const Health = z.unknown();

const Company = z.object({ id: Id, name: z.string(), tenantType: z.string().nullish() });

/** `GET /company/list?tenantType=CORPORATE`: the platform owner, among whatever else a version may list (§4.1). */
export const CorporateCompany = rowsUnder(['companies', 'companyList', 'company'], Company).transform(
  (rows, context) => {
    const found = rows.find(({ tenantType }) => tenantType === 'CORPORATE') ?? rows[0];
    if (found !== undefined) return { id: found.id, name: found.name };
    context.addIssue({ code: 'custom', message: 'no company' });
    return z.NEVER;
  },
);

/** `GET /company/platforminfo` (§2.2). Its field names are not published. */
export const PlatformCompany = Envelope.transform(
  (envelope) => envelope['result'] ?? envelope['company'] ?? envelope['platformInfo'],
)
  .pipe(
    z.object({
      id: Id.exactOptional(),
      companyId: Id.exactOptional(),
      tenantId: Id.exactOptional(),
      name: z.string().exactOptional(),
      companyName: z.string().exactOptional(),
      tenantName: z.string().exactOptional(),
    }),
  )
  .transform((company) => ({
    id: company.id ?? company.companyId ?? company.tenantId,
    name: company.name ?? company.companyName ?? company.tenantName,
  }))
  .pipe(z.object({ id: z.string(), name: z.string() }));

/** Private: `state` 0 enabled, 1 disabled, 2 logically deleted (§2.3). Absent: only enabled ones are listed. */
export const PrivateCategories = rowsUnder(
  ['categories'],
  z.object({ id: Id, name: z.string(), state: z.union([z.string(), z.number()]).nullish() }),
).transform((rows) =>
  rows
    .filter(({ state }) => Number(state ?? 0) !== 2)
    .map(({ id, name, state }) => ({ id, name, enabled: Number(state ?? 0) === 0 })),
);

/** Public: the values of `status` are not published, so only a word that says so counts as disabled. */
export const PublicCategories = rowsUnder(
  ['categories', 'categoryList'],
  z.object({ id: Id, name: z.string(), status: z.union([z.string(), z.number()]).nullish() }),
).transform((rows) =>
  rows.map(({ id, name, status }) => ({ id, name, enabled: !/^(DISABLE|DELETE)/i.test(String(status)) })),
);

const Field = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((text) => (text === null || text === undefined ? null : String(text).trim() || null));

/**
 * People of the public cloud. The row is not published: `contact` is a mobile number or an e-mail address, `number` the job
 * number, as in `/v2/employee/create` (§4.1); a state counts only where its word says that somebody is disabled or has left.
 */
export const PublicPeople = rowsUnder(
  ['employees', 'employeeList'],
  z
    .object({
      id: Field,
      userId: Field,
      name: Field,
      number: Field,
      contact: Field,
      mobile: Field,
      email: Field,
      status: Field,
      user: z.object({ contact: Field }).nullish(),
    })
    .transform((row, context): PersonRow => {
      const contact = row.contact ?? row.user?.contact ?? null;
      const id = row.id ?? row.userId ?? contact;
      if (id === null) {
        context.addIssue({ code: 'custom', path: ['id'], message: 'neither an id nor a contact' });
        return z.NEVER;
      }
      const isEmail = contact?.includes('@') === true;
      return {
        id,
        name: row.name,
        jobNumber: row.number,
        mobile: row.mobile ?? (isEmail ? null : contact),
        email: row.email ?? (isEmail ? contact : null),
        login: null,
        units: [],
        active: !/^(DISABLE|DELETE|LEAVE|QUIT|FORBID)/i.test(row.status ?? ''),
        notCompared: null,
        oaUserId: null,
      };
    }),
);

/** Counted only: nothing of a person is kept. */
export const Employees = rowsUnder(['employees', 'employeeList'], z.unknown());

/** `GET /user` (§4.1): only the id leaves; undefined where nobody is in the answer. */
export const FoundPerson = Envelope.transform((envelope) => {
  const found = envelope['result'] ?? envelope['user'] ?? envelope['list'];
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return isRow(first) && Object.keys(first).length > 0 ? first : undefined;
}).pipe(
  z.union([z.object({ id: Id }), z.object({ userId: Id }).transform(({ userId }) => ({ id: userId }))]).optional(),
);

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
