// Plain Node without dependencies: it runs on a fresh clone, before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = [20, 19];

/** Installs the dependencies and finds or makes the Temporal CLI, as far as either is missing. Ends the process on failure. */
export function ensureSetup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(`Node.js ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  }
  if (!dependenciesInstalled()) {
    say('Installing the dependencies (npm ci): about a minute the first time …');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    run(npm, ['ci', '--no-audit', '--no-fund'], 'The dependencies could not be installed: see above.');
  }
  if (!process.env.TEMPORAL_ADDRESS) {
    run(
      process.execPath,
      ['--import', 'tsx', 'scripts/find-temporal-cli.ts'],
      'Without a Temporal server nothing runs.',
    );
  }
}

/** By content: time stamps of a checkout say nothing. npm keeps the lock file of what it really installed. */
export function dependenciesInstalled() {
  const installedLock = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installedLock)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedLock, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

function run(command, args, failure) {
  // Everything to stderr: stdout belongs to the program that runs after us.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  });
  if (status !== 0) fail(error ? `${failure} (${error.message})` : failure);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureSetup();
  say('Ready: `npm run demo` shows a migration, `npm test` runs the tests, `npx qys-e10 --help` lists the commands.');
}
