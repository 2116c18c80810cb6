// What the program reads beside its code: the compiler copies none of it.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
cpSync(`${root}src`, `${root}dist/src`, { recursive: true, filter: (path) => !path.endsWith('.ts') });
