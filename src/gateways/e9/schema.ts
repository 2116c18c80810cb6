import { z } from 'zod';
import type { PersonRow, UnitRow } from '../../domain/people/rows.js';
import { SentField, textOf } from '../fields.js';

const Text = z.union([z.string(), z.number()]).transform(String);
/** A number, or digits in text. Nothing else: null would become 0, a head count that nobody gave. */
const Count = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().nonnegative());

/** Probation, permanent, temporary, extended probation: those in service (`facts/weaver.md` §5.1). */
export const IN_SERVICE = ['0', '1', '2', '3'];

/** One row of people, as far as the head count looks at it: nothing else of a person is even parsed. */
export const Employee = z.object({
  id: Text,
  status: Text,
  accounttype: z.union([z.string(), z.number(), z.null()]).exactOptional(),
  loginid: Text.nullable().exactOptional(),
});

/** For lists of units, which are short. */
const Field = SentField.transform(textOf);

/** Whom the comparison leaves out (`facts/weaver.md` §5.1): who is not in service, has a second account, or no login name. */
export const Person = z
  .object({
    id: Text,
    lastname: SentField,
    workcode: SentField,
    mobile: SentField,
    email: SentField,
    loginid: SentField,
    departmentid: SentField,
    subcompanyid1: SentField,
    status: Text,
    accounttype: SentField,
  })
  .transform((row): PersonRow => {
    const [department, company, login] = [textOf(row.departmentid), textOf(row.subcompanyid1), textOf(row.loginid)];
    const units: string[] = [];
    if (department !== null && department !== '0') units.push(`d${department}`);
    if (company !== null) units.push(`s${company}`);
    const inService = IN_SERVICE.includes(row.status);
    return {
      id: row.id,
      name: textOf(row.lastname),
      jobNumber: textOf(row.workcode),
      mobile: textOf(row.mobile),
      email: textOf(row.email),
      login,
      units,
      active: inService,
      notCompared: !inService
        ? 'left'
        : textOf(row.accounttype) === '1'
          ? 'secondary-account'
          : login === null
            ? 'no-login'
            : null,
      oaUserId: null,
    };
  });

/** The root's parent is 0, or nothing. */
function parentOf(prefix: string, id: string | null): string | null {
  return id === null || id === '0' ? null : `${prefix}${id}`;
}

/** A sealed unit (`canceled` 1) is none any more. */
export const Subcompany = z
  .object({ id: Text, subcompanyname: Field, subcompanycode: Field, supsubcomid: Field })
  .transform((row): UnitRow => ({
    id: `s${row.id}`,
    name: row.subcompanyname ?? '',
    code: row.subcompanycode,
    parentId: parentOf('s', row.supsubcomid),
  }));

/** The parent of a department is a department, or else the subcompany. */
export const Department = z
  .object({ id: Text, departmentname: Field, departmentcode: Field, supdepid: Field, subcompanyid1: Field })
  .transform((row): UnitRow => ({
    id: `d${row.id}`,
    name: row.departmentname ?? '',
    code: row.departmentcode,
    parentId: parentOf('d', row.supdepid) ?? parentOf('s', row.subcompanyid1),
  }));

/** One page of any of these lists. E9 may leave the list null where it is empty. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z
    .object({ data: z.object({ totalSize: Count, dataList: z.array(row).nullable() }) })
    .transform(({ data }) => ({ total: data.totalSize, rows: data.dataList ?? [] }));
}

export const Version = z.object({ data: z.object({ cversion: z.string() }) });
