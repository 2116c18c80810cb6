import { describe, expect, it } from 'vitest';
import { keep, type Health } from '../../src/embedded/keeper.js';

/** Answers these one after the other; the last one again and again. */
const answering = (...answers: Health[]) => {
  let asked = 0;
  return () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? 'well');
};

describe('a keeper', () => {
  it('leaves alone what was not well for one look only', async () => {
    const mended: Health[] = [];
    const mend = (found: Health): Promise<void> => Promise.resolve(void mended.push(found));
    const stop = keep({
      health: answering('gone', 'well', 'stuck', 'stuck', 'well'),
      mend,
      report: () => undefined,
      everyMs: () => 1,
    });
    await expect.poll(() => mended).toEqual(['stuck']);
    await stop();
  });

  it('tells a failure once, tries again less and less often, and tells it anew after it was well', async () => {
    const told: string[] = [];
    let mends = 0;
    const mend = (): Promise<void> =>
      [1, 2, 3, 5].includes(++mends) ? Promise.reject(new Error('the disk is full')) : Promise.resolve();
    const stop = keep({
      health: answering('gone'),
      mend,
      report: (line) => void told.push(line),
      everyMs: () => 1,
    });
    await expect.poll(() => mends).toBeGreaterThan(5);
    await stop();
    expect(told).toEqual(['the disk is full', 'the disk is full']);
  });

  it('looks no more once it is stopped, and waits for a mending under way', async () => {
    let finished = false;
    let begun = 0;
    const mend = async (): Promise<void> => {
      begun += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished = true;
    };
    const stop = keep({ health: answering('gone'), mend, report: () => undefined, everyMs: () => 1 });
    await expect.poll(() => begun, { interval: 2 }).toBe(1);
    await stop();
    expect([finished, begun]).toEqual([true, 1]);
  });
});
