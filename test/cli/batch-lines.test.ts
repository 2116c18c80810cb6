import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { batchLines, listedLines, listLinks, outcomeLine, progressLine } from '../../src/cli/batch-lines.js';
import { createOutput } from '../../src/cli/output.js';
import { asksSeen } from '../../src/domain/batch/asking.js';
import { BATCH_OUTCOMES, batchStatus, type BatchStatus } from '../../src/domain/batch/status.js';
import { FIRST_LOOK, tenantParked, type BatchState } from '../../src/domain/batch/state.js';
import type { Lang } from '../../src/domain/said.js';
import { aBatch, NOW, runs, start } from '../domain/batch/a-batch.js';

const outIn = (lang: Lang) =>
  createOutput('text', lang, { stdout: new PassThrough(), stderr: new PassThrough(), color: false, now: () => NOW });
const en = outIn('en');
const zh = outIn('zh');

const statusOf = (state: BatchState, over = false): BatchStatus => batchStatus('spring', state, NOW + 60_000, over);

function underWay(): BatchStatus {
  const state = aBatch([{ maxErrors: { count: 1 }, maxErrorRate: { percent: 50, last: 4 } }, {}], {
    limits: { maxBlocked: { count: 1 } },
  });
  runs(state, 'migrated', 'rolled-back');
  start(state);
  return statusOf(state);
}

describe('what the CLI says of a batch', () => {
  it('is how far the wave has come, how fast, and how long it will take', () => {
    expect(progressLine(underWay(), en)).toBe(
      'wave 1/2 one   2/3 finished · 1 failed (stops at 2) · 1 running · 2.0 a minute · ~2 min left',
    );
    expect(progressLine(underWay(), zh)).toBe(
      '波次 1/2 one   已完成 2/3 · 失败 1（到 2 停止） · 运行中 1 · 每分钟 2.0 个 · 约剩 2 分钟',
    );
  });

  it('is what is used of every limit', () => {
    expect(batchLines(underWay(), 'f', en).split('\n')).toEqual(
      expect.arrayContaining([
        'limits of wave one: maxErrors 1 so far, stops at 2 · maxErrorRate 1 of the last 2, stops at 3 of 4',
        'limits of the whole batch: maxBlocked 0 so far, stops at 2',
      ]),
    );
    expect(batchLines(underWay(), 'f', zh)).toContain('整个批次的限制：maxBlocked 已有 0，到 2 停止');
  });

  it('is nothing of limits that an older coordinator does not tell', () => {
    const { limits: _, ...status } = underWay();
    const waves = status.waves.map(({ limits: __, ...wave }) => wave);
    expect(batchLines({ ...status, waves }, 'f', en)).not.toContain('limits of');
  });

  it('is who waits for a person, and how to see for what', () => {
    const state = aBatch([{ size: 9, maxConcurrency: 9 }]);
    const ids = Array.from({ length: 7 }, () => start(state));
    asksSeen(state, state.inFlight, new Set(ids));
    const status = statusOf(state);

    expect(progressLine(status, en)).toMatch(/ · 7 running · 7 wait for a person$/);
    expect(progressLine(status, zh)).toMatch(/ · 运行中 7 · 等待人工 7$/);
    const named = ids.slice(0, 5);
    expect(batchLines(status, 'f', en).split('\n')).toContain(
      `7 tenants wait for a person: ${named.join(', ')} and 2 more. For what: qys-e10 status -f f --tenant ${named.join(' ')}, qys-e10 orders list -f f`,
    );
    expect(batchLines(status, 'f', zh)).toContain(`7 个租户等待人工：${named.join('、')} 等。`);
    expect(batchLines(underWay(), 'f', en)).not.toContain('for a person');
  });

  it('counts who waits for a first look once', () => {
    const state = aBatch([{}]);
    tenantParked(state, start(state), FIRST_LOOK);
    expect(progressLine(statusOf(state), en)).toMatch(/ · 1 wait for a first look$/);
  });

  it('says that its counts may be old where some still ran when it was over', () => {
    const state = aBatch([{}]);
    start(state);
    const old = 'These counts are from when the batch ended; the tenants below stand as they do now.';
    expect(batchLines(statusOf(state, true), 'f', en)).toContain(old);
    expect(batchLines(statusOf(state), 'f', en)).not.toContain(old);
  });

  it.each(BATCH_OUTCOMES)('is first of all that it is %s, in both languages', (outcome) => {
    const status: BatchStatus = { ...underWay(), outcome };
    expect(outcomeLine(status, en)).toBe(`Result: ${outcome}: 1 migrated, 1 rolled-back, 1 running, 3 not-started`);
    expect(batchLines(status, 'f', en).split('\n')[0]).toBe(outcomeLine(status, en));
    expect(batchLines(status, 'f', zh).split('\n')[0]).toMatch(
      new RegExp(`^结果：${outcome}（[\\u4e00-\\u9fff，]+）：`),
    );

    const counts = { migrated: 1 };
    const listed = listedLines({ tenants: [], counts }, { running: false, outcome }, en);
    expect(listed.split('\n')[0]).toBe(`Result: ${outcome}: 1 migrated`);
  });

  it.each([
    ['max-errors of wave one', ' --max-errors N'],
    ['max-blocked of the batch', ' --max-blocked N'],
    ['consecutive of wave one', ''],
    ['wave one was rejected by ada: not yet', ''],
  ])('names what lets it go on where it is stopped: %s', (stoppedBy, option) => {
    const status: BatchStatus = { ...underWay(), stoppedBy };
    expect(batchLines(status, 'f', en)).toContain(`Next: qys-e10 resume -f f${option} --reason …`);
    expect(batchLines(status, 'f', zh)).toContain(`下一步：qys-e10 resume -f f${option} --reason …`);
  });

  it('says until when nobody starts', () => {
    const state = aBatch([{ startAfter: '2999-01-01T00:00:00Z' }]);
    expect(batchLines(statusOf(state), 'f', en)).toContain(
      'Nobody starts now: wave one starts after 2999-01-01T00:00:00Z',
    );
  });

  it('is no outcome while there is none', () => {
    expect(outcomeLine(underWay(), en)).toBeNull();
    expect(batchLines(underWay(), 'f', en)).toMatch(/^wave 1\/2 one/);
  });

  it('is Chinese where it is to be', () => {
    const ui = { uiUrl: 'http://ui.example', namespace: 'default' };
    const links = listLinks('spring', ui, zh).map((line) => line.replace(/http\S*/, ''));
    expect(links).toHaveLength(5);
    for (const line of links) expect(line).not.toMatch(/[a-z]/i);
    expect(listedLines({ tenants: [], counts: {} }, { running: true, outcome: null }, zh)).toMatch(/[\u4e00-\u9fff]/);
  });
});
