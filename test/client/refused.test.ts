import { ServiceError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { ordered } from '../../src/client/refused.js';

/** As the client of Temporal throws it. */
function unanswered(details: string): ServiceError {
  const cause = Object.assign(new Error(`9 FAILED_PRECONDITION: ${details}`), { code: 9, details, metadata: {} });
  return new ServiceError('Workflow Update failed', { cause });
}

describe('an order that the server forgets with its workflow task', () => {
  const lost = unanswered('Unable to perform workflow execution update due to unexpected workflow task failure.');

  it('is given again, as the same one', async () => {
    const ids: string[] = [];
    const give = (updateId: string): Promise<string> => {
      ids.push(updateId);
      return ids.length < 3 ? Promise.reject(lost) : Promise.resolve('done');
    };
    expect(await ordered('batch b', give)).toBe('done');
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  it('any other error is not', async () => {
    const other = unanswered('something else');
    let given = 0;
    const give = (): Promise<never> => {
      given += 1;
      return Promise.reject(other);
    };
    await expect(ordered('batch b', give)).rejects.toBe(other);
    expect(given).toBe(1);
  });
});
