import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../simulators/world.js';
import { aCli, type Cli } from '../support/cli.js';

describe('people syncs from the command line', { timeout: 120_000 }, () => {
  let world: World;
  let cli: Cli;
  const at = (name: string): string => join(dirname(cli.file), name);
  const sync = (...more: string[]) => cli.run('sync', '-f', cli.file, ...more);
  const people = (verb: string, ...more: string[]) => cli.run('people', verb, '-f', cli.file, ...more);

  beforeAll(async () => {
    world = await startWorld({
      tenants: [
        {
          id: 'moved',
          startsMigrated: true,
          people: { e9: 400, e10: 400, untidy: 200 },
          syncSeconds: 0.2,
        },
        { id: 'still-e9', people: { e9: 5, e10: 5 } },
        { id: 'slow', startsMigrated: true, people: { e9: 10, e10: 10 }, syncSeconds: 600 },
      ],
    });
    cli = await aCli(world, {});
  });
  afterAll(() => world.close());

  it('looks without writing, and says for everybody what a run would do', async () => {
    const looked = await sync('--tenant', 'moved', '--dry-run', '-o', 'json', '--html', at('rehearsed'));

    expect(looked.code, looked.stderr).toBe(0);
    expect(JSON.parse(looked.stdout)).toMatchObject({
      tenants: [{ tenant: 'moved', state: 'looked-at', people: { by: 'list', grade: null } }],
    });
    expect(world.journal.writes('moved')).toEqual([]);
    const page = await readFile(join(at('rehearsed'), 'moved.people.html'), 'utf8');
    expect(page).toMatch(/A rehearsal of \d{4}-\d\d-\d\d \d\d:\d\d UTC: nothing was written/);
  });

  it('names the comparisons that there are, where another one is asked for', async () => {
    const none = await people('export', '--tenant', 'moved', '--to', at('none.csv'), '--comparison', 'actual');

    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('baseline, foreseen')]);
  });

  it('refuses who has not moved, with the code and what to do', async () => {
    const refused = await sync('--tenant', 'still-e9');

    expect(refused.code).toBe(5);
    expect(refused.stdout).toContain('PEOPLE-NOT-ON-E10');
    expect(refused.stdout).toContain('qys-e10 apply');
  });

  it('is rehearsed by who has not moved yet, where a dry run says so', async () => {
    const looked = await sync('--tenant', 'still-e9', '--dry-run');

    expect(looked.code, looked.stderr).toBe(0);
    expect(looked.stdout).toContain('looked at');
    expect(world.journal.writes('still-e9')).toEqual([]);
  });

  it('does not carry a sync on by a dry run, nor lifts a guard behind its back, and ends it on request', async () => {
    const begun = await sync('--tenant', 'slow', '--timeout', '1s');
    expect(begun.code, begun.stdout).toBe(8);
    const writes = world.journal.writes('slow').length;

    const looked = await sync('--tenant', 'slow', '--dry-run');
    const lifted = await sync('--tenant', 'slow', '--lift-guard', '--reason', 'sold');
    expect([looked.code, lifted.code]).toEqual([2, 2]);
    expect(looked.stderr).toContain('--cancel');
    expect(world.journal.writes('slow')).toHaveLength(writes);

    const forgotten = await people('forget', '--tenant', 'slow', '--yes');
    expect([forgotten.code, forgotten.stderr]).toEqual([2, expect.stringContaining('--tenant slow --cancel')]);

    const ended = await sync('--tenant', 'slow', '--cancel');
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('has ended')]);
    expect((await sync('--tenant', 'slow', '--cancel')).stderr).toContain('no people sync is under way');
    expect((await people('forget', '--tenant', 'slow', '--yes')).stdout).toContain('slow: 1 sync(s) forgotten');
  });

  it('says what cannot be used before anything is done', async () => {
    await writeFile(at('a-file'), '');
    const html = await sync('--tenant', 'moved', '--html', at('a-file'));
    const from = await people('decide', '--tenant', 'moved', '--from', at('nowhere.csv'));
    const to = await people('export', '--tenant', 'moved', '--to', at('no/such/folder.csv'));

    expect([html.code, from.code, to.code]).toEqual([2, 2, 2]);
    expect(html.stderr).toContain('a-file cannot be used');
    expect(world.journal.writes('moved')).toEqual([]);
  });

  it('wants a reason for lifting the guard', async () => {
    const wrong = await sync('--tenant', 'moved', '--lift-guard');

    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--reason')]);
  });

  it('syncs, explains the numbers, and draws them', async () => {
    const lifted = ['--lift-guard', '--reason', '号码有误'];
    const synced = await sync('--tenant', 'moved', ...lifted, '--html', at('pages'), '--lang', 'zh');

    expect([0, 3], synced.stderr + synced.stdout).toContain(synced.code);
    expect(synced.stdout).toMatch(/E9: 405 人 \(参与核对 400; /);
    expect(synced.stdout).toContain('同步后');
    const lines = synced.stdout.split('\n');
    const commands = lines.flatMap((line) => /qys-e10 (people .*)$/.exec(line)?.[1] ?? []);
    expect(lines.filter((line) => !line.includes('qys-e10')).join('\n')).not.toMatch(
      /\b(are|is|of|the|with|would|not)\b/,
    );
    expect(commands.map((command) => command.split(' ')[1])).toEqual(expect.arrayContaining(['export', 'ambiguous']));
    // As somebody would paste them.
    for (const command of new Set(commands.filter((one) => !one.includes(' decide ')))) {
      const pasted = await cli.run(...command.split(' '));
      expect([command, pasted.code, pasted.stderr]).toEqual([command, 0, '']);
    }
    const page = await readFile(join(at('pages'), 'moved.people.html'), 'utf8');
    expect(page).toContain('<svg');
    expect(page).not.toMatch(/<script|https?:/);
  });

  it('gives the details out, takes decisions back, and forgets everything', async () => {
    const file = at('ambiguous.csv');
    const written = await people('ambiguous', '--tenant', 'moved', '--to', file, '-o', 'json');
    expect(written.code, written.stderr).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const rows = parse<Record<string, string>>(await readFile(file), { columns: true, bom: true });
    expect(rows.length).toBeGreaterThan(0);

    const wrong = at('wrong.csv');
    await writeFile(
      wrong,
      stringify(
        rows.map((row) => ({ ...row, same: 'perhaps' })),
        { header: true },
      ),
    );
    const refused = await people('decide', '--tenant', 'moved', '--from', wrong);
    expect([refused.code, refused.stdout]).toEqual([2, expect.stringContaining('wrong.csv:2')]);

    const decided = at('decided.csv');
    await writeFile(
      decided,
      stringify(
        rows.map((row) => ({ ...row, same: 'no' })),
        { header: true },
      ),
    );
    const taken = await people('decide', '--tenant', 'moved', '--from', decided, '-o', 'json');
    expect(taken.code, taken.stderr).toBe(0);
    expect(JSON.parse(taken.stdout)).toMatchObject({ invalid: [] });

    const [{ person = '' } = {}] = rows;
    const undone = await people('decide', '--tenant', 'moved', '--undo', person, '-o', 'json');
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    const { takenBack, ambiguous } = JSON.parse(undone.stdout) as Record<'takenBack' | 'ambiguous', number>;
    expect([takenBack, ambiguous > 0]).toEqual([1, true]);
    const again = await people('decide', '--tenant', 'moved', '--undo', person, '--lang', 'zh');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`${person} 没有判断记录`)]);
    const neither = await people('decide', '--tenant', 'moved');
    expect([neither.code, neither.stderr]).toEqual([2, expect.stringContaining('--undo')]);

    const details = at('details.csv');
    const exported = await people('export', '--tenant', 'moved', '--to', details);
    expect(exported.code, exported.stderr).toBe(0);
    const everybody = parse<Record<string, string>>(await readFile(details), { columns: true, bom: true });
    expect(everybody.length).toBeGreaterThanOrEqual(400);
    expect(everybody.every(({ outcome, reason }) => outcome !== '' && reason !== '')).toBe(true);

    const key = join(cli.dataDir, 'seal.key');
    const right = await readFile(key, 'utf8');
    for (const [what, spoil] of [
      ['is gone', () => rm(key)],
      ['cannot be opened', () => writeFile(key, '0f'.repeat(32))],
    ] as const) {
      await spoil();
      const sealed = await people('export', '--tenant', 'moved', '--to', details);
      expect([sealed.code, sealed.stderr]).toEqual([2, expect.stringContaining(what)]);
      expect(sealed.stderr).toContain('QYS_E10_SEAL_KEY');
      await writeFile(key, right);
    }

    const forgotten = await people('forget', '--tenant', 'moved', '--yes', '-o', 'json');
    expect(JSON.parse(forgotten.stdout)).toMatchObject({ tenants: [{ tenant: 'moved' }] });
    const nothing = await people('export', '--tenant', 'moved', '--to', details);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('QYS_E10_DATA')]);
  });
});
