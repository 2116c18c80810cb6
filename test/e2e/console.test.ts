import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startWorld } from '../../simulators/world.js';
import { parseBatch } from '../../src/batch-file/parse.js';
import { loadConfig } from '../../src/config.js';
import { openConsolePages } from '../../src/console-browser.js';
import { chromiumPath } from '../support/chromium.js';
import { aCli } from '../support/cli.js';
import { logIn } from '../../simulators/operator.js';

it.skipIf(chromiumPath === undefined)(
  'looks at a console through a browser, once its operator has logged in',
  { timeout: 180_000 },
  async () => {
    const world = await startWorld({
      tenants: [
        { id: 'cloud', deployment: 'public', entry: { qiyuesuo: { driver: 'browser', api: undefined } } },
        { id: 'other', deployment: 'public' },
      ],
    });
    const sandbox = process.getuid?.() === 0 ? { QYS_E10_BROWSER_SANDBOX: 'off' } : {};
    const cli = await aCli(world, {}, { QYS_E10_CHROMIUM: chromiumPath ?? '', ...sandbox });
    const check = (tenant: string) => cli.run('console', 'check', '--tenant', tenant, '-f', cli.file, '-o', 'json');
    try {
      const wrong = await check('other');
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('not driven by a browser')]);
      const nobody = await check('cloud');
      expect(nobody.code, nobody.stderr).toBe(6);
      expect(JSON.parse(nobody.stdout)).toMatchObject({ consoles: [{ session: false }] });

      const config = loadConfig({ QYS_E10_DATA: cli.dataDir, QYS_E10_CHROMIUM: chromiumPath ?? '', ...sandbox });
      const pages = await openConsolePages(config);
      const [tenant] = parseBatch(await readFile(cli.file, 'utf8'), cli.file).tenants;
      const onOpen = (page: Parameters<typeof logIn>[0]) => logIn(page, world.tenant('cloud'));
      if (tenant) await pages?.logIn(tenant, { headless: true, timeoutMs: 30_000, onOpen });
      await pages?.close();

      const before = world.tenant('cloud').state();
      const seen = await check('cloud');
      expect(seen.code, seen.stdout).toBe(0);
      expect(JSON.parse(seen.stdout)).toMatchObject({ consoles: [{ session: true, ok: true }] });
      expect(world.tenant('cloud').state()).toEqual(before);
      const index = await readFile(join(cli.dataDir, 'evidence', 'index.jsonl'), 'utf8');
      const [picture] = index.split('\n').map((line) => JSON.parse(line || '{}') as { sha256: string });
      expect(picture).toMatchObject({ tenant: 'cloud', page: 'integration', moment: 'check' });
      expect((await readFile(join(cli.dataDir, 'evidence', `${picture?.sha256 ?? ''}.png`))).length).toBeGreaterThan(
        1_000,
      );

      const logout = () => cli.run('console', 'logout', '--tenant', 'cloud', 'other', '-f', cli.file);
      const out = await logout();
      expect(out.code, out.stderr).toBe(0);
      expect(out.stdout).toContain(`cloud: the session is deleted here (${world.tenant('cloud').at.console}`);
      expect(out.stdout).toContain('other: no session is kept here');
      expect((await logout()).stdout).toContain('cloud: no session is kept here');
      expect((await check('cloud')).code).toBe(6);
    } finally {
      await world.close();
    }
  },
);
