import { defineConfig } from 'vitest/config';

// These talk to a real Temporal server; everything else is fast and needs none.
const onTemporal = ['test/{workflows,e2e}/**/*.test.ts', 'test/**/*.temporal.test.ts', 'test/temporal.test.ts'];

// These need nothing but Chromium; they take their time, and are skipped where there is none.
const inChromium = ['test/gateways/console/browser/driver.test.ts', 'test/simulators/console-pages.test.ts'];

/** `fast` runs first and alone; `temporal` starts one server for all of its files. */
export default defineConfig({
  test: {
    pool: 'forks', // the SDK's native runtime is one per process
    maxWorkers: 3, // they wait for servers and pages half of the time
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...onTemporal, ...inChromium],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'pages', include: inChromium, testTimeout: 120_000, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'temporal',
          include: onTemporal,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
