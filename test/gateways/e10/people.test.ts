import { expect, it } from 'vitest';
import { thrownBy } from '../../support/leaks.js';
import type { RecordedRequest } from '../../support/scripted-server.js';
import { anE10, EMPLOYEES, rows, UNITS } from './an-e10.js';

const HEAD_OFFICE = '977668748719054853';
const FINANCE = '977668748719054855';
const BRANCH = '977668748719054857';
const SALES = '977668748719054859';

interface Row {
  id: bigint | string;
  name: string;
  parent: bigint | string | number;
}

const units: Record<'subcompany' | 'department', Row[]> = {
  subcompany: [
    { id: BigInt(HEAD_OFFICE), name: '总部', parent: 0 },
    { id: BigInt(BRANCH), name: '分部', parent: BigInt(HEAD_OFFICE) },
  ],
  department: [
    { id: BigInt(FINANCE), name: '财务', parent: BigInt(HEAD_OFFICE) },
    { id: SALES, name: '销售', parent: BRANCH },
  ],
};

/** Answers 1 for every subcompany that is asked for, and 100 for every department. */
function anOrganisation(more: Partial<typeof units> = {}) {
  const all = { ...units, ...more };
  return anE10({
    [UNITS]({ body }: RecordedRequest) {
      const { typeList, current } = JSON.parse(body) as { typeList: ['subcompany' | 'department']; current: number };
      const found = all[typeList[0]];
      return {
        json: { data: { total: String(found.length), data: found.slice((current - 1) * 1000, current * 1000) } },
      };
    },
    [EMPLOYEES]({ body }: RecordedRequest) {
      const total = (idsIn(body, 'subcompanyIds')?.length ?? 0) + 100 * (idsIn(body, 'departmentIds')?.length ?? 0);
      return rows(null, String(total));
    },
  });
}

/** As text: what JavaScript's own parser would make of long ids is not what was sent. */
function idsIn(body: string, field: string): string[] | undefined {
  return new RegExp(`"${field}":\\[([^\\]]*)\\]`).exec(body)?.[1]?.split(',');
}

function asked(requests: RecordedRequest[], field: string): (string[] | undefined)[] {
  return requests.map(({ body }) => idsIn(body, field)).filter((ids) => ids !== undefined);
}

it('counts everybody by one row', async () => {
  const { e10, server } = await anOrganisation();
  server.script({ [EMPLOYEES]: rows([{ id: 1 }], '31250') });

  await expect(e10.countEmployees()).resolves.toBe(31_250);

  expect(JSON.parse(server.requests(EMPLOYEES)[0]?.body ?? '')).toMatchObject({
    current: 1,
    pageSize: 1,
    returnFieldList: ['id'],
  });
  expect(server.times(UNITS)).toBe(0);
});

it('asks for subcompanies and departments apart, with every digit of their ids', async () => {
  const { e10, server } = await anOrganisation();

  await expect(e10.countEmployees([BRANCH, FINANCE])).resolves.toBe(101);

  expect(asked(server.requests(EMPLOYEES), 'subcompanyIds')).toEqual([[BRANCH]]);
  expect(asked(server.requests(EMPLOYEES), 'departmentIds')).toEqual([[FINANCE]]);
});

it('counts nobody twice: repeated ids, and departments of a subcompany that is chosen itself', async () => {
  const { e10, server } = await anOrganisation();

  await expect(e10.countEmployees([HEAD_OFFICE, FINANCE, SALES, SALES, HEAD_OFFICE])).resolves.toBe(101);

  expect(asked(server.requests(EMPLOYEES), 'departmentIds')).toEqual([[SALES]]);
});

it('asks for at most 500 units in one call', async () => {
  const many = Array.from({ length: 1201 }, (_, at) => ({
    id: 5_000_000_000_000_000_000n + BigInt(at),
    name: 'd',
    parent: 0,
  }));
  const { e10, server } = await anOrganisation({ department: many });

  await expect(e10.countEmployees(many.map(({ id }) => String(id)))).resolves.toBe(120_100);

  expect(asked(server.requests(EMPLOYEES), 'departmentIds').map((ids) => ids?.length)).toEqual([500, 500, 201]);
  expect(server.times(UNITS)).toBe(3); // one page of subcompanies, two of departments
});

it('counts nobody of no units, rather than everybody', async () => {
  const { e10, server } = await anOrganisation();

  await expect(e10.countEmployees([])).resolves.toBe(0);

  expect(server.times(EMPLOYEES)).toBe(0);
});

it('refuses a unit that E10 does not know, and counts nothing', async () => {
  const { e10, server } = await anOrganisation();

  expect(await thrownBy(e10.countEmployees([FINANCE, '42']))).toMatchObject({
    name: 'Rejected',
    message: expect.stringContaining('42') as string,
  });
  expect(server.times(EMPLOYEES)).toBe(0);
});

it('survives units that stand above each other', async () => {
  const { e10 } = await anOrganisation({
    department: [
      { id: FINANCE, name: 'a', parent: SALES },
      { id: SALES, name: 'b', parent: FINANCE },
    ],
  });

  await expect(e10.countEmployees([FINANCE])).resolves.toBe(100);
});

it('gives up on pages that never change', async () => {
  const { e10, server } = await anOrganisation();
  server.script({ [UNITS]: { json: { data: { total: 3000, data: units.subcompany } } } });

  expect(await thrownBy(e10.listUnits())).toMatchObject({ name: 'UnexpectedAnswer' });

  expect(server.times(UNITS)).toBe(2);
});
