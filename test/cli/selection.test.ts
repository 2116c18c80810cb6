import { describe, expect, it } from 'vitest';
import { createOutput } from '../../src/cli/output.js';
import { loadSelection } from '../../src/cli/selection.js';
import { UsageError } from '../../src/cli/usage-error.js';

const FILE = 'examples/waves-by-facts.batch.yaml';
const out = createOutput('text', 'en', {
  stdout: process.stdout,
  stderr: process.stderr,
  color: false,
  now: () => 0,
});

async function selectedBy(...where: string[]): Promise<string> {
  const { selected } = await loadSelection({ file: FILE, where }, out);
  return selected.map(({ tenant }) => tenant.id).join(' ');
}

describe('--where', () => {
  it.each([
    [['region=west'], 'group-west group-factory'],
    [['region=east|south', 'deployment=public'], 'yunqi nanhai'],
    [['region=!east', 'id=group-*'], 'group-west group-factory'],
    [['version=>4.3.9 <5'], 'group-hq group-west group-factory'],
    [['address=kept', 'priority=1'], 'group-factory'],
  ])('%s selects %s', async (where, expected) => {
    expect(await selectedBy(...where)).toBe(expected);
  });

  it.each([
    ['region', '--where region: not a condition; write name=pattern, like region=east|west'],
    [
      'version=newest',
      '--where version=newest: not a version and not a range of versions; write 4.3.7, 4.3.* or a range of versions with three numbers like ">=4.3.6 <5"',
    ],
    ['regoin=!east', 'the file has no tag regoin; it has canary, region'],
  ])('%s is wrong usage', async (where, message) => {
    await expect(selectedBy(where)).rejects.toThrow(new UsageError(message));
  });
});
