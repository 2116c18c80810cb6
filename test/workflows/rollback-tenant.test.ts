import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { aRig, undoable, until, type Rig } from '../support/rig.js';

const SMALL = { people: { e9: 6, e10: 6 } };

describe('a tenant whose runs are over is undone from what they left', () => {
  let rig: Rig;
  let before: unknown;
  beforeEach(async () => {
    rig = await aRig([{ ...SMALL, id: 'regret', scopeAfterSwitch: 'cleared', scope: 'departments' }]);
    before = undoable(rig, 'regret');
  });
  afterEach(() => rig.close());

  it('of one run', async () => {
    expect(await rig.migrate('regret')).toMatchObject({ ending: 'migrated' });
    expect(await rig.rollback('regret')).toMatchObject({ ending: 'rolled-back' });
    expect(undoable(rig, 'regret')).toEqual(before);
  });

  it('of a run behind one that found nothing to do', async () => {
    await rig.migrate('regret');
    expect(await rig.migrate('regret')).toMatchObject({ ending: 'already-migrated' });
    expect(await rig.rollback('regret')).toMatchObject({ ending: 'rolled-back' });
    expect(undoable(rig, 'regret')).toEqual(before);
  });

  it('of several runs that wrote, newest first', async () => {
    let old = '';
    rig.world.tenant('regret').edit(({ categories: [first] }) => (old = first?.callback?.url ?? ''));
    await rig.migrate('regret');
    rig.world.tenant('regret').edit(({ categories: [first] }) => first?.callback && (first.callback.url = old));
    expect(await rig.migrate('regret')).toMatchObject({ ending: 'migrated' });
    expect(await rig.rollback('regret')).toMatchObject({ ending: 'rolled-back' });
    expect(undoable(rig, 'regret')).toEqual(before);
  });

  it('by the file of that time, though another one is at hand now', async () => {
    await rig.migrate('regret');
    const { e10, people } = rig.tenant('regret');
    e10.tenantKey = 'corrected';
    e10.corpId = 'corrected';
    people.schedule = '0 4 * * *';
    expect(await rig.rollback('regret')).toMatchObject({ ending: 'rolled-back' });
    expect(undoable(rig, 'regret')).toEqual(before);
  });

  it('of a run that was terminated in the middle', async () => {
    rig.world.fault({ tenant: 'regret', system: 'console', path: '/people-sync/runs', kind: 'latency', ms: 20_000 });
    await rig.start('regret');
    await until('the run is configured', () => rig.world.tenant('regret').state().integration['oaVersion'] === 'E10');
    await rig.client.workflow.getHandle(tenantWorkflowId(rig.tenant('regret').id)).terminate('pulled the plug');
    expect(await rig.rollback('regret')).toMatchObject({ ending: 'rolled-back' });
    expect(undoable(rig, 'regret')).toEqual(before);
  });

  it('only once, and not where nothing was written', async () => {
    expect(await rig.migrations.startRollback(rig.tenant('regret'), 'too early')).toEqual({ undo: 'nothing' });
    await rig.migrate('regret');
    await rig.rollback('regret');
    const again = await rig.migrations.startRollback(rig.tenant('regret'), 'again');
    expect(again).toMatchObject({ undo: 'nothing', end: { ending: 'rolled-back' } });
  });
});
