import { existsSync } from 'node:fs';

/** Where distributions put Chromium; `QYS_E10_CHROMIUM` says it otherwise. */
const PLACES = [
  process.env['QYS_E10_CHROMIUM'],
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/microsoft-edge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this machine; without one, tests of pages are skipped with a message. */
export const chromiumPath = PLACES.find((place) => place !== undefined && existsSync(place));

if (chromiumPath === undefined)
  console.warn('No Chromium is found: tests of pages are skipped. QYS_E10_CHROMIUM=<path> names one.');
