import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/activities/snapshot.js';
import { createUndoActivities } from '../../src/activities/undos.js';
import { createWriteActivities } from '../../src/activities/writes.js';
import type { ScriptedAnswer, ScriptedServer } from '../support/scripted-server.js';
import { aStep, aTenant, SEAL } from './a-step.js';

const OLD = 'https://OA.Acme.example/QYSPrivateCallbackServlet?no=1';
const MOVED = 'https://E10.example/papi/signcenter/qiyuesuo/categoryCallback?no=1';
const TENANT = aTenant('private', { e10: { ...aTenant('private').e10, address: 'https://E10.example/' } });
const SNAPSHOT = SEAL.seal({
  integration: { oaVersion: 'E9', fields: { singleSignOn: true } },
  callback: null,
  peopleSync: null,
  scopeUnits: [],
  categories: [{ id: '1', name: '采购', callback: { url: OLD } }],
  forward: null,
} satisfies Snapshot);

/** Categories that keep what is saved, as this console spells addresses. */
async function aConsole(urls: Record<string, string>, spelt: (url: string) => string) {
  const listed = (): ScriptedAnswer => ({
    json: {
      categories: Object.entries(urls).map(([id, url]) => ({
        id,
        name: id,
        state: 'enabled',
        etag: '1',
        callback: { url },
      })),
    },
  });
  const saves = Object.keys(urls).map((id) => [
    `PUT /categories/${id}/callback`,
    ({ body }: { body: string }): ScriptedAnswer => {
      urls[id] = spelt((JSON.parse(body) as { url: string }).url);
      return { json: {} };
    },
  ]);
  return aStep({ 'GET /categories': listed, ...(Object.fromEntries(saves) as object) });
}

function saved(server: ScriptedServer): string[] {
  return server
    .requests()
    .filter(({ method }) => method === 'PUT')
    .map(({ path }) => path.split('/').at(-2) ?? '');
}

it('a category that came after the snapshot is left alone: its move could not be undone', async () => {
  const { deps, server } = await aConsole({ 1: OLD, 2: OLD }, (url) => url);

  expect(await createWriteActivities(deps).rewriteCategories({ tenant: TENANT, snapshot: SNAPSHOT })).toEqual({
    written: 1,
  });
  expect(saved(server)).toEqual(['1']);
});

it('is moved and put back also where the console spells addresses in its own way', async () => {
  const { deps, server } = await aConsole({ 1: OLD }, (url) => new URL(url).href);
  const input = { tenant: TENANT, snapshot: SNAPSHOT };

  await createWriteActivities(deps).rewriteCategories(input);
  expect(server.requests().at(-2)?.body).toBe(JSON.stringify({ url: MOVED }));

  const undone = await createUndoActivities(deps).undoCategories({ ...input, leave: [] });
  expect(undone).toEqual({ restored: 1, foreign: [], left: [] });
  expect(saved(server)).toEqual(['1', '1']);
});
