import { existsSync } from 'node:fs';

/** Where a real browser is; undefined where none is found, and tests that need one say so. */
export const CHROMIUM = [process.env['QYS_E10_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
