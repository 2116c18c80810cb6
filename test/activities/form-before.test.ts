import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/activities/snapshot.js';
import { createUndoActivities } from '../../src/activities/undos.js';
import { thrownBy } from '../support/leaks.js';
import { aStep, aTenant, SEAL } from './a-step.js';

/** `oaVersion`: what stands there now. Of what was there before the switch the console of these tests tells nothing. */
async function picture(deployment: 'private' | 'public', now: object): Promise<unknown> {
  const page = { deployment, productVersion: '4.3.7', singleSignOn: false, etag: '"2"', ...now };
  const { deps } = await aStep({ 'GET /integration': { json: page } });
  const before: Snapshot = {
    integration: { oaVersion: 'E9', fields: { singleSignOn: false } },
    callback: null,
    peopleSync: null,
    scopeUnits: [],
    categories: [],
    forward: null,
  };
  return createUndoActivities(deps).pictureBeforeUndo({ tenant: aTenant(deployment), snapshot: SEAL.seal(before) });
}

it('a form that another run has filled in is not passed over', async () => {
  const error = await thrownBy(picture('private', { oaVersion: 'E10', teamCode: 't1', corpId: 'c1' }));
  expect(error).toMatchObject({ name: 'StepRefused', finding: { code: 'FORM-FILLED-UNTOLD' }, retryable: false });
  expect(error).toMatchObject({
    message: expect.stringMatching(/integration\.teamCode, integration\.corpId,/) as string,
  });
});

it.each([
  ['shows nothing of ours', 'private', { oaVersion: 'E10', teamCode: 'another' }],
  ['is not the one that stands there', 'private', { oaVersion: 'E9', teamCode: 't1' }],
  ['is the only one of its console', 'public', { oaVersion: 'E10', teamCode: 't1' }],
] as const)('a form that %s needs no picture', async (_what, deployment, now) => {
  expect(await picture(deployment, now)).toBeNull();
});
