import { describe, expect, it } from 'vitest';
import { createPeoplePlanActivities } from '../../src/activities/people-plan.js';
import { createPeopleSyncActivities } from '../../src/activities/people-sync.js';
import { createReadActivities } from '../../src/activities/reads.js';
import { thrownBy } from '../support/leaks.js';
import { aStep, aTenant } from './a-step.js';

const E9_TREE = [
  { id: '1', name: '财务', code: 'F' },
  { id: '2', name: '采购', code: 'P' },
];
const E10_TREE = [
  { id: '9007199254740993', name: '财务', code: 'F' },
  { id: '9007199254740995', name: '采购', code: 'P' },
];

/** A console whose switch clears the scope, before and after it. */
async function aClearedScope(scope: string[], e9Tree: object[]) {
  const page = (ids: string[]) => ({ json: { enabled: true, scope: ids, schedule: '0 2 * * *', etag: '"1"' } });
  const { deps, server } = await aStep({
    'GET /integration': { json: { deployment: 'private', oaVersion: 'E9', singleSignOn: true, etag: '"1"' } },
    'GET /callback': { json: { page: 'new', url: null, etag: '"1"' } },
    'GET /categories': { json: { categories: [] } },
    'GET /people-sync': page(scope),
    'GET /people-sync/organisation': { json: { units: e9Tree } },
    'GET /people': { json: { people: [], total: 0 } },
  });
  const tenant = aTenant('private');
  const { sealed } = await createReadActivities(deps).takeSnapshot({ tenant });
  server.script({
    'GET /console/v1/people-sync': page([]),
    'GET /console/v1/people-sync/organisation': { json: { units: E10_TREE } },
  });
  return () => createPeoplePlanActivities(deps).planPeopleSync({ tenant, snapshot: sealed });
}

describe('a scope that the switch cleared', () => {
  it('is found again by code', async () => {
    const plan = await aClearedScope(['2', '1'], E9_TREE);

    expect(await plan()).toMatchObject({ scope: ['9007199254740995', '9007199254740993'], startsRun: true });
  });

  it.each([
    ['one unit of it', E9_TREE, ['1', '77'], '77, not in the tree of E9'],
    ['the whole tree', [], ['1', '2'], '1, not in the tree of E9, 2, not in the tree of E9'],
  ])('is not made smaller where %s could not be read before', async (_what, tree, scope, named) => {
    const plan = await aClearedScope(scope, tree);

    const error = await thrownBy(plan());

    expect(error).toMatchObject({ finding: { code: 'PEOPLE-SCOPE-UNMAPPED' } });
    expect(String(error)).toContain(named);
  });
});

describe('a run of somebody else', () => {
  const start = async (type: string) => {
    const refusal = { status: 409, json: { type, title: '同步进行中', status: 409 } };
    const { deps } = await aStep({ 'POST /people-sync/runs': refusal });
    return thrownBy(createPeopleSyncActivities(deps).startPeopleSync({ tenant: aTenant('private'), key: 'k' }));
  };

  it('that the console does not name is waited for', async () => {
    expect(await start('sync-running')).toMatchObject({ name: 'NotYet', afterMs: 60_000 });
  });

  it('is not what any other conflict is about', async () => {
    expect(await start('nothing-chosen')).toMatchObject({ name: 'Conflict' });
  });
});
