import { expect, it } from 'vitest';
import { createReadActivities } from '../../src/activities/reads.js';
import { SnapshotFields } from '../../src/activities/snapshot.js';
import { createUndoActivities } from '../../src/activities/undos.js';
import { createVerifyActivities } from '../../src/activities/verify.js';
import { createWriteActivities } from '../../src/activities/writes.js';
import { fingerprint } from '../../src/domain/fingerprint.js';
import { thrownBy } from '../support/leaks.js';
import type { ScriptedAnswer } from '../support/scripted-server.js';
import { aStep, aTenant, SEAL, SECRETS } from './a-step.js';

const page = (fields: object, etag: string): ScriptedAnswer => ({
  json: { deployment: 'private', productVersion: '4.3.7', singleSignOn: true, etag, ...fields },
});
const OLD = page({ oaVersion: 'E9', oaAddress: 'https://e9.example' }, '"1"');
const SWITCHED = page({ oaVersion: 'E10' }, '"2"');
const FILLED = page(
  {
    oaVersion: 'E10',
    oaAddress: 'https://e10.example',
    teamCode: 't1',
    syncSource: 'https',
    openPlatformAddress: 'https://e10.example/openserver',
    appKey: 'k1',
    corpId: 'c1',
    encryptionKey: fingerprint(SECRETS.encryptionKey),
    appSecret: fingerprint(SECRETS.appSecret),
  },
  '"3"',
);

it('an old copy of the form of E9 is not taken for what stands in the form of E10', async () => {
  const { deps } = await aStep({ 'GET /integration': [OLD, SWITCHED] });

  const before = await createReadActivities(deps).pictureBeforeConfigure({ tenant: aTenant('private') });

  expect(SEAL.open(before, SnapshotFields)).toEqual({ singleSignOn: true });
});

it('an old copy from before the switch does not end the step that fills the form', async () => {
  const { deps, server } = await aStep({
    'GET /integration': [OLD, SWITCHED, FILLED],
    'PUT /integration': { json: {} },
  });

  expect(await createWriteActivities(deps).configure({ tenant: aTenant('private') })).toEqual({ written: 1 });
  expect(server.times('PUT /console/v1/integration')).toBe(1);
});

it('an old copy that stays for a moment is no change by somebody else', async () => {
  const callback = (page: string, etag: string) => ({ json: { page, url: null, etag } });
  const url = 'https://e10.example/papi/signcenter/qiyuesuo/signCallbackPrivate';
  const { deps, server } = await aStep({
    'GET /callback': [
      callback('new', '"1"'),
      callback('new', '"1"'),
      callback('new', '"2"'),
      { json: { page: 'old', url, etag: '"3"' } },
    ],
    'PUT /callback': ({ headers }) =>
      headers['if-match'] === '"2"'
        ? { text: 'saved', headers: { 'content-type': 'application/json' } } // no use, but accepted
        : { status: 412, json: { type: 'changed', title: 'x', status: 412 } },
  });

  expect(await createWriteActivities(deps).setCallback({ tenant: aTenant('private') })).toEqual({ written: 1 });
  expect(server.times('PUT /console/v1/callback')).toBe(2);
});

it('a change by somebody else is one, and is not overwritten', async () => {
  const { deps, server } = await aStep({
    'GET /callback': [
      { json: { page: 'new', url: null, etag: '"1"' } },
      { json: { page: 'new', url: 'https://theirs.example', etag: '"2"' } },
    ],
    'PUT /callback': { status: 412, json: { type: 'changed', title: 'x', status: 412 } },
  });

  const error = await thrownBy(createWriteActivities(deps).setCallback({ tenant: aTenant('private') }));

  expect(error).toMatchObject({ name: 'Conflict' });
  expect(server.times('PUT /console/v1/callback')).toBe(1);
});

it('an old copy does not call a good migration a bad one', async () => {
  const done = {
    json: {
      deployment: 'public',
      oaVersion: 'E10',
      singleSignOn: true,
      oaAddress: 'https://e10.example',
      teamCode: 't1',
      etag: '"2"',
    },
  };
  const { deps } = await aStep({ 'GET /integration': [{ json: { ...done.json, teamCode: 'old' } }, done] });

  const verdict = await createVerifyActivities(deps).verify({ tenant: aTenant('public'), people: null, findings: [] });

  expect(verdict.findings.map(({ code }) => code)).not.toContain('SETTING-DIFFERS');
});

it('an old copy from before the switch does not keep the form from being undone', async () => {
  const { deps, server } = await aStep({
    'GET /integration': [OLD, FILLED, page({ oaVersion: 'E10', oaAddress: 'https://old.example' }, '"4"')],
    'PUT /integration': { json: {} },
  });
  const tenant = aTenant('private', { acceptUnrestorable: ['encryptionKey', 'appSecret'] });
  const before = SEAL.seal({ singleSignOn: true, oaAddress: 'https://old.example' });

  await createUndoActivities(deps).undoConfigure({ tenant, snapshot: before, before, leave: [] });

  expect(server.times('PUT /console/v1/integration')).toBe(1);
});
