import { z } from 'zod';
import type { PersonRow, UnitRow } from '../../domain/people/rows.js';

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

/** Empty text is nothing. */
const Field = Text.nullish().transform((text) => text?.trim() || null);

/** Whom the comparison leaves out (`facts/weaver.md` §5.1): who is not in service, has a second account, or no login name. */
export const Person = z
  .object({
    id: Text,
    lastname: Field,
    workcode: Field,
    mobile: Field,
    email: Field,
    loginid: Field,
    departmentid: Field,
    subcompanyid1: Field,
    status: Text,
    accounttype: Field,
  })
  .transform((row): PersonRow => {
    const unit = row.departmentid !== null && row.departmentid !== '0' ? `d${row.departmentid}` : null;
    const company = row.subcompanyid1 === null ? null : `s${row.subcompanyid1}`;
    const inService = IN_SERVICE.includes(row.status);
    return {
      id: row.id,
      name: row.lastname,
      jobNumber: row.workcode,
      mobile: row.mobile,
      email: row.email,
      login: row.loginid,
      units: [unit, company].filter((one) => one !== null),
      active: inService,
      notCompared: !inService
        ? 'left'
        : row.accounttype === '1'
          ? 'secondary-account'
          : row.loginid === null
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
