import { defineConfig } from 'vitest/config';

// These talk to a real Temporal server; everything else is fast and needs none.
const onTemporal = ['test/{workflows,e2e}/**/*.test.ts', 'test/**/*.temporal.test.ts', 'test/temporal.test.ts'];

/** Two projects: `fast` runs first and alone; `temporal` starts one server for all of its files. */
export default defineConfig({
  test: {
    pool: 'forks', // the SDK's native runtime is one per process
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: onTemporal,
          sequence: { groupOrder: 0 },
        },
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
