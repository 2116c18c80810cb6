// What the compiler leaves behind: files that are read beside the code. They go to the same place in `dist/`.
// The engine is among them: it is sent to pages as text, and a compiler would add an export to it.
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

for (const folder of ['src', 'simulators']) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (/\.(css|yaml)$|page-engine\.js$/.test(file)) cpSync(join(folder, file), join('dist', folder, file));
  }
}
