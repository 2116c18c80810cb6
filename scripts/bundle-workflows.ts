import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

// At build time, so that a worker in production starts without webpack.
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../dist/src/workflows/index.js', import.meta.url)),
  // Each thread of workflows holds the map: lines and names are enough for a stack.
  webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
});
await writeFile(new URL('../dist/workflow-bundle.js', import.meta.url), code);
