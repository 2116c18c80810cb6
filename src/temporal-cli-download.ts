import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';

/** A program of its own, see `temporal-cli.ts`: downloads the Temporal CLI into a folder and prints its path. */
async function downloadTemporalCli(folder: string): Promise<string> {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'cached-download', downloadDir: folder },
      log: { format: 'pretty', level: 'error' },
    },
  });
  await environment.teardown();
  const program = (await readdir(folder)).find((name) => name.startsWith('temporal-'));
  if (program === undefined) throw new Error(`The SDK left no program in ${folder}`);
  return join(folder, program);
}

process.stdout.write(await downloadTemporalCli(process.argv[2] ?? '.'));
