#!/usr/bin/env node
// The program runs in this very process, built or from its sources: signals, exit code and a kill reach it.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/src/cli/main.js', import.meta.url);
const source = new URL('../src/cli/main.ts', import.meta.url);

if (existsSync(built) && !isOutdated()) {
  await import(built.href);
} else {
  const { dependenciesInstalled, ensureSetup } = await import('../scripts/setup.mjs');
  if (!dependenciesInstalled()) ensureSetup();
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
}

/** In a clone, whoever has changed a source since the last build means the source. */
function isOutdated() {
  if (!existsSync(source)) return false;
  const builtAt = statSync(built).mtimeMs;
  const sources = fileURLToPath(new URL('../src', import.meta.url));
  return readdirSync(sources, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && statSync(`${entry.parentPath ?? entry.path}/${entry.name}`).mtimeMs > builtAt,
  );
}
