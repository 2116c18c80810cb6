import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { consoleOf } from '../simulators/clients.js';
import { aRig, IMPATIENT, undoable, until, type Rig } from '../support/rig.js';

const SMALL = { people: { e9: 8, e10: 8 } } satisfies Partial<TenantSpec>;
/** On E10 already, with nothing chosen: as an interrupted switch leaves it. */
const CLEARED = { ...SMALL, startsMigrated: true, scope: 'nothing' } satisfies Partial<TenantSpec>;

/** Ids and codes of the units below the root, as the console shows them on E10. */
async function unitsOf(rig: Rig, id: string): Promise<{ ids: string[]; codes: string[] }> {
  const { body } = await consoleOf(rig.world.tenant(id)).get('/people-sync/organisation');
  const units = (body['units'] as { id: string; code: string; parentId?: string }[]).filter((unit) => unit.parentId);
  return { ids: units.map((unit) => unit.id).sort(), codes: units.map(({ code }) => code) };
}

function effectsOf(rig: Rig, id: string): (string | null)[] {
  return rig.world.journal.writes(rig.tenant(id).id).map(({ effect }) => effect);
}

describe('a scope that an interrupted switch cleared', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await aRig([
      { ...CLEARED, id: 'kept' },
      { ...CLEARED, id: 'named' },
      { ...CLEARED, id: 'unknown' },
      { ...CLEARED, id: 'failing', syncFails: true },
      { ...SMALL, id: 'cut-off', scope: 'departments', scopeAfterSwitch: 'cleared' },
    ]);
  });
  afterAll(() => rig.close());

  it('is no clean end: the warning says what may have happened, and what to write into the file', async () => {
    const end = await rig.migrate('kept');

    expect(end, end.reason).toMatchObject({ ending: 'already-migrated', result: { grade: 'C' } });
    expect(end.reason).toContain('PEOPLE-SCOPE-EMPTY');
    const finding = end.result?.findings.find(({ code }) => code === 'PEOPLE-SCOPE-EMPTY');
    expect(finding?.message).toMatch(/interrupted.*people\.scope/);
    expect(effectsOf(rig, 'kept')).toEqual([]);
  });

  it('is set from the units that the file names, and a run is started; once', async () => {
    const { ids, codes } = await unitsOf(rig, 'named');
    rig.tenant('named').people.scope = codes;

    const end = await rig.migrate('named');

    expect(end, end.reason).toMatchObject({ ending: 'migrated' });
    expect(end.result?.changes.map(({ target }) => target)).toEqual(['people-sync.scope', 'people-sync.run']);
    expect((rig.world.tenant('named').state().peopleSync['scope'] as string[]).sort()).toEqual(ids);
    expect(effectsOf(rig, 'named')).toEqual(['people-sync', 'people-sync.run']);

    expect(await rig.migrate('named')).toMatchObject({ ending: 'already-migrated' });
    expect(effectsOf(rig, 'named')).toHaveLength(2);
  });

  it('goes back to what it was when the run fails', async () => {
    rig.tenant('failing').people.scope = (await unitsOf(rig, 'failing')).codes;
    const before = undoable(rig, 'failing');

    expect(await rig.migrate('failing')).toMatchObject({ ending: 'rolled-back', result: { undo: { left: [] } } });
    expect(undoable(rig, 'failing')).toEqual(before);
  });

  it('is not guessed from a code that E10 does not have: blocked before the first write', async () => {
    rig.tenant('unknown').people.scope = ['no-such-unit'];

    const end = await rig.migrate('unknown');

    expect(end, end.reason).toMatchObject({ ending: 'blocked', result: { failedStep: 'snapshot' } });
    expect(end.reason).toMatch(/PEOPLE-SCOPE-UNMAPPED.*no-such-unit/);
    expect(effectsOf(rig, 'unknown')).toEqual([]);
  });

  it('is told by the next run after a termination, and mended by the file', async () => {
    const { codes } = await unitsOf(rig, 'cut-off');
    rig.world.fault({
      tenant: 'cut-off',
      system: 'console',
      method: 'GET',
      path: '/people-sync/organisation',
      kind: 'error-before',
      after: 1,
      times: Infinity,
    });
    await rig.start('cut-off', { ...IMPATIENT, readAttempts: 1_000 });
    const { id } = rig.tenant('cut-off');
    await until('the sync is prepared', async () => (await rig.migrations.tenantStatus(id))?.step === 'sync-people');
    await rig.client.workflow.getHandle(tenantWorkflowId(id)).terminate('power cut');
    rig.world.clearFaults();
    expect(rig.world.tenant('cut-off').state()).toMatchObject({
      integration: { oaVersion: 'E10' },
      peopleSync: { scope: [] },
    });

    const next = await rig.migrate('cut-off');
    expect(next, next.reason).toMatchObject({ ending: 'migrated-with-warnings' });
    expect(next.reason).toContain('PEOPLE-SCOPE-EMPTY');
    expect(effectsOf(rig, 'cut-off')).not.toContain('people-sync.run');

    rig.tenant('cut-off').people.scope = codes;
    expect(await rig.migrate('cut-off')).toMatchObject({ ending: 'migrated' });
    expect(effectsOf(rig, 'cut-off').filter((effect) => effect === 'people-sync.run')).toHaveLength(1);
  });
});

describe('a people sync of somebody else', () => {
  it('goes first; then ours is started, once, with the settings that we saved', async () => {
    const rig = await aRig([{ ...SMALL, id: 'busy', scope: 'departments', syncSeconds: 4 }]);
    expect((await consoleOf(rig.world.tenant('busy')).run('theirs')).status).toBe(202);

    const end = await rig.migrate('busy');

    expect(end, end.reason).toMatchObject({ ending: 'migrated' });
    const { runs } = rig.world.tenant('busy').state();
    expect(runs).toHaveLength(2);
    expect(effectsOf(rig, 'busy').filter((effect) => effect === 'people-sync.run')).toHaveLength(2);
    await rig.close();
  });
});
