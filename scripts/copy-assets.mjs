// What the program reads beside its code, as it is: scripts that go to browsers are no modules of ours, and the compiler leaves
// everything else behind.
import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const folder of ['src', 'simulators']) {
  cpSync(`${root}${folder}`, `${root}dist/${folder}`, { recursive: true, filter: (path) => !path.endsWith('.ts') });
}
