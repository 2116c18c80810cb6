import { describe, expect, it } from 'vitest';
import { batchDetails } from '../../../src/domain/batch/details.js';
import { asksSeen } from '../../../src/domain/batch/asking.js';
import { obey } from '../../../src/domain/batch/control.js';
import type { BatchState } from '../../../src/domain/batch/state.js';
import { batchStatus, BATCH_OUTCOMES } from '../../../src/domain/batch/status.js';
import { aBatch, BY, NOW, runs, start } from './a-batch.js';

const MINUTE = 60_000;

/** What a reader of the page sees: its table by columns, its lists, and its other lines; bold is kept. */
function read(markdown: string) {
  const lines = markdown.split('\n');
  const table = lines.filter((line) => line.startsWith('|')).map(cellsOf);
  const [head = [], rule = [], ...rows] = table;
  expect(rule.every((cell) => cell === '---')).toBe(true);
  for (const row of rows) expect(row).toHaveLength(head.length);
  return {
    title: lines[0] ?? '',
    waves: rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? '']))),
    items: lines.flatMap((line) => (line.startsWith('- ') ? [line.slice(2)] : [])),
    lines: lines.filter((line) => line !== '' && !/^[|-]/.test(line)).slice(1),
  };
}

/** A bar behind a backslash is no border. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const page = (state: BatchState, { at = NOW, over = false } = {}) =>
  read(batchDetails(batchStatus('spring', state, at, over), at));

describe('the page of a batch in the Web UI', () => {
  it('shows each wave with what has ended, runs and failed, and what comes next', () => {
    const state = aBatch([{ maxErrors: { count: 1 } }, {}]);
    runs(state, 'migrated', 'rolled-back');
    start(state);

    const { title, waves, lines } = page(state);
    expect(title).toBe('**spring** · 6 tenants');
    expect(waves).toEqual([
      { '': '⏳', wave: 'one (starting)', finished: '2/3', running: '1', width: '2/2', failed: '1 of 1', blocked: '0' },
      { '': '·', wave: 'two (waiting)', finished: '0/3', running: '0', width: '2/2', failed: '0', blocked: '0' },
    ]);
    expect(lines).toContain('So far: 1 migrated, 1 rolled-back');
    expect(lines.at(-1)).toBe('Next: wave one goes on by itself');
  });

  it('shows how fast tenants end and how long the others will take, as of its moment', () => {
    const state = aBatch([{}, {}]);
    runs(state, 'migrated', 'migrated');
    start(state);

    expect(page(state, { at: NOW + MINUTE }).lines).toContain(
      'At 2026-03-02T10:01Z: 2.0 tenants a minute, about 2 min left',
    );
  });

  it('foretells nothing while nobody moves, and nothing at all when the batch is over', () => {
    const state = aBatch([{}]);
    runs(state, 'migrated');
    const idle = page(state, { at: NOW + MINUTE });
    expect(idle.lines).toContain('At 2026-03-02T10:01Z: 1.0 tenants a minute');

    start(state);
    obey(state, { do: 'pause', on: { batch: true }, ...BY }, '2026-03-02T10:00:30Z');
    const held = page(state, { at: NOW + MINUTE });
    expect(held.lines).toContain('At 2026-03-02T10:01Z: 1.0 tenants a minute');
    expect(held.lines).toContain('Paused: the batch by tester: test');

    expect(page(state, { over: true }).lines.join()).not.toContain('a minute');
  });

  it('shows what is used of every limit that is set, of waves and of the whole batch', () => {
    const state = aBatch([{ maxErrors: { count: 2 }, consecutive: 3 }, {}], { limits: { maxBlocked: { count: 1 } } });
    runs(state, 'rolled-back', 'blocked');

    expect(page(state).items).toEqual([
      'wave one: maxErrors 1 so far, stops at 3; consecutive 1 so far, stops at 3',
      'the whole batch: maxBlocked 1 so far, stops at 2',
    ]);
    expect(page(aBatch([{}])).items).toEqual([]);
  });

  it('says who waits for a person, and no longer that the wave goes on where nothing else does', () => {
    const state = aBatch([{}]);
    const ids = [start(state), start(state)];
    asksSeen(state, state.inFlight, new Set(ids.slice(1)));
    const asked = (who: string) => `${who}: qys-e10 status and qys-e10 orders say for what`;
    const next = () => page(state).lines.at(-1);
    expect(next()).toBe(`Next: wave one goes on by itself; ${asked('a tenant waits for a person (w0t1)')}`);
    asksSeen(state, state.inFlight, new Set(ids));
    expect(next()).toBe(`Next: ${asked('2 tenants wait for a person (w0t0, w0t1)')}`);

    obey(state, { do: 'pause', on: { wave: 'one' }, ...BY }, '2026-03-02T10:00:00Z');
    expect(next()).toMatch(/^Next: qys-e10 resume .* goes on with wave one; 2 tenants wait for a person/);
    expect(page(state, { over: true }).lines.at(-1)).toBe('Next: nothing: the run is over');
  });

  it('names each outcome by its word', () => {
    const done = aBatch([{}]);
    runs(done, 'migrated', 'migrated', 'already-migrated');
    const warned = aBatch([{}]);
    runs(warned, 'migrated', 'migrated-with-warnings', 'migrated');
    const partial = aBatch([{}]);
    runs(partial, 'migrated', 'blocked', 'migrated');
    const stopped = aBatch([{ maxErrors: { count: 0 } }]);
    runs(stopped, 'rolled-back');
    const aborted = aBatch([{}]);
    obey(aborted, { do: 'abort', how: 'undo', ...BY }, '2026-03-02T10:00:00Z');

    const titles = [
      page(done, { over: true }),
      page(warned, { over: true }),
      page(partial, { over: true }),
      page(stopped),
      page(aborted, { over: true }),
    ].map(({ title }) => title);
    expect(titles).toEqual(BATCH_OUTCOMES.map((outcome) => `**spring** · 3 tenants · **${outcome}**`));
  });

  it('stays a table whatever a wave is called, or a reason says', () => {
    const state = aBatch([{ name: 'a|b\nc', maxErrors: { count: 0 } }]);
    obey(state, { do: 'pause', on: { batch: true }, by: 'x|y', reason: 'one\ntwo' }, '2026-03-02T10:00:00Z');

    const { waves, items, lines } = page(state);
    expect(waves).toHaveLength(1);
    expect(waves[0]).toMatchObject({ wave: 'a\\|b c (starting)', blocked: '0' });
    expect(items).toEqual(['wave a\\|b c: maxErrors 0 so far, stops at 1']);
    expect(lines).toContain('Paused: the batch by x\\|y: one two');
  });
});
