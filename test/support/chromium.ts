import { existsSync } from 'node:fs';

/** Where distributions put Chromium; `CHROMIUM` says it otherwise. */
const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/microsoft-edge',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this machine; without one, tests of pages are skipped with a message. */
export const chromiumPath = PLACES.find((place) => place !== undefined && existsSync(place));

if (chromiumPath === undefined)
  console.warn('No Chromium is found: tests of pages are skipped. CHROMIUM=<path> names one.');
