import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Integration, IntegrationWrite } from '../../../src/domain/settings.js';
import { everythingOf, thrownBy } from '../../support/leaks.js';
import { aDriver, SECRET } from './a-driver.js';

const PAGE = 'GET /console/v1/integration';
const FORM = 'PUT /console/v1/integration';
const SHOWN = { deployment: 'private', productVersion: '4.3.7', oaVersion: 'E10', singleSignOn: true, etag: '"1"' };
const FULL: IntegrationWrite = {
  oaVersion: 'E10',
  fields: {
    singleSignOn: true,
    oaAddress: 'https://oa.acme.example',
    teamCode: 't1',
    syncSource: 'https',
    openPlatformAddress: 'https://oa.acme.example/openserver',
    appKey: 'k1',
    corpId: 'c1',
  },
  secrets: { encryptionKey: 'canary-key-4711x', appSecret: SECRET },
};

describe('the integration page', () => {
  it('becomes the fields of the stored OA version', async () => {
    const json = { ...SHOWN, ...FULL.fields, encryptionKey: 'e3b0c442', appSecret: '0123abcd', pageColour: 'blue' };
    const { driver } = await aDriver({ [PAGE]: { json } });

    expect(await driver.readIntegration()).toEqual({
      deployment: 'private',
      productVersion: '4.3.7',
      oaVersion: 'E10',
      fields: { ...FULL.fields, encryptionKey: 'e3b0c442', appSecret: '0123abcd' },
      etag: '"1"',
    });
  });

  it.each([null, ''])('has no field that was never filled in: %j', async (empty) => {
    const fields = { oaAddress: empty, teamCode: empty, syncSource: empty, corpId: empty, appSecret: empty };
    const { driver } = await aDriver({ [PAGE]: { json: { ...SHOWN, productVersion: empty, ...fields } } });

    expect(await driver.readIntegration()).toEqual({
      deployment: 'private',
      oaVersion: 'E10',
      fields: { singleSignOn: true, appSecret: null },
      etag: '"1"',
    });
  });

  it('tells a secret that is not shown from one that is shown to be empty', async () => {
    const { driver } = await aDriver({ [PAGE]: { json: { ...SHOWN, encryptionKey: null } } });
    expect((await driver.readIntegration()).fields).toEqual({ singleSignOn: true, encryptionKey: null });
  });

  it.each([undefined, null, ''])('without an ETag cannot be written safely: %j', async (etag) => {
    const { driver } = await aDriver({ [PAGE]: { json: { ...SHOWN, etag } } });
    expect(await thrownBy(driver.readIntegration())).toMatchObject({ name: 'UnexpectedAnswer', paths: ['etag'] });
  });

  it('that shows a secret goes no further, and the error does not show it either', async () => {
    const { driver } = await aDriver({ [PAGE]: { json: { ...SHOWN, appSecret: 'canary-leak' } } });

    const error = await thrownBy(driver.readIntegration());

    expect(error).toMatchObject({ name: 'UnexpectedAnswer', paths: ['appSecret'] });
    expect(everythingOf(error)).not.toContain('canary');
  });
});

describe('the integration form', () => {
  const seen: Integration = { deployment: 'private', oaVersion: 'E10', fields: { singleSignOn: true }, etag: '"7"' };
  const sent = async (write: IntegrationWrite, from: Integration = seen) => {
    const { driver, server } = await aDriver({ [FORM]: { json: {} } });
    await driver.saveIntegration(write, from);
    const [request] = server.requests(FORM);
    expect(request?.headers).toMatchObject({ 'if-match': from.etag, 'content-type': 'application/json' });
    return JSON.parse(request?.body ?? '') as Record<string, unknown>;
  };

  it('holds every key of the contract', async () => {
    const form = await sent(FULL);

    expect(form).toEqual({ oaVersion: 'E10', ...FULL.fields, ...FULL.secrets });
    expect(Object.keys(form).sort()).toEqual(keysOfTheContract().sort());
  });

  it('holds no key that the contract does not know, and no fingerprint in place of a secret', async () => {
    const fields = { ...FULL.fields, encryptionKey: 'e3b0c442', extra: 1, deployment: 'private', etag: '"7"' };
    const form = await sent({ ...FULL, fields, secrets: { appSecret: SECRET } });

    expect(form).toEqual({ oaVersion: 'E10', ...FULL.fields, appSecret: SECRET });
  });

  it('leaves out what is absent, so that the stored secret stays; an empty text clears', async () => {
    const bare = { oaVersion: 'E10', fields: { singleSignOn: false, oaAddress: '' } } as const;

    expect(await sent({ ...bare, secrets: {} })).toEqual({ oaVersion: 'E10', singleSignOn: false, oaAddress: '' });
    expect(await sent({ ...bare, secrets: { appSecret: '' } })).toMatchObject({ appSecret: '' });
  });

  it('is the same for the public cloud', async () => {
    const fields = { singleSignOn: true, oaAddress: 'https://oa.acme.example', teamCode: 't1' };
    const form = await sent({ oaVersion: 'E10', fields, secrets: {} }, { ...seen, deployment: 'public' });

    expect(form).toEqual({ oaVersion: 'E10', ...fields });
  });

  it('shows its secrets in no refusal, even when the console repeats them', async () => {
    const said = `${FULL.secrets.encryptionKey} ${SECRET}`;
    const errors = [{ field: 'encryptionKey', message: said }];
    const { driver } = await aDriver({
      [FORM]: { status: 422, json: { type: 'invalid-field', title: said, detail: said, errors } },
    });

    const error = await thrownBy(driver.saveIntegration(FULL, seen));

    expect(error).toMatchObject({ name: 'Rejected', code: 'invalid-field' });
    expect(everythingOf(error)).not.toContain('canary');
  });

  it('is sent once: an answer that got lost is for the caller to look after', async () => {
    const { driver, server } = await aDriver({ [FORM]: { fault: 'reset' } });

    expect(await thrownBy(driver.saveIntegration(FULL, seen))).toMatchObject({ name: 'Unavailable' });
    expect(server.times(FORM)).toBe(1);
  });

  function keysOfTheContract(): string[] {
    const file = new URL('../../../api/console.openapi.yaml', import.meta.url);
    const contract = parse(readFileSync(file, 'utf8')) as {
      components: { schemas: { IntegrationWrite: { properties: object } } };
    };
    return Object.keys(contract.components.schemas.IntegrationWrite.properties);
  }
});

it('the switch sends the version and nothing of the form', async () => {
  const route = 'PUT /console/v1/integration/oa-version';
  const { driver, server } = await aDriver({ [route]: { json: {} } });

  await driver.switchMode('E10', { deployment: 'private', oaVersion: 'E9', fields: FULL.fields, etag: 'W/"3"' }, FULL);

  const [request] = server.requests(route);
  expect(request?.headers['if-match']).toBe('W/"3"');
  expect(JSON.parse(request?.body ?? '')).toEqual({ oaVersion: 'E10' });
});

describe('the callback page', () => {
  it('is written back with all that we do not know, and without its ETag', async () => {
    const odd = { contactMode: 'MOBILE', nested: { list: [1, null] } };
    const { driver, server } = await aDriver({
      'GET /console/v1/callback': { json: { page: 'new', url: 'https://e9/x', etag: '"c"', ...odd } },
      'PUT /console/v1/callback': { json: {} },
    });

    const seen = await driver.readCallback();
    await driver.saveCallback({ ...seen, page: 'old', url: 'https://e10/y' }, seen);

    const [request] = server.requests('PUT /console/v1/callback');
    expect(request?.headers['if-match']).toBe('"c"');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      page: 'old',
      url: 'https://e10/y',
      contactMode: 'MOBILE',
      nested: { list: [1, null] },
    });
  });

  it.each([{}, { url: null }])('without an address has null, and can be written so: %j', async (more) => {
    const { driver, server } = await aDriver({
      'GET /console/v1/callback': { json: { page: 'global', ...more }, headers: { etag: '"c"' } },
      'PUT /console/v1/callback': { json: {} },
    });

    const seen = await driver.readCallback();
    await driver.saveCallback(seen, seen);

    expect(seen).toEqual({ page: 'global', url: null, etag: '"c"', extra: {} });
    expect(JSON.parse(server.requests().at(-1)?.body ?? '')).toEqual({ page: 'global', url: null });
  });
});

it('the callback of a category keeps what we do not know, but no ETag', async () => {
  const route = 'PUT /console/v1/categories/7/callback';
  const { driver, server } = await aDriver({
    'GET /console/v1/categories': {
      json: {
        categories: [
          {
            id: '7',
            name: '采购',
            company: '阿珂米',
            kind: 'PHYSICAL',
            state: 'enabled',
            etag: '"k"',
            callback: { url: 'https://e9/x', parameters: { ecologyOperate: 'sign' }, retry: 3, etag: '"k"' },
          },
          { id: 8, name: '无', state: 'disabled', etag: '"l"' },
        ],
      },
    },
    [route]: { json: {} },
  });

  const [first, second] = await driver.listCategories();
  if (!first?.callback) throw new Error('expected a callback');
  await driver.saveCategoryCallback(first, { ...first.callback, url: 'https://e10/y' });

  expect(second).toEqual({ id: '8', name: '无', state: 'disabled', etag: '"l"', callback: null });
  const [request] = server.requests(route);
  expect(request?.headers['if-match']).toBe('"k"');
  expect(JSON.parse(request?.body ?? '')).toEqual({
    url: 'https://e10/y',
    parameters: { ecologyOperate: 'sign' },
    retry: 3,
  });
});

it('a problem whose type is an address has its last word as code', async () => {
  const { driver } = await aDriver({
    [FORM]: { status: 409, json: { type: 'https://console.example/problems/wrong-oa-version', title: '版本不符' } },
  });
  const seen: Integration = { deployment: 'private', oaVersion: 'E9', fields: { singleSignOn: true }, etag: '"7"' };

  const error = await thrownBy(driver.saveIntegration(FULL, seen));

  expect(error).toMatchObject({ name: 'Conflict', code: 'wrong-oa-version' });
});

it.each(['category', 'callback'] as const)(
  'a refusal that repeats the address of a %s does not show its query',
  async (which) => {
    const url = 'https://u:canary-password@old.example/x?token=canary-token-1&no=1';
    const refusal = {
      status: 422,
      json: { type: 'invalid-field', title: `bad: ${url}`, errors: [{ field: 'url', message: `canary-token-1` }] },
    };
    const { driver } = await aDriver({
      'PUT /console/v1/categories/7/callback': refusal,
      'PUT /console/v1/callback': refusal,
    });

    const error = await thrownBy(
      which === 'category'
        ? driver.saveCategoryCallback({ id: '7', name: '', state: 'enabled', etag: '"k"', callback: { url } }, { url })
        : driver.saveCallback(
            { page: 'old', url, etag: '', extra: {} },
            { page: 'old', url: null, etag: '"c"', extra: {} },
          ),
    );

    expect(error).toMatchObject({ name: 'Rejected', code: 'invalid-field' });
    expect(everythingOf(error)).not.toContain('canary');
  },
);
