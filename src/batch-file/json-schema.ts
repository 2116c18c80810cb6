import { z } from 'zod';
import { BatchFile } from './schema.js';

/** The JSON Schema of the batch file as people write it, for editors. Rules over merged tenants are only in the program. */
export function batchJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(BatchFile, { io: 'input', target: 'draft-2020-12' });
  return {
    $schema,
    $id: 'urn:qys-e10:schema:batch:1',
    title: 'qys-e10 batch file',
    description:
      'Tenants whose Qiyuesuo (契约锁) integration moves from Weaver (泛微) E9 to E10, and the waves they move in',
    ...schema,
  };
}
