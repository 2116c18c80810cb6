import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../simulators/kernel/faults.js';
import type { JournalFilter } from '../../simulators/kernel/journal.js';
import type { TenantSpec } from '../../simulators/tenant/spec.js';
import type { PeopleSyncEnd } from '../../src/client.js';
import { peopleSyncWorkflowId } from '../../src/domain/ids.js';
import { aRig, IMPATIENT, until, type Rig } from '../support/rig.js';

const PEOPLE = 1_200;
const MOVED = { startsMigrated: true, people: { e9: PEOPLE, e10: PEOPLE } } satisfies Partial<TenantSpec>;
const CLOUD = { ...MOVED, deployment: 'public', ownApp: true } satisfies Partial<TenantSpec>;

/** Where each list of people is read. */
const LISTS = {
  E9: { system: 'e9', path: '/api/hrm/resful/getHrmUserInfoWithPage' },
  E10: { system: 'e10', path: '/openserver/api/hrm/restful/queryEmployee', from: 'outside' },
  console: { system: 'console', path: '/people' },
  cloud: { system: 'open-api', path: '/v2/employee/list' },
} as const satisfies Record<string, JournalFilter & Partial<Fault>>;

/** Three forms of "ask less often": with Retry-After in seconds and as a date, and without. */
const THROTTLES = {
  seconds: { kind: 'throttle-seconds', ms: 0 },
  date: { kind: 'throttle-date', ms: 100 },
  nothing: { kind: 'error-before', status: 429 },
} as const satisfies Record<string, Partial<Fault>>;

const UNREACHABLE = { E10: 'E10-UNREACHABLE', console: 'CONSOLE-UNREACHABLE', cloud: 'QIYUESUO-UNREACHABLE' } as const;
const NO_BASELINE = {
  code: 'PEOPLE-UNCOMPARED',
  severity: 'info',
  message: expect.stringMatching(/^the people of E9 were not compared: e9 POST/) as unknown,
};

interface Case {
  spec?: Partial<TenantSpec>;
  faults?: Omit<Fault, 'tenant'>[];
  expected: Record<string, unknown>;
}

const EVERYBODY = { result: { report: { by: 'list', grade: 'A', actual: { people: PEOPLE } } } };
const EVERYBODY_OF_THE_CLOUD = { result: { report: { by: 'list', grade: 'A', foreseen: { people: PEOPLE } } } };

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    Object.entries(THROTTLES).flatMap(([by, throttle]): [string, Case][] => [
      [
        `all three ask for fewer calls, Retry-After: ${by}`,
        {
          faults: [LISTS.E9, LISTS.E10, LISTS.console].map((list) => ({
            ...list,
            ...throttle,
            times: 3,
            probability: 0.5,
          })),
          expected: EVERYBODY,
        },
      ],
      [
        `the public cloud asks for fewer calls, Retry-After: ${by}`,
        {
          spec: CLOUD,
          faults: [{ ...LISTS.cloud, ...throttle, times: 3, probability: 0.5 }],
          expected: EVERYBODY_OF_THE_CLOUD,
        },
      ],
    ]),
  ),
  ...Object.fromEntries(
    (['E10', 'console', 'cloud'] as const).map((list): [string, Case] => [
      `${list} asks for fewer calls, and no end`,
      {
        spec: list === 'cloud' ? CLOUD : {},
        faults: [{ ...LISTS[list], ...THROTTLES.seconds, after: 1, times: Infinity }],
        expected: { failed: { code: UNREACHABLE[list], message: expect.stringContaining('429') as unknown } },
      },
    ]),
  ),
  'E9 asks for fewer calls, and no end': {
    faults: [{ ...LISTS.E9, ...THROTTLES.seconds, after: 1, times: Infinity }],
    expected: { result: { ran: true, findings: [NO_BASELINE], report: { by: 'list', grade: 'A', baseline: null } } },
  },
  'E9 refuses midway': {
    faults: [{ ...LISTS.E9, kind: 'unauthorised', after: 1, times: Infinity }],
    expected: { result: { ran: true, findings: [NO_BASELINE], report: { by: 'list', grade: 'A', baseline: null } } },
  },
  'E10 refuses midway': {
    faults: [{ ...LISTS.E10, kind: 'unauthorised', after: 1, times: Infinity }],
    expected: { failed: { code: 'E10-TOKEN-REFUSED' } },
  },
  'the console refuses midway': {
    faults: [{ ...LISTS.console, kind: 'unauthorised', after: 1, times: Infinity }],
    expected: { failed: { code: 'CONSOLE-NEEDS-LOGIN' } },
  },
  'the public cloud refuses midway': {
    spec: CLOUD,
    faults: [{ ...LISTS.cloud, kind: 'unauthorised', after: 1, times: Infinity }],
    expected: { failed: { code: 'QIYUESUO-CREDENTIALS-REFUSED' } },
  },
  'nobody in E10': {
    spec: { people: { e9: 30, e10: 0, qiyuesuo: 30 } },
    expected: { failed: { code: 'PEOPLE-GUARD' } },
  },
  'nobody in E10, public cloud': {
    spec: { ...CLOUD, people: { e9: 30, e10: 0, qiyuesuo: 30 } },
    expected: { result: { ran: false, report: { by: 'list', grade: 'D', stillActive: 30 } } },
  },
  'nobody in E9': {
    spec: { people: { e9: 0, e10: 30, qiyuesuo: 30, leavers: 0, secondary: 0 } },
    expected: { result: { report: { grade: 'A', baseline: { counts: { created: 30 } } } } },
  },
  'nobody in Qiyuesuo, and a guard': {
    spec: {
      people: { e9: 30, e10: 30, qiyuesuo: 0 },
      entry: { people: { guard: { created: { percent: 50, count: 20 } } } },
    },
    expected: {
      failed: { code: 'PEOPLE-GUARD', message: expect.stringContaining('30 people would be created') as unknown },
    },
  },
  'nobody in Qiyuesuo': {
    spec: { people: { e9: 30, e10: 30, qiyuesuo: 0 } },
    expected: {
      result: { report: { grade: 'A', foreseen: { counts: { created: 30 } }, actual: { counts: { created: 30 } } } },
    },
  },
};
const names = Object.keys(cases);

/** Tokens, or what stands for one, that come to their end while many small pages are read. */
const PAGES = 60;
const SMALL = 63;
const MANY = { e9: PAGES * SMALL, e10: PAGES * SMALL, leavers: 0, secondary: 0 };
const SHORT = { employeePageMax: 100, hrTokenMs: 2_000, signatureMs: 2_000 };
const SLOW = { ...LISTS.E10, kind: 'latency', ms: 40, times: Infinity } as const;
const SLOWER = { kind: 'latency', ms: 400, times: Infinity } as const;
const tokens: Record<string, { spec: Partial<TenantSpec>; faults: Omit<Fault, 'tenant'>[]; lists: Partial<Pages> }> = {
  'and E10 says how long they live': {
    spec: { people: MANY, quirks: { ...SHORT, tokenSeconds: 1 } },
    faults: [SLOW, { ...LISTS.E9, ...SLOWER }],
    lists: { E10: PAGES, E9: 4 },
  },
  'and E10 says that they live longer': {
    spec: { people: MANY, quirks: { ...SHORT, tokenLivesMs: 1_000, tokenRefusal: 'http-401' } },
    faults: [SLOW, { ...LISTS.E9, ...SLOWER }],
    lists: { E10: PAGES, E9: 4 },
  },
  'of the public cloud': {
    spec: { ...CLOUD, people: MANY, quirks: { ...SHORT, tokenSeconds: 1 } },
    faults: [SLOW, { ...LISTS.cloud, ...SLOWER }],
    // The last one is empty: no total is told.
    lists: { E10: PAGES, cloud: 5 },
  },
};
type Pages = Record<keyof typeof LISTS, number>;

let rig: Rig;
beforeAll(async () => {
  const all = [...Object.values(cases), ...Object.values(tokens)];
  rig = await aRig(
    all.map(({ spec }, index): TenantSpec => ({ ...MOVED, ...spec, id: `case-${index}` })),
    {},
    { defaults: { people: { compare: 'everybody' } } },
  );
  // All of them side by side: each waits for something most of the time.
  for (const [index, { faults = [] }] of all.entries()) {
    const id = `case-${index}`;
    for (const fault of faults) rig.world.fault({ ...fault, tenant: id });
    if (names[index]?.startsWith('nobody')) {
      const state = names[index].includes('Qiyuesuo') ? 0 : 1;
      rig.world.tenant(id).edit(({ people }) => void people.fill(state));
    }
    // What the simulated Qiyuesuo pulls needs no pages of ours.
    const how = index < names.length ? {} : ({ until: 'guard' } as const);
    await rig.migrations.startPeopleSync(rig.tenant(id), { policy: IMPATIENT, ...how });
  }
}, 180_000);
afterAll(() => rig.close());

async function endOf(id: string): Promise<PeopleSyncEnd> {
  let end: PeopleSyncEnd | undefined;
  await until(
    'the sync ends',
    async () => (end = await rig.migrations.peopleSyncEnd(rig.tenant(id).id)) !== undefined,
    150_000,
  );
  return end as unknown as PeopleSyncEnd;
}

describe('a sync of people', () => {
  it.each(names.map((name, index) => ({ name, index })))(
    '$name',
    async ({ name, index }) => {
      const id = `case-${index}`;

      const end = await endOf(id);

      expect(end).toMatchObject(cases[name]?.expected ?? {});
      if ('failed' in end) expect(rig.world.journal.writes(rig.tenant(id).id)).toEqual([]);
    },
    180_000,
  );

  it.each(Object.keys(tokens).map((name, index) => ({ name, index })))(
    'outlasts its tokens, $name',
    async ({ name, index }) => {
      const id = `case-${names.length + index}`;
      const tenant = rig.tenant(id);

      const end = await endOf(id);

      expect(end).toMatchObject({
        result: { findings: [], report: { by: 'list', foreseen: { counts: { unchanged: MANY.e10 } } } },
      });
      for (const [list, pages] of Object.entries(tokens[name]?.lists ?? {})) {
        const read = rig.world.journal.entries({ tenant: tenant.id, ...LISTS[list as keyof typeof LISTS] });
        expect([list, read.filter(({ rows }) => rows !== null && rows > 1).length]).toEqual([list, pages]);
      }
      const taken = { tenant: tenant.id, system: 'e10', path: /access_token/, from: 'outside' } as const;
      expect(rig.world.journal.times(taken)).toBeGreaterThan(3);
      expect(await attemptsOf(tenant.id)).toEqual(['readPeople 1']);
    },
    180_000,
  );

  it('leaves nothing plain behind, however it ends', async () => {
    const files = await readdir(join(rig.dataDir, 'people'), { recursive: true });

    expect(files.filter((file) => /duckdb|spill/.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.sealed')).length).toBeGreaterThan(names.length / 2);
  });
});

/** With which attempts the pages were read. */
async function attemptsOf(tenantId: string): Promise<string[]> {
  const { events } = await rig.client.workflow.getHandle(peopleSyncWorkflowId(tenantId)).fetchHistory();
  const scheduled = new Map(
    events?.map(({ eventId, activityTaskScheduledEventAttributes: one }) => [String(eventId), one?.activityType?.name]),
  );
  const started = events?.flatMap(({ activityTaskStartedEventAttributes: one }) =>
    one ? [`${scheduled.get(String(one.scheduledEventId))} ${one.attempt}`] : [],
  );
  return [...new Set(started?.filter((one) => one.startsWith('readPeople')))];
}
