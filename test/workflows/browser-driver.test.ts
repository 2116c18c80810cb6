import { afterEach, describe, expect, it } from 'vitest';
import { LOGIN } from '../../src/domain/work-orders/console-fields.js';
import { chromiumPath } from '../support/chromium.js';
import { aRig, undoable, undoneByPages, until, type Rig } from '../support/rig.js';

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
});
