import { z } from 'zod';

const Text = z.union([z.string(), z.number()]).transform(String);
/** A number, or digits in text. Nothing else: null would become 0, a head count that nobody gave. */
const Count = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().nonnegative());

/** One row of people, as far as the head count looks at it: nothing else of a person is even parsed. */
export const Employee = z.object({
  id: Text,
  status: Text,
  accounttype: z.union([z.string(), z.number(), z.null()]).exactOptional(),
  loginid: Text.nullable().exactOptional(),
});

/** `{"code":"1","data":{"totalSize",…,"dataList":[…]}}` (`facts/weaver.md` §5.1). */
export const EmployeePage = z.object({
  data: z.object({ totalSize: Count, dataList: z.array(Employee).nullable() }),
});

export const Version = z.object({ data: z.object({ cversion: z.string() }) });
