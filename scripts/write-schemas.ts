import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { batchJsonSchema } from '../src/batch-file/json-schema.js';

const target = fileURLToPath(new URL('../schemas/batch.schema.json', import.meta.url));
const options = { ...(await resolveConfig(target)), filepath: target };
await writeFile(target, await format(JSON.stringify(batchJsonSchema(), null, 2), options));
