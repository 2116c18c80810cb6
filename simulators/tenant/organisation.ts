import { hash32 } from '../kernel/random.js';
import type { Identity } from './identity.js';
import { departmentName, personName } from './names.js';
import type { OaVersion } from './spec.js';
import type { SettledSpec } from './settled-spec.js';

/** A department or subcompany; the ids of both systems name the same unit. */
export interface OrgUnit {
  index: number;
  kind: 'subcompany' | 'department';
  name: string;
  code: string;
  parent: number | null;
  /** Index of the subcompany it belongs to; its own where it is one. */
  subcompany: number;
  e9Id: string;
  e10Id: bigint;
}

/** One employee: the same person in E9, E10 and Qiyuesuo, with other ids in each (`facts/weaver.md` §2.4). */
export interface Employee {
  index: number;
  jobNumber: string;
  name: string;
  mobile: string;
  email: string;
  loginId: string;
  unit: OrgUnit;
  e9Id: string;
  e10Id: bigint;
}

/** The organisation of one tenant, computed whenever it is asked for. */
export interface Organisation {
  units: readonly OrgUnit[];
  employee(index: number): Employee;
  /** What Qiyuesuo has of an employee from before the OA changed it; empty for most. */
  formerly(index: number): Partial<Pick<Employee, 'name' | 'email'>>;
  /** Unit of an employee, without computing the rest. */
  unitOf(index: number): OrgUnit;
  /** The unit with this id in that OA version. */
  unitById(id: string, oa: OaVersion): OrgUnit | undefined;
}

/** Every tenth unit is a subcompany below the first; departments hang in the subcompany before them, three levels deep. */
export function createOrganisation(spec: SettledSpec, identity: Identity): Organisation {
  const { seed } = spec;
  const { idNumber: _, ...firstPerson } = spec.people.first;
  const units: OrgUnit[] = [];
  for (let index = 0; index < Math.max(1, spec.people.units); index++) units.push(unitAt(index, units));
  const departments = units.filter(({ kind }) => kind === 'department');
  const root = units[0] as OrgUnit;

  function unitAt(index: number, before: readonly OrgUnit[]): OrgUnit {
    const kind = index % 10 === 0 ? 'subcompany' : 'department';
    const subcompany = kind === 'subcompany' ? index : Math.floor(index / 10) * 10;
    const above = index - subcompany > 4 ? before[subcompany + 1] : before[subcompany];
    return {
      index,
      kind,
      name:
        index === 0
          ? spec.name
          : kind === 'subcompany'
            ? `${spec.name}第${index / 10}分公司`
            : departmentName(spec.quirks.sameUnitNames ? placeBelow(index) : index - 1),
      code: spec.quirks.unitsWithoutCodes
        ? ''
        : `${kind === 'department' ? 'D' : 'S'}${String(index).padStart(4, '0')}`,
      parent: index === 0 ? null : kind === 'subcompany' ? 0 : (above?.index ?? 0),
      subcompany,
      e9Id: String(index + 1),
      e10Id: identity.e10IdBase + 40_000_003n + BigInt(index) * 11n,
    };
  }

  function unitOf(index: number): OrgUnit {
    return departments[index % Math.max(1, departments.length)] ?? root;
  }

  const mobileStart = `1${30 + (hash32(seed, 'mobile') % 60)}`;

  /** Unique within a tenant of up to ten million people. */
  function mobileOf(index: number): string {
    return mobileStart + String(index).padStart(8, '0');
  }

  function emailOf(index: number): string {
    return index % 17 === 16 ? '' : `u${numberOf(index)}@${spec.id}.example.cn`;
  }

  /** What is wrong with the keys of this person, if anything is: each trouble in turn, evenly spread. */
  function untidyKeys(index: number): Partial<Pick<Employee, 'jobNumber' | 'mobile' | 'email'>> {
    if (!isOneOf(spec.people.untidy, index)) return {};
    const turn = countUpTo(spec.people.untidy, index);
    const other = index - 1;
    const troubles = [
      { mobile: mobileOf(other) },
      { jobNumber: numberOf(other) },
      { email: emailOf(other) },
      { jobNumber: '' },
      { mobile: '' },
      { email: '' },
    ] as const;
    return troubles[turn % troubles.length] ?? {};
  }

  return {
    units,
    unitOf,
    employee(index) {
      const number = numberOf(index);
      const shared = index > 0 && index <= spec.people.sharedMobiles;
      return {
        index,
        jobNumber: number,
        name: personName(seed, index),
        mobile: mobileOf(shared ? 0 : index),
        email: emailOf(index),
        loginId: `u${number}`,
        ...untidyKeys(index),
        ...(index === 0 ? firstPerson : {}),
        unit: unitOf(index),
        e9Id: String(index + 10),
        e10Id: identity.e10IdBase + 1n + BigInt(index) * 7n,
      };
    },
    formerly(index) {
      if (!isOneOf(spec.people.outdated, index)) return {};
      const former = { name: `${personName(seed, index)}（曾用名）` };
      const email = emailOf(index);
      return email === '' ? former : { ...former, email: `former.${email}` };
    },
    unitById: (id, oa) => units.find((unit) => (oa === 'E9' ? unit.e9Id === id : String(unit.e10Id) === id)),
  };
}

/** Whether this person is one of so many of a thousand, evenly spread. Never the first one. */
function isOneOf(ofThousand: number, index: number): boolean {
  return index > 0 && countUpTo(ofThousand, index) !== countUpTo(ofThousand, index - 1);
}

function countUpTo(ofThousand: number, index: number): number {
  return Math.floor((index * ofThousand) / 1000);
}

/** Counts the units below each parent from 0: the second level starts again. */
function placeBelow(index: number): number {
  const place = index % 10;
  return place <= 4 ? place - 1 : place - 5;
}

function numberOf(index: number): string {
  return String(index + 1).padStart(6, '0');
}
