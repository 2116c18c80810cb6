import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { startWorld } from '../../simulators/world.js';
import { aCli } from '../support/cli.js';

it('leads a person through work orders, and goes on with each apply', { timeout: 300_000 }, async () => {
  const entry = { qiyuesuo: { driver: 'manual', api: undefined } };
  const world = await startWorld({ tenants: [{ id: 'cloud', deployment: 'public', entry }] });
  const cli = await aCli(world, {});
  const orders = (verb: string, ...more: string[]) => cli.run('orders', verb, ...more, '-f', cli.file);
  try {
    const plan = await cli.run('plan', '-f', cli.file);
    expect(plan.stdout).toContain('CONSOLE-NOT-READ');

    const first = await cli.run('apply', '-f', cli.file, '--yes');
    expect(first.code, first.stderr).toBe(6);
    expect(first.stderr).toContain('orders show cloud/1');
    const listed = await orders('list', '-o', 'json');
    expect(listed.code).toBe(6);
    expect(JSON.parse(listed.stdout)).toMatchObject({ orders: [{ tenant: 'cloud', number: 1, state: 'open' }] });

    const sheet = parse((await orders('show', 'cloud/1', '--answers')).stdout) as Record<string, string>;
    expect(Object.keys(sheet)).toEqual(
      ['oaVersion', 'singleSignOn', 'oaAddress', 'teamCode'].map((field) => `integration.${field}`),
    );
    const refused = await orders('done', 'cloud/1');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('[integration.oaVersion]: An answer is needed.'),
    ]);
    const answers = join(cli.file, '..', 'answers.yaml');
    await writeFile(
      answers,
      'integration.oaVersion: E9\nintegration.singleSignOn: 关闭\nintegration.oaAddress: empty\nintegration.teamCode: empty\n',
    );
    const done = await orders('done', 'cloud/1', '--answers', answers, '--evidence', answers, '--note', 'looked');
    expect(done.code, done.stderr).toBe(0);

    expect((await cli.run('apply', '-f', cli.file, '--yes')).code).toBe(6);
    const shown = (await orders('show', 'cloud/2', '--lang', 'zh')).stdout;
    expect(shown).toContain('泛微OA版本 → 泛微E10 (E10)');
    expect(shown).toContain('切换 (switch-mode) · 待办');
    expect(shown).toContain(`${world.tenant('cloud').at.e10}`);
    world.tenant('cloud').edit((live) => {
      live.oaVersion = 'E10';
    });
    const empty = ['singleSignOn=off', 'oaAddress=empty', 'teamCode=empty'].map((pair) => `before:integration.${pair}`);
    const saved = await orders('done', 'cloud/2', '--set', ...empty);
    expect(saved.code, saved.stderr).toBe(0);
    const last = await cli.run('apply', '-f', cli.file, '--yes');
    expect(last.code, last.stderr).toBe(0);
    const report = await cli.run('report', '-f', cli.file, '-o', 'json');
    expect(JSON.parse(report.stdout)).toMatchObject({
      tenants: [
        {
          evidence: [
            { kind: 'file', name: 'answers.yaml', order: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
          ],
        },
      ],
    });
  } finally {
    await world.close();
  }
});
