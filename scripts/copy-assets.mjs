// What the program reads beside its code: the compiler leaves it behind.
import { cpSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const folder of ['src', 'simulators']) {
  cpSync(`${root}${folder}`, `${root}dist/${folder}`, {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || !/\.(ts|js)$/.test(path),
  });
}
