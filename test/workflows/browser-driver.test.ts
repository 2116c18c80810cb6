import { afterEach, describe, expect, it } from 'vitest';
import { tenantWorkflowId } from '../../src/domain/ids.js';
import { LOGIN } from '../../src/domain/work-orders/console-fields.js';
import { chromiumPath } from '../support/chromium.js';
import { aRig, IMPATIENT, undoable, undoneByPages, until, type Rig } from '../support/rig.js';

const BROWSER = { entry: { qiyuesuo: { driver: 'browser', api: undefined } } };
const SMALL = { people: { e9: 6, e10: 6 }, categories: { legacy: 2, otherOldHost: 0, elsewhere: 1, none: 1 } };

let rig: Rig;
afterEach(() => rig.close());

describe.skipIf(chromiumPath === undefined)('a tenant whose console a browser drives', { timeout: 300_000 }, () => {
  it('waits for its operator to log in, is migrated then, and tells what was seen on the way', async () => {
    rig = await aRig([{ id: 'acme', ...SMALL, ...BROWSER, scope: 'departments', scopeAfterSwitch: 'cleared' }]);
    const { id } = rig.tenant('acme');
    rig.world.fault({ tenant: 'acme', path: '/web/api/integration/save', kind: 'error-toast-after' });
    rig.world.fault({ tenant: 'acme', path: '/web/api/callback/save', kind: 'reset' });
    await rig.start('acme');
    const order = () => rig.migrations.openOrders().then((open) => open.find(({ tenantId }) => tenantId === id)?.order);
    await until('it asks for a login', async () => (await order()) !== undefined);
    expect(await order()).toMatchObject({ step: 'snapshot', tasks: [{ field: LOGIN }] });

    await rig.logIn('acme');
    // Where a login alone may not be enough, the order says why.
    rig.world.fault({ tenant: 'acme', path: '/web/*', kind: 'redirect', text: 'http://sso.example.cn/start' });
    await rig.migrations.tellOrder(id, { number: 1, by: '张三', do: 'confirm', values: {} });
    await until('it asks once more', async () => (await order())?.number === 2);
    const [finding] = (await order())?.findings ?? [];
    expect(finding).toMatchObject({
      code: 'CONSOLE-NEEDS-LOGIN',
      message: expect.stringContaining('sso.example.cn') as string,
    });
    await rig.migrations.tellOrder(id, { number: 2, by: '张三', do: 'confirm', values: {} });
    const { ending, reason, result } = await rig.end('acme');
    expect({ ending, reason }).toMatchObject({ ending: 'migrated-with-warnings' });
    const codes = result?.findings.map(({ code }) => code);
    expect(codes).not.toContain('CONSOLE-READ-BY-PERSON');
    // The page map of the test builds on one that comes along, which nobody has confirmed at a real console.
    expect(codes).toContain('CONSOLE-PAGES-ASSUMED');
    expect(rig.world.tenant('acme').state()).toMatchObject({ integration: { oaVersion: 'E10' } });

    // A page that complained about a save that it kept.
    expect(result?.findings).toContainEqual(
      expect.objectContaining({ code: 'CONSOLE-SAVED-WITH-ERROR', severity: 'warning', subject: 'integration' }),
    );
    // Pictures by step, also those of an attempt that failed.
    const evidence = result?.evidence ?? [];
    const momentsOf = (step: string) =>
      evidence.flatMap((one) => (one.kind === 'picture' && one.step === step ? [one.moment] : []));
    expect(momentsOf('switch-mode')).toEqual(['before', 'filled', 'said', 'after']);
    expect(momentsOf('sync-people')).toEqual(expect.arrayContaining(['said', 'after']));
    expect(momentsOf('callback')).toEqual(expect.arrayContaining(['failed', 'after']));
    for (const { name, sha256 } of evidence) expect(name).toBe(`${sha256}.png`);
  });

  it('is put back where its page kept only a part of the form that it saved with the switch', async () => {
    rig = await aRig([{ id: 'acme', ...SMALL, ...BROWSER }]);
    const before = undoable(rig, 'acme');
    rig.world.fault({ tenant: 'acme', path: '/web/api/integration/save', kind: 'drops-field', field: 'teamCode' });
    await rig.logIn('acme');
    const { ending, result } = await rig.migrate('acme');
    expect({ ending, step: result?.failedStep }).toEqual({ ending: 'rolled-back', step: 'switch-mode' });
    expect(result?.undo).toMatchObject({ left: [], foreign: [] });
    expect(undoneByPages(rig, 'acme', before)).toEqual(before);
  });

  it('leaves no form behind that another run has filled in: a person puts it back while it shows', async () => {
    rig = await aRig([{ id: 'acme', ...SMALL, ...BROWSER }]);
    const before = undoable(rig, 'acme');
    const { id } = rig.tenant('acme');
    const asked = (step: string): Promise<void> =>
      until(
        `it asks about ${step}`,
        async () => (await rig.migrations.tenantStatus(id))?.waiting?.step === step,
        60_000,
      );
    rig.world.fault({ tenant: 'acme', path: '/web/api/integration/save', kind: 'drops-field', field: 'teamCode' });
    await rig.logIn('acme');
    await rig.start('acme', { ...IMPATIENT, onFailure: 'ask' });
    await asked('switch-mode');
    await rig.client.workflow.getHandle(tenantWorkflowId(id)).terminate();

    const undone = rig.rollback('acme');
    await asked('configure');
    // By then E10 is still chosen, so that the form shows.
    expect(rig.world.tenant('acme').state()).toMatchObject({ integration: { oaVersion: 'E10' } });
    rig.world.tenant('acme').edit(({ sets }) => {
      const { syncSource } = sets.E10;
      // That choice nobody can empty on the page.
      sets.E10 = { singleSignOn: false, ...(syncSource === undefined ? {} : { syncSource }) };
    });
    await rig.migrations.decide(id, { action: 'retry', by: '李四', reason: 'put back by hand' });
    const { ending, result } = await undone;
    expect(ending).toBe('rolled-back');
    expect(undoneByPages(rig, 'acme', before)).toEqual(before);
    expect(result?.findings).toContainEqual(
      expect.objectContaining({
        code: 'UNDO-INCOMPLETE',
        message: expect.stringContaining('FORM-FILLED-UNTOLD: the form of E10 shows our values in') as string,
      }),
    );
  });
});
