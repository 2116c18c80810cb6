import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type * as playwright from 'playwright-core';

/** Has no window and no interface of its own: half the work for the same page. */
const WITHOUT_WINDOW = ['chromium-headless-shell', 'chrome-headless-shell'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'msedge'];
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/usr/bin/microsoft-edge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The library's own answer to Ctrl-C ends the process at once, in the middle of a write: ours closes what is open first. */
export const SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false } as const;

/** The library takes some forty megabytes: only who opens a browser loads it. */
export async function browserLibrary(): Promise<typeof playwright> {
  return import('playwright-core');
}

/** The environment asks the browser library to log what it does, which includes every secret that is typed. */
export class BrowserLogOn extends Error {
  override readonly name = 'BrowserLogOn';
}

/**
 * The Chromium (or Chrome, or Edge) to drive: QYS_E10_CHROMIUM, else one on the path or in a usual place; undefined where there is none.
 * `window`: an operator has to see it; otherwise one without a window comes first.
 * Throws `BrowserLogOn` where DEBUG asks for the library's log: it writes down what is typed into a page.
 */
export function findChromium(
  env: Record<string, string | undefined>,
  { window }: { window: boolean } = { window: false },
): string | undefined {
  if (logsPages(env['DEBUG'] ?? '')) {
    throw new BrowserLogOn('DEBUG makes the browser library write secrets into its log: unset DEBUG (pw:… or *)');
  }
  const explicit = env['QYS_E10_CHROMIUM']?.trim();
  if (explicit) return explicit;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const named = (names: readonly string[]) => folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...(window ? [] : named(WITHOUT_WINDOW)), ...named(NAMES), ...PLACES].find(isExecutable);
}

/** As the library's logger matches names. */
function logsPages(debug: string): boolean {
  const patterns = debug.split(/[\s,]+/).filter((one) => one !== '' && !one.startsWith('-'));
  return patterns.some((pattern) => {
    const name = new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
    return ['pw:api', 'pw:protocol', 'pw:browser', 'pw:channel'].some((one) => name.test(one));
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
