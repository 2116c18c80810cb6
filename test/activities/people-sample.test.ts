import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { createPeopleListActivities } from '../../src/activities/people-lists.js';
import type { Systems } from '../../src/activities/systems.js';
import { Unavailable, UnexpectedAnswer } from '../../src/gateways/errors.js';
import type { Qiyuesuo } from '../../src/gateways/qiyuesuo/qiyuesuo.js';
import { fill, person, someStores } from '../people-store/a-store.js';
import { aTenant } from './a-step.js';

const PEOPLE = 9;
const FAILING = '13800000002';
const CUT_OFF = '13800000005';

it('waits for look-ups under way when one fails, asks none of them again, and twice where an answer is cut off', async () => {
  const { stores } = await someStores();
  const run = { tenant: aTenant('private'), run: 'run-1' };
  const store = await stores.open({ tenantId: run.tenant.id, runId: run.run });
  const mobiles = Array.from({ length: PEOPLE }, (_, index) => `1380000000${index}`);
  await fill(
    store,
    'e10-people',
    mobiles.map((mobile, index) => person(`e${index}`, { mobile })),
  );
  await store.close();

  const asked: string[] = [];
  let working = false;
  const qiyuesuo: Partial<Qiyuesuo> = {
    async findPerson(contact) {
      asked.push(contact);
      if (contact === CUT_OFF && asked.filter((one) => one === CUT_OFF).length === 1) {
        throw new UnexpectedAnswer({ system: 'qiyuesuo', method: 'GET', path: '/user' });
      }
      if (contact === FAILING && !working) throw new Unavailable({ system: 'qiyuesuo', method: 'GET', path: '/user' });
      // Answers come when another look-up has failed already.
      await new Promise((resolve) => setTimeout(resolve, 10 + (asked.length % 4) * 10));
      return { id: `q${contact}` };
    },
  };
  const open = () => ({ qiyuesuo: () => Promise.resolve(qiyuesuo) }) as unknown as Systems;
  const activities = createPeopleListActivities({ open, stores, homeAt: (site) => site });
  const sampled = () =>
    new MockActivityEnvironment().run(() => activities.samplePeople({ ...run, units: null, without: {} }));

  await expect(sampled()).rejects.toBeInstanceOf(Unavailable);
  const begun = asked.length;
  const failedAt = asked.indexOf(FAILING) + 1;
  // Nobody has the file any more: who is not waited for would write into a closed one.
  await stores.seal({ tenantId: run.tenant.id, runId: run.run });
  working = true;
  const again = (await sampled()) as { sample: { lookedUp: number; missing: number } };

  expect(begun).toBeLessThanOrEqual(Math.max(4, failedAt + 3) + 1);
  const times = (...contacts: string[]): number => asked.filter((one) => contacts.includes(one)).length;
  expect(times(...mobiles)).toBe(PEOPLE + 2);
  expect([times(FAILING), times(CUT_OFF)]).toEqual([2, 2]);
  expect(again.sample).toMatchObject({ lookedUp: PEOPLE, missing: 0 });
});
