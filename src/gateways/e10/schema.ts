import { z } from 'zod';
import type { PersonRow, UnitRow } from '../../domain/people/rows.js';
import { SentField, textOf } from '../fields.js';

/** Sent as a bare number of 18 digits or as text (`facts/weaver.md` §2.4). */
const Id = z.union([z.string().min(1), z.number()]).transform(String);

/** A number, or digits in text. */
const Count = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().nonnegative());

/** `0` and `"0"` are the same to E10's clients. */
const Code = z.union([z.string(), z.number()]).transform(String);

/** Words only: a failure is not lost over the form of its text. */
const Words = z.string().nullish().catch(null);

/** A code as it stands at the top level or in `message`; looked for in every answer. `facts/weaver.md` §1.3. */
export const Envelope = z.object({
  errcode: Code.nullish(),
  errmsg: Words,
  message: z.object({ errcode: Code.nullish(), errmsg: Words }).nullish().catch(null),
});

/** `facts/weaver.md` §1.2, step 1. */
export const AuthorizationCode = z.object({ code: Id });

/** `facts/weaver.md` §1.2, step 2: both spellings of the token occur. `expires_in` is in seconds. */
export const AccessToken = z
  .object({
    accessToken: z.string().min(1).nullish(),
    acessToken: z.string().min(1).nullish(),
    expires_in: Count.nullish(),
  })
  .transform((answer, context) => {
    const token = answer.accessToken ?? answer.acessToken;
    if (token) return { token, lifetimeMs: (answer.expires_in ?? 7200) * 1000 };
    context.addIssue({ code: 'custom', path: ['accessToken'], message: 'absent under both spellings' });
    return z.NEVER;
  });

/** One page of rows. E10 leaves `data` null where there are none. */
function pageOf<Row extends z.ZodType>(row: Row) {
  return z
    .object({ data: z.object({ total: Count, data: z.array(row).nullish() }) })
    .transform(({ data }) => ({ total: data.total, rows: data.data ?? [] }));
}

/** `facts/weaver.md` §2.1. Only what no person can be known by. */
export const EmployeePage = pageOf(z.object({ tenant_key: z.string().nullish() }));

/** Ids in a list, or one alone. */
const Ids = z.union([z.array(Id), Id.transform((id) => [id])]).nullish();

/** The fields of a person that are asked for: nothing else of them is sent to us. */
export const PERSON_FIELDS = ['id', 'username', 'job_num', 'mobile', 'email', 'account', 'status', 'department'];

/** `facts/weaver.md` §2.1. Whom the default query shows, is in service; `status` has no published values but `normal`. */
export const PeoplePage = pageOf(
  z
    .object({
      id: Id,
      username: SentField,
      job_num: SentField,
      mobile: SentField,
      email: SentField,
      account: SentField,
      department: Ids,
    })
    .transform((row): PersonRow => ({
      id: row.id,
      name: textOf(row.username),
      jobNumber: textOf(row.job_num),
      mobile: textOf(row.mobile),
      email: textOf(row.email),
      login: textOf(row.account),
      units: row.department ?? [],
      active: true,
      notCompared: null,
      oaUserId: null,
    })),
);

/** `facts/weaver.md` §2.2, as rows of a list. */
export const UnitRows = pageOf(
  z
    .object({ id: Id, name: z.string(), code: SentField, parent: Id.nullish().or(z.literal('')) })
    .transform(({ id, name, code, parent }): UnitRow => ({
      id,
      name,
      code: textOf(code),
      parentId: parent && parent !== '0' ? parent : null,
    })),
);

/** `facts/weaver.md` §2.2. The root's parent is 0. */
export const UnitPage = pageOf(
  z
    .object({ id: Id, name: z.string(), code: z.string().nullish(), parent: Id.nullish().or(z.literal('')) })
    .transform(({ id, name, code, parent }) => ({
      id,
      name,
      ...(code ? { code } : {}),
      ...(parent && parent !== '0' ? { parentId: parent } : {}),
    })),
);
