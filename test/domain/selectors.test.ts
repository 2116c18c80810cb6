import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFact, patternProblem, readTerm, selects, type Selectable } from '../../src/domain/selectors.js';

const TENANT: Selectable = {
  id: 'acme-1',
  site: 'hq',
  tags: { region: 'east', size: 'x large', empty: '' },
  priority: 2,
  qiyuesuo: { deployment: 'private', driver: 'api', version: '4.3.10' },
  e9: { address: 'https://OA.example:443/weaver' },
  e10: { address: 'https://oa.example' },
};
const PUBLIC: Selectable = {
  ...TENANT,
  tags: {},
  qiyuesuo: { deployment: 'public', driver: 'manual' },
  e9: { address: 'https://old.example' },
};
const { e9: _, ...WITHOUT_E9 } = TENANT;

const takes = (where: string, tenant: Selectable = TENANT): boolean => {
  const term = readTerm(where);
  if ('fix' in term) throw new Error(term.message);
  return selects([term])(tenant);
};

describe('a condition', () => {
  it.each([
    ['region=east', true],
    ['region=eas', false],
    ['region=East', false],
    ['region=west|east', true],
    [' region = west | east ', true],
    ['region=west|north', false],
    ['region=e*', true],
    ['region=*st', true],
    ['region=*a*t', true],
    ['region=*w*', false],
    ['region=*', true],
    ['region=!east', false],
    ['region=!west', true],
    ['region=!west|east', false],
    ['region=!w*', true],
    ['size=x large', true],
    ['empty=*', true],
    ['size=x=y', false],
    ['colour=*', false],
    ['colour=!*', true],
    ['colour=!red', true],
    ['constructor=*', false],
    ['id=acme-*', true],
    ['id=acme', false],
    ['site=hq', true],
    ['deployment=private', true],
    ['deployment=p*', true],
    ['deployment=!private', false],
    ['driver=manual|api', true],
    ['priority=1|2', true],
    ['priority=3', false],
    ['address=kept', true],
    ['address=moved', false],
    ['version=4.3.10', true],
    ['version=4.3.1', false],
    ['version=4.3', true],
    ['version=4.3.*', true],
    ['version=>4.3.9', true],
    ['version=>=4.3.6 <5', true],
    ['version=>=4.3.6 <4.3.10', false],
    ['version=4.2.x | >=4.3.10', true],
    ['version=4.2.x || >=4.3.10', true],
    ['version=4.3.5 - 4.3.9', false],
    ['version=!4.3.5|4.3.9', true],
    ['version=!>4.3.9', false],
  ])('%s: %s', (where, expected) => {
    expect(takes(where)).toBe(expected);
  });

  it.each([
    ['four numbers are equal only to themselves', 'version=4.3.7', '4.3.7.2', false],
    ['four numbers can be named', 'version=4.3.7.2', '4.3.7.2', true],
    ['a range compares the first three', 'version=<=4.3.7', '4.3.7.2', true],
    ['4.3.10 is above 4.3.9', 'version=<=4.3.9', '4.3.10', false],
  ])('%s', (_name, where, version, expected) => {
    expect(takes(where, { ...TENANT, qiyuesuo: { ...TENANT.qiyuesuo, version } })).toBe(expected);
  });

  it.each([
    ['the public cloud has no version', 'version=*', PUBLIC, false],
    ['so it is outside of every range', 'version=!>=4.3.6', PUBLIC, true],
    ['another origin is moved', 'address=moved', PUBLIC, true],
    ['without E9 it is not known whether it kept its address', 'address=kept', WITHOUT_E9, false],
    ['nor whether it moved', 'address=moved', WITHOUT_E9, false],
    ['which can be selected', 'address=!kept|moved', WITHOUT_E9, true],
  ])('%s', (_name, where, tenant, expected) => {
    expect(takes(where, tenant)).toBe(expected);
  });

  it.each([
    ['region', 'not a condition; write name=pattern, like region=east|west'],
    ['=east', 'not a condition; write name=pattern, like region=east|west'],
    ['', 'not a condition; write name=pattern, like region=east|west'],
    ['region=', 'the pattern is empty; write a text, or * for any'],
    ['region=!', 'the pattern is empty; write a text, or * for any'],
    ['region=east|', 'one side of a | is empty; write a text on both sides, or remove the |'],
    ['region=east||west', 'one side of a | is empty; write a text on both sides, or remove the |'],
    ['region=east|!west', 'a ! inside of a pattern; write it once, in front: !east|west is neither of the two'],
    ['region=!!west', 'a ! inside of a pattern; write it once, in front: !east|west is neither of the two'],
    ['deployment=privat', 'no tenant can have this deployment; write private or public'],
    ['driver=!robot', 'no tenant can have this driver; write manual, browser or api'],
    ['address=same', 'no tenant can have this address; write kept or moved'],
    ['priority=6', 'no tenant can have this priority; write 1, 2, 3, 4 or 5'],
    [
      'version=latest',
      'not a version and not a range of versions; write 4.3.7, 4.3.* or a range of versions with three numbers like ">=4.3.6 <5"',
    ],
    [
      'version=>=4.3.6 && <5',
      'not a version and not a range of versions; write 4.3.7, 4.3.* or a range of versions with three numbers like ">=4.3.6 <5"',
    ],
    [
      'version=>=4.3.5.2',
      'not a version and not a range of versions; write 4.3.7, 4.3.* or a range of versions with three numbers like ">=4.3.6 <5"',
    ],
    ['version=>=5 <4', 'no version can be in this range; write the lower bound first, like ">=4.3.6 <5"'],
  ])('%s is refused', (where, expected) => {
    const term = readTerm(where);

    expect('fix' in term && `${term.message}; ${term.fix}`).toBe(expected);
  });
});

describe('several patterns for one name', () => {
  const takesAll = (patterns: string[]): boolean => selects([{ name: 'region', patterns }])(TENANT);

  it('are alternatives', () => {
    expect(takesAll(['north', 'west|east'])).toBe(true);
    expect(takesAll(['north', 'west'])).toBe(false);
  });

  it('leave out what one of them excludes', () => {
    expect(takesAll(['e*', '!east'])).toBe(false);
    expect(takesAll(['e*', '!east-2'])).toBe(true);
    expect(takesAll(['!west', '!north'])).toBe(true);
    expect(takesAll(['!west', '!east'])).toBe(false);
  });
});

/** Texts without signs of the language. */
const plain = fc.stringMatching(/^[a-c.]{1,6}$/);
const tagged = (region: string): Selectable => ({ ...TENANT, tags: { region } });
const fits = (pattern: string, value: string): boolean =>
  selects([{ name: 'region', patterns: [pattern] }])(tagged(value));

describe('the language', () => {
  it('takes a plain text for itself', () => {
    fc.assert(fc.property(plain, plain, (pattern, value) => fits(pattern, value) === (pattern === value)));
  });

  it('takes a * for anything, as a regular expression would', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab*]{1,8}$/), fc.stringMatching(/^[ab]{0,8}$/), (glob, value) => {
        return fits(glob, value) === new RegExp(`^${glob.replaceAll('*', '.*')}$`).test(value);
      }),
    );
  });

  it('takes a ! for the opposite, also where there is no such tag', () => {
    fc.assert(
      fc.property(plain, plain, fc.boolean(), (pattern, value, has) => {
        const tenant = has ? tagged(value) : { ...TENANT, tags: {} };
        const [one, other] = [pattern, `!${pattern}`].map((text) =>
          selects([{ name: 'region', patterns: [text] }])(tenant),
        );
        return one !== other;
      }),
    );
  });

  it('takes a | for either', () => {
    fc.assert(
      fc.property(plain, plain, plain, (one, other, value) => {
        return fits(`${one}|${other}`, value) === (fits(one, value) || fits(other, value));
      }),
    );
  });

  it('takes several conditions for all of them, in any order', () => {
    const term = fc.record({
      name: fc.constantFrom('region', 'site', 'id', 'version', 'priority'),
      patterns: fc.array(fc.oneof(plain, fc.constantFrom('hq', '*', '!hq', '>4', '2')), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(term, { maxLength: 4 }), (selector) => {
        const all = selector.every((one) => selects([one])(TENANT));
        return selects(selector)(TENANT) === all && selects(selector.toReversed())(TENANT) === all;
      }),
    );
  });

  it('orders versions by number', () => {
    const part = fc.nat(99);
    const version = fc.tuple(part, part, part);
    fc.assert(
      fc.property(version, version, (one, other) => {
        const tenant = { ...TENANT, qiyuesuo: { ...TENANT.qiyuesuo, version: one.join('.') } };
        const below = one.findIndex((number, index) => number !== other[index]);
        const expected = below !== -1 && (one[below] ?? 0) > (other[below] ?? 0);
        return selects([{ name: 'version', patterns: [`>${other.join('.')}`] }])(tenant) === expected;
      }),
    );
  });

  it('answers to any text with a condition or a problem, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('region', 'version', 'driver'), (pattern, name) => {
        if (patternProblem(name, pattern) === undefined) selects([{ name, patterns: [pattern] }])(TENANT);
        expect(isFact(name)).toBe(name !== 'region');
      }),
    );
  });
});
