import { z } from 'zod';

const Text = z.union([z.string(), z.number()]).transform(String);
const Count = z.coerce.number().int().nonnegative();

/** One row of people, as far as the head count looks at it: nothing else of a person is even parsed. */
export const Employee = z.object({
  id: Text,
  status: Text,
  accounttype: z.union([z.string(), z.number(), z.null()]).exactOptional(),
  loginid: z.string().nullable().exactOptional(),
});

/** `{"code":"1","data":{"totalSize",…,"dataList":[…]}}` (`facts/weaver.md` §5.1). */
export const EmployeePage = z.object({
  data: z.object({ totalSize: Count, dataList: z.array(Employee) }),
});

export const Version = z.object({ data: z.object({ cversion: z.string() }) });
