import { temporalCliPlaces } from '../src/config.js';
import { ensureTemporalCli } from '../src/temporal-cli.js';

try {
  await ensureTemporalCli(temporalCliPlaces(), (line) => console.error(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
