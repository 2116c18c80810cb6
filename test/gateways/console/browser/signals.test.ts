import { afterAll, describe, expect, it } from 'vitest';
import { createGate } from '../../../../src/gateways/console/browser/network.js';
import { aFleet, CHROMIUM } from './a-console.js';

const fleet = aFleet();
afterAll(() => fleet.close());

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe.skipIf(CHROMIUM === undefined)('a browser that is open', () => {
  it('leaves Ctrl-C to the program, which ends what is under way first', async () => {
    const listeners = () => SIGNALS.map((signal) => process.listenerCount(signal));
    const before = listeners();
    const rules = { gate: createGate('closed'), hosts: [], reads: [] };
    const { release } = await fleet.lease({ origin: 'http://127.0.0.1', rules });
    expect(listeners()).toEqual(before);
    await release();
  });
});
