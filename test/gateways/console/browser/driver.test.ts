import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../../simulators/kernel/faults.js';
import { differingFields, wantedFields } from '../../../../src/domain/wanted.js';
import { fingerprint } from '../../../../src/domain/fingerprint.js';
import { createGate } from '../../../../src/gateways/console/browser/network.js';
import { everythingOf, thrownBy } from '../../../support/leaks.js';
import { aConsole, aFleet, CHROMIUM, type AConsole, type AConsoleOptions } from './a-console.js';

const SWITCHED = 'integration.oaVersion+integration.fields';
const LOAD = '/web/api/integration/load';
const SAVE = '/web/api/integration/save';
const SKINS = ['element', 'ant', 'iview', 'table'] as const;

// They wait most of the time, so several go at once; each has a world of its own.
const fleet = aFleet(3);
const opened: AConsole[] = [];
afterAll(async () => {
  for (const one of opened) await one.close();
  await fleet.close();
});

async function open(options: AConsoleOptions = {}): Promise<AConsole> {
  const one = await aConsole({ browsers: fleet, ...options });
  opened.push(one);
  return one;
}

/** What `switch-mode` does: look, then switch with the whole form. */
async function switchToE10({ driver, form }: AConsole) {
  const seen = await driver().readIntegration();
  await driver().switchMode('E10', seen, form());
}

/** What a page says of these in layers of its own, and each library writes its layers otherwise. */
const IN_LAYERS: Fault['kind'][] = [
  'unknown-dialog',
  'save-dialog-unknown',
  'save-dialog',
  'notice',
  'no-right',
  'refused',
  'busy',
];

/** Each fault on the usual pages, and those that show in layers on another library's, too. */
function inSkins<Row extends readonly [string, Partial<Fault> & Pick<Fault, 'kind'>, ...unknown[]]>(
  rows: readonly Row[],
) {
  return rows.flatMap((row): [string, Row, (typeof SKINS)[number]][] => {
    const [where, { kind }] = row;
    const usual: [string, Row, 'element'] = [where, row, 'element'];
    return IN_LAYERS.includes(kind) ? [usual, [`${where}, in the shape of ant`, row, 'ant']] : [usual];
  });
}

describe.skipIf(CHROMIUM === undefined)('the browser driver', { timeout: 180_000, concurrent: true }, () => {
  describe.each(SKINS)('on pages in the shape of %s', (skin) => {
    it('switches and fills in the form, once, and finds it as wanted', async () => {
      const one = await open({ spec: { web: { skin, menuName: '泛微e-cology集成', misprint: true } } });
      const before = await one.driver().readIntegration();
      expect(before).toMatchObject({ oaVersion: 'E9', fields: { oaAddress: one.simulated.at.e9 } });

      await one.driver().switchMode('E10', before, one.form());

      const now = await one.driver().readIntegration();
      const { encryptionKey, appSecret = '' } = one.secrets.wanted;
      const fingerprints = { encryptionKey: fingerprint(encryptionKey ?? ''), appSecret: fingerprint(appSecret) };
      expect(differingFields(now, wantedFields(one.tenant, fingerprints))).toEqual([]);
      expect(one.simulated.state().integration).toMatchObject(now.fields);
      expect(one.wrote(SWITCHED)).toEqual({ asked: 1, changed: 1 });
      expect(await one.driver().formBeforeFilling?.()).toEqual({
        singleSignOn: false,
        encryptionKey: null,
        appSecret: null,
      });
      expect(await one.driver('another run').formBeforeFilling?.()).toBeUndefined();
    });

    it('reads the tree, ticks another scope and saves it', async () => {
      const one = await open({ spec: { web: { skin }, people: { units: 12 }, scope: 'departments' } });
      const seen = await one.driver().readPeopleSync();
      const { units } = await one.driver().readOrganisation();
      expect(units).toHaveLength(12);
      const scope = [units[0]?.id ?? ''];
      expect(seen.scope).not.toEqual(scope);

      await one.driver().savePeopleSync({ ...seen, scope, schedule: '30 3 * * *' }, seen);

      expect(one.simulated.state().peopleSync).toMatchObject({ scope: ['1'], schedule: '30 3 * * *' });
      expect(await one.driver().readPeopleSync()).toMatchObject({ scope, schedule: '30 3 * * *', enabled: true });
    });

    it('lists the categories of all pages and changes the address of one', async () => {
      const one = await open({ spec: { web: { skin }, categories: { legacy: 6, elsewhere: 5, none: 0 } } });
      const listed = await one.driver().listCategories();
      const stored = one.simulated.state().categories;
      expect(listed.map(({ name, callback }) => [name, callback?.url]).sort()).toEqual(
        stored.map(({ name, callback }) => [name, (callback as { url?: string } | null)?.url]).sort(),
      );

      const [category] = listed.filter(({ callback }) => callback?.url.includes('QYSPrivateCallbackServlet'));
      if (!category) throw new Error('there is one');
      await one.driver().saveCategoryCallback(category, { url: 'https://e10.example.cn/papi?no=1' });

      const before = stored.find(({ name }) => name === category.name) as { callback: object };
      const after = one.simulated.state().categories.find(({ name }) => name === category.name);
      expect(after).toEqual({ ...before, callback: { ...before.callback, url: 'https://e10.example.cn/papi?no=1' } });
      expect(await thrownBy(one.driver().saveCategoryCallback(category, { url: 'https://x' }))).toMatchObject({
        name: 'Conflict',
      });
    });
  });

  it('goes back to the new callback page, and to E9, as it was', async () => {
    const one = await open();
    const before = one.simulated.state();
    await switchToE10(one);
    const callback = await one.driver().readCallback();
    expect(callback).toMatchObject({ page: 'new', url: null });
    await one.driver().saveCallback({ ...callback, page: 'old', url: 'https://e10.example.cn/papi' }, callback);
    expect(one.simulated.state().callback).toMatchObject({ page: 'old', url: 'https://e10.example.cn/papi' });

    const ours = await one.driver().readCallback();
    await one.driver().saveCallback({ ...ours, page: 'new', url: null }, ours);
    await one.driver().switchMode('E9', await one.driver().readIntegration());

    expect(one.simulated.state().callback).toEqual(before.callback);
    expect(one.simulated.state().sets.E9).toEqual(before.sets.E9);
    expect(one.simulated.state().integration['oaVersion']).toBe('E9');
  });

  it('knows the global callback of versions before 4.3.5', async () => {
    const one = await open({ spec: { version: '4.2.1' } });
    const seen = await one.driver().readCallback();
    expect(seen).toMatchObject({ page: 'global', url: one.simulated.state().callback['url'] });
    await one.driver().saveCallback({ ...seen, url: 'https://e10.example.cn/papi' }, seen);
    expect(one.simulated.state().callback).toMatchObject({ page: 'global', url: 'https://e10.example.cn/papi' });
  });

  it('opens the page of the public cloud by filling it in, and closes it by emptying it', async () => {
    const one = await open({ spec: { deployment: 'public' } });
    const before = await one.driver().readIntegration();
    expect(before).toMatchObject({ oaVersion: 'E9', fields: { singleSignOn: false } });
    await one.driver().switchMode('E10', before, one.form());
    const now = await one.driver().readIntegration();
    expect(now).toMatchObject({ oaVersion: 'E10', fields: wantedFields(one.tenant, {}) });
    expect(one.simulated.state().integration).toMatchObject({ oaVersion: 'E10', ...wantedFields(one.tenant, {}) });

    await one.driver().switchMode('E9', now);
    expect(await one.driver().readIntegration()).toMatchObject({ oaVersion: 'E9' });
    expect(one.simulated.state().integration['oaVersion']).toBe('E9');
  });

  it.each(['button', 'finish'] as const)(
    'starts one people sync for one key, where %s starts it',
    async (runStarts) => {
      const one = await open({ spec: { web: { runStarts } } });
      const run = await one.driver().startPeopleSync('key');
      expect(await one.driver().startPeopleSync('key')).toMatchObject({ runId: run.runId });
      expect(one.simulated.state().runs).toHaveLength(1);
      const { people } = one.simulated.state();
      expect(await one.driver().readSyncRun(run.runId)).toMatchObject({ state: 'succeeded', total: people.active });
      expect(await one.driver().countPeople()).toEqual({ total: people.active, active: people.active });
      expect(await thrownBy(one.driver().readSyncRun('1999/1/1 00:00:00'))).toMatchObject({
        name: 'Rejected',
        status: 404,
      });
    },
  );

  describe('refuses before anything is written, where', () => {
    const refusals: [string, Partial<Fault> & Pick<Fault, 'kind'>, object][] = [
      [
        'a label is missing',
        { kind: 'label-missing', field: 'oaAddress' },
        { name: 'UnexpectedAnswer', code: 'label-missing' },
      ],
      ['a label of E10 is missing', { kind: 'label-missing', field: 'appSecret' }, { code: 'label-missing' }],
      ['a label is there twice', { kind: 'label-twice', field: 'encryptionKey' }, { code: 'label-ambiguous' }],
      [
        'a control is of another kind',
        { kind: 'other-kind', field: 'oaVersion', text: 'text' },
        { code: 'kind-mismatch' },
      ],
      [
        'a choice is missing',
        { kind: 'option-missing', field: 'oaVersion', text: '泛微E10' },
        { code: 'option-missing' },
      ],
      ['a dialog that nobody knows comes with the page', { kind: 'unknown-dialog' }, { code: 'unexpected-dialog' }],
      ['an alert comes with the page', { kind: 'native-alert' }, { code: 'unexpected-dialog' }],
      [
        'a dialog that nobody knows comes with the save',
        { kind: 'save-dialog-unknown' },
        { code: 'unexpected-dialog' },
      ],
      ['an alert comes with the save', { kind: 'save-alert' }, { code: 'unexpected-dialog' }],
      ['a secret cannot be edited', { kind: 'read-only', field: 'appSecret' }, { name: 'Rejected', code: 'read-only' }],
      ['the button is off', { kind: 'save-disabled' }, { name: 'Rejected', code: 'save-disabled' }],
      ['the form is cut off', { kind: 'half-page' }, { code: 'label-missing' }],
      ['the page says that this account may not', { kind: 'no-right' }, { name: 'Rejected', code: 'no-right' }],
    ];
    it.each(inSkins(refusals))('%s', async (_where, [, fault, error], skin) => {
      const one = await open({ spec: { web: { skin } } });
      const before = one.simulated.state();
      one.world.fault({ tenant: 'acme', path: LOAD, times: Infinity, ...fault });

      const thrown = await thrownBy(switchToE10(one));

      expect(thrown).toMatchObject({ maybeWritten: false, ...error });
      expect(one.simulated.state()).toEqual(before);
      expect(one.world.journal.times({ tenant: 'acme', path: SAVE })).toBe(0);
      const secrets = Object.values(one.secrets.wanted);
      for (const secret of secrets) expect(everythingOf(thrown)).not.toContain(secret);
    });
  });

  describe('finds its way, where', () => {
    const ways: [string, Partial<Fault> & Pick<Fault, 'kind'>][] = [
      ['a label is spelled otherwise', { kind: 'label-renamed', field: 'oaAddress', text: '泛微ecology系统地址' }],
      ['values come late', { kind: 'late-values', field: 'oaAddress', ms: 2_000 }],
      ['the dialog of the switch comes late', { kind: 'late-dialog', ms: 1_500 }],
      ['a notice lies over the page', { kind: 'notice' }],
      ['the save asks first', { kind: 'save-dialog' }],
      ['the page guards leaving', { kind: 'guards-leaving' }],
    ];
    it.each(inSkins(ways))('%s', async (_where, [, fault], skin) => {
      const one = await open({ rest: 3.5, spec: { web: { skin } } });
      one.world.fault({ tenant: 'acme', path: LOAD, times: Infinity, ...fault });
      await switchToE10(one);
      expect(one.wrote(SWITCHED)).toEqual({ asked: 1, changed: 1 });
    });
  });

  describe('believes the page that it opens again, where', () => {
    const saves: [string, Partial<Fault> & Pick<Fault, 'kind'>, object | undefined][] = [
      ['nothing was stored, and success was said', { kind: 'not-stored' }, { name: 'Rejected', code: 'not-kept' }],
      ['one field was dropped', { kind: 'drops-field', field: 'corpId' }, { name: 'Rejected', code: 'partly-kept' }],
      ['it was stored, and an error was said', { kind: 'error-toast-after' }, undefined],
      ['it was stored, and answered with 500', { kind: 'error-after' }, undefined],
      ['it was stored, and the answer was lost', { kind: 'timeout-after', ms: 0 }, undefined],
      ['the connection broke before', { kind: 'reset' }, { name: 'Unavailable', code: 'answer-lost' }],
      ['it was refused', { kind: 'refused', text: '企业标识错误' }, { name: 'Rejected', code: 'save-rejected' }],
      ['the page is busy', { kind: 'busy' }, { name: 'Throttled' }],
      ['somebody else saved right after', { kind: 'overwritten', field: 'corpId', text: 'x' }, { name: 'Conflict' }],
      ['addresses come back with a slash', { kind: 'normalises-url' }, undefined],
    ];
    it.each(inSkins(saves))('%s', async (_where, [, fault, error], skin) => {
      const one = await open({ spec: { web: { skin } } });
      one.world.fault({ tenant: 'acme', path: SAVE, ...fault });
      const done = switchToE10(one);
      if (error) expect(await thrownBy(done)).toMatchObject(error);
      else await done;
      // One click is one request, whatever the browser makes of a dead connection.
      expect(one.world.journal.times({ tenant: 'acme', path: SAVE })).toBe(1);
    });
  });

  it('shows a masked secret as hidden, and saves no form in which one is left', async () => {
    const one = await open({ spec: { web: { secrets: 'stores-mask' } } });
    const seen = await one.driver().readIntegration();
    expect(seen.fields).not.toHaveProperty('encryptionKey');
    await one.driver().switchMode('E10', seen, one.form());
    const now = await one.driver().readIntegration();
    expect(now.fields).not.toHaveProperty('appSecret');

    const { encryptionKey: _, ...withoutKey } = one.form().secrets;
    const write = { ...one.form(), fields: { ...one.form().fields, corpId: 'other' }, secrets: withoutKey };
    const thrown = await thrownBy(one.driver().saveIntegration(write, now));

    expect(thrown).toMatchObject({ name: 'Rejected', code: 'secret-masked', maybeWritten: false });
    expect(one.simulated.state().integration['encryptionKey']).toBe(
      fingerprint(one.secrets.wanted.encryptionKey ?? ''),
    );
  });

  it('is a conflict where somebody saved since we looked', async () => {
    const one = await open();
    const seen = await one.driver().readIntegration();
    one.simulated.edit((live) => (live.sets.E9.oaAddress = 'https://elsewhere.example.cn'));
    const thrown = await thrownBy(one.driver().switchMode('E10', seen, one.form()));
    expect(thrown).toMatchObject({ name: 'Conflict', code: 'changed-meanwhile', maybeWritten: false });
    expect(one.world.journal.times({ tenant: 'acme', path: SAVE })).toBe(0);
  });

  it.each([
    ['a frame', { frame: true }],
    ['pages that read by POST, behind a session outside of cookies', { readsBy: 'POST', sessionIn: 'session-storage' }],
    ['a long poll, and a switch that stores by itself', { longPoll: true, switchStores: 'on-confirm' }],
    ['menus that are all open, in documents', { menu: 'all-open', routing: 'documents', sessionBoundToAgent: true }],
  ] as const)('copes with %s', async (_with, web) => {
    const one = await open({ spec: { web } });
    await switchToE10(one);
    expect(await one.driver().readIntegration()).toMatchObject({
      oaVersion: 'E10',
      fields: { teamCode: one.form().fields.teamCode },
    });
  });

  it('keeps four pictures of a save, and none without a name', async () => {
    const one = await open({ evidence: true });
    await switchToE10(one);
    expect(one.pictures.map(({ moment }) => moment)).toEqual(['before', 'filled', 'said', 'after']);
    for (const { sha256 } of one.pictures) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  describe('a session', () => {
    it('that nobody opened needs somebody to log in', async () => {
      const one = await open({ loggedIn: false });
      expect(await thrownBy(one.driver().readIntegration())).toMatchObject({ name: 'NeedsLogin', code: 'needs-login' });
    });

    it.each(['redirect', '401', '449', 'login-page'] as const)(
      'that is over shows, as %s, and a login is enough',
      async (sessionOverAs) => {
        const one = await open({ spec: { web: { sessionOverAs } } });
        await one.driver().readIntegration();
        one.simulated.endSessions();
        expect(await thrownBy(one.driver().readIntegration())).toMatchObject({
          name: 'NeedsLogin',
          maybeWritten: false,
        });
        await one.logIn();
        expect(await one.driver().readIntegration()).toMatchObject({ oaVersion: 'E9' });
      },
    );

    it('that ends with the save leaves nothing written, and the next attempt writes once', async () => {
      const one = await open();
      one.world.fault({ tenant: 'acme', path: SAVE, kind: 'session-over' });
      expect(await thrownBy(switchToE10(one))).toMatchObject({ name: 'NeedsLogin', maybeWritten: true });
      await one.logIn();
      await switchToE10(one);
      expect(one.wrote(SWITCHED)).toEqual({ asked: 1, changed: 1 });
    });
  });

  describe('where the console leads to another host', () => {
    let other: Server;
    let reached: number;
    beforeAll(async () => {
      reached = 0;
      other = createServer((_, response) => {
        reached += 1;
        response.setHeader('Access-Control-Allow-Origin', '*').end('{"code":0,"result":{}}');
      });
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => {
      other.close();
      expect(reached).toBe(0);
    });
    const leads = (one: AConsole, fault: Pick<Fault, 'path' | 'status'>, at = '/somewhere'): void => {
      const { port } = other.address() as AddressInfo;
      one.world.fault({ tenant: 'acme', kind: 'redirect', text: `http://localhost:${port}${at}`, ...fault });
    };
    const named = { name: 'NeedsLogin', code: 'leads-elsewhere', reason: 'host-not-allowed' };

    it.each([
      ['with a page', '/web/*'],
      ['with what a page reads', LOAD],
    ])('%s, it names the host, and types nothing', async (_with, path) => {
      const one = await open();
      for (let time = 0; time < 9; time++) leads(one, { path });
      const before = one.simulated.state();
      const thrown = await thrownBy(switchToE10(one));
      expect(thrown).toMatchObject({ ...named, maybeWritten: false });
      expect(String(thrown)).toMatch(/another host.*“localhost:\d+”/);
      expect(one.simulated.state()).toEqual(before);
      expect(one.world.journal.times({ tenant: 'acme', path: SAVE })).toBe(0);
    });

    it('with the answer to a save, nothing of it goes there', async () => {
      const one = await open();
      leads(one, { path: SAVE, status: 307 });
      const thrown = await thrownBy(switchToE10(one));
      expect(thrown).toMatchObject({ name: 'Unavailable', code: 'answer-lost' });
      expect(String(thrown)).toContain('the answer leads to localhost');
      await switchToE10(one);
      expect(one.wrote(SWITCHED)).toEqual({ asked: 1, changed: 1 });
    });

    it('to log in, that is all it asks for', async () => {
      const one = await open();
      leads(one, { path: '/web/*' }, '/cas/login');
      expect(await thrownBy(one.driver().readIntegration())).toMatchObject({ name: 'NeedsLogin', code: 'needs-login' });
    });
  });

  describe('the check', () => {
    it('reports every page, and writes nothing', async () => {
      const one = await open();
      const before = one.simulated.state();
      const report = await one.driver().check();

      expect(report).toMatchObject({ map: 'private-4.3.6', gate: 'closed', session: true, ok: true });
      expect(report.pages.map(({ page }) => page)).toEqual(['integration', 'callbackNew', 'people', 'categories']);
      const { fields, save } = report.pages.find(({ page }) => page === 'integration') ?? {};
      expect(save).toEqual({ count: 1, enabled: true });
      expect(fields?.['oaVersion']).toMatchObject({
        controls: 1,
        kind: 'select',
        readable: true,
        editable: true,
        verdict: 'ok',
      });
      expect(fields?.['appSecret']).toMatchObject({ verdict: 'later' });
      expect(one.simulated.state()).toEqual(before);
      expect(one.world.journal.writes('acme')).toEqual([]);
    });

    it('names what does not fit, and lets nothing out', async () => {
      const one = await open({ spec: { web: { readsBy: 'POST' } } });
      const { ok, pages } = await one.driver().check();
      expect(ok).toBe(false);
      // A console that reads by POST: its paths have to be learned at the site.
      expect(pages.find(({ page }) => page === 'integration')?.heldBack.join()).toContain('integration/load');
      const opened = await one.driver().check('open');
      expect(opened).toMatchObject({ gate: 'open', ok: true });
      expect(one.world.journal.writes('acme')).toEqual([]);
    });
  });

  it('keeps one context for its operations until it is closed, and starts a browser that ended again', async () => {
    const own = aFleet();
    const one = await open({ browsers: own });
    const driver = one.driver();
    await driver.readIntegration();
    await driver.readCallback();
    expect(own.open()).toBe(1);
    await driver.close();
    expect(own.open()).toBe(0);
    const rules = { gate: createGate('open'), hosts: [], reads: [] };
    const { context, release } = await own.lease({ origin: 'http://killed.example', rules });
    await context.browser()?.close();
    await release();
    expect(await driver.readIntegration()).toMatchObject({ oaVersion: 'E9' });
    await own.close();
  });

  it('gives its context up to whoever waits for the same console, and closes it where something failed', async () => {
    const own = aFleet(1);
    const one = await open({ browsers: own });
    const [first, second] = [one.driver(), one.driver()];
    await first.readIntegration();
    const both = await Promise.all([second.readIntegration(), first.readIntegration()]);
    expect(both.map(({ oaVersion }) => oaVersion)).toEqual(['E9', 'E9']);

    one.world.fault({ tenant: 'acme', path: LOAD, kind: 'native-alert' });
    expect(await thrownBy(first.readIntegration())).toMatchObject({ code: 'unexpected-dialog' });
    expect(own.open()).toBe(0);
    await own.close();
  });
});
