import { expect, it } from 'vitest';
import { createActivityEnds } from '../../src/activities/activity-ends.js';

it('closes what an activity opened when it ends, latest first, and nothing of another one', async () => {
  const { add, within } = createActivityEnds();
  const closed: string[] = [];
  const opens = async (name: string): Promise<void> => {
    await Promise.resolve();
    add(async () => void closed.push(name));
  };

  const result = within(async () => {
    await opens('a');
    await within(() => opens('inner'));
    expect(closed).toEqual(['inner']);
    add(() => Promise.reject(new Error('cannot be closed')));
    await opens('b');
    return 'done';
  });

  await expect(result).resolves.toBe('done');
  expect(closed).toEqual(['inner', 'b', 'a']);
});

it('closes also where the activity fails, and passes its error on', async () => {
  const { add, within } = createActivityEnds();
  let closed = 0;
  const failing = within(async () => {
    add(async () => void (closed += 1));
    throw new Error('the activity');
  });
  await expect(failing).rejects.toThrow('the activity');
  expect(closed).toBe(1);
});
