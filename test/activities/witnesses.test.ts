import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createFailureInterceptor } from '../../src/activities/failures.js';
import { createWitnesses, type Witness } from '../../src/activities/witnesses.js';
import type { PagePicture, Told } from '../../src/domain/evidence.js';
import { Unavailable } from '../../src/gateways/errors.js';

const picture = (moment: string): PagePicture => ({
  at: '2026-11-28T22:00:00.000Z',
  page: 'integration',
  moment,
  sha256: 'ab'.repeat(32),
});

/** What an activity answers, or throws, to whoever asked for it; `before`: what the attempt before had beaten. */
async function asked(work: (witness: Witness) => unknown, before?: unknown): Promise<unknown> {
  const environment = new MockActivityEnvironment({ heartbeatDetails: before });
  let beaten: unknown;
  environment.on('heartbeat', (details: unknown) => (beaten = details));
  const witnesses = createWitnesses();
  const { execute } = createFailureInterceptor(undefined, witnesses);
  const result = await environment.run(async () => {
    try {
      return await execute?.({ args: [], headers: {} }, async () => work(witnesses.of(Context.current())));
    } catch (error) {
      return { thrown: error, beaten };
    }
  });
  return result;
}

describe('what comes to light while an activity works', () => {
  it('goes with its result', async () => {
    const result = await asked((witness) => {
      witness.picture(picture('before'));
      return { written: 1 };
    });
    expect(result).toEqual({ written: 1, told: { pictures: [picture('before')], findings: [] } });
  });

  it('is not there where there was nothing', async () => {
    expect(await asked(() => ({ written: 0 }))).toEqual({ written: 0 });
    expect(await asked((witness) => witness.told() ?? 7)).toBe(7);
  });

  it('goes behind what a failure says, and with the last heartbeat', async () => {
    const told: Told = { pictures: [picture('failed')], findings: [] };
    const { thrown, beaten } = (await asked((witness) => {
      witness.picture(picture('failed'));
      throw new Unavailable({ system: 'console', method: 'POST', path: '/x' });
    })) as { thrown: ApplicationFailure; beaten: unknown };

    expect(thrown).toMatchObject({ type: 'Unavailable', nonRetryable: false });
    expect(thrown.details).toEqual([expect.objectContaining({ type: 'Unavailable', system: 'console' }), told]);
    expect(beaten).toEqual({ told });
  });

  it('is what the next attempt begins with, and nothing is told twice', async () => {
    const warning = { code: 'CONSOLE-SAVED-WITH-ERROR', severity: 'warning', message: 'it said: 系统异常' } as const;
    const before: Told = { pictures: [picture('said')], findings: [warning] };
    const result = await asked(
      (witness) => {
        witness.picture(picture('after'));
        witness.found(warning);
        return {};
      },
      { told: before },
    );
    expect(result).toEqual({ told: { pictures: [picture('said'), picture('after')], findings: [warning] } });
  });
});
