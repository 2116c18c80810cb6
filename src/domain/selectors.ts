import semver from 'semver';
import { originOf } from './addresses.js';
import type { E10Access, E9Access, QiyuesuoAccess, Tenant } from './tenant.js';

/**
 * One condition on a tenant, `name=pattern`. The name is one of `FACTS` or else a tag. Of several patterns one has to fit, and
 * none of those that begin with `!`.
 */
export interface Term {
  name: string;
  patterns: string[];
}

/** Takes the tenants that meet all of its terms: the one language of waves and of the command line. */
export type Selector = Term[];

/** As much of a tenant as a selector looks at. */
export type Selectable = Pick<Tenant, 'id' | 'site' | 'tags' | 'priority'> & {
  qiyuesuo: Pick<QiyuesuoAccess, 'deployment' | 'version' | 'driver'>;
  e9?: Pick<E9Access, 'address'>;
  e10: Pick<E10Access, 'address'>;
};

/** Why a term makes no sense, and what to write instead. */
export interface TermProblem {
  message: string;
  fix: string;
}

type Fact = 'id' | 'site' | 'deployment' | 'driver' | 'version' | 'address' | 'priority';

const FACTS: Readonly<Record<Fact, (tenant: Selectable) => string | undefined>> = {
  id: ({ id }) => id,
  site: ({ site }) => site,
  deployment: ({ qiyuesuo }) => qiyuesuo.deployment,
  driver: ({ qiyuesuo }) => qiyuesuo.driver,
  version: ({ qiyuesuo }) => qiyuesuo.version,
  address: addressOf,
  priority: ({ priority }) => String(priority),
};

/** The facts that have few values, which a typo must not turn into "nobody" or, behind a `!`, into "everybody". */
const VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['deployment', ['private', 'public']],
  ['driver', ['manual', 'browser', 'api']],
  ['address', ['kept', 'moved']],
  ['priority', ['1', '2', '3', '4', '5']],
]);

export const FACT_NAMES: readonly string[] = Object.keys(FACTS);

export function isFact(name: string): name is Fact {
  return Object.hasOwn(FACTS, name);
}

/** Whether a tenant meets all terms. Made once, asked for every tenant. Nonsense patterns fit nobody: see `patternProblem`. */
export function selects(selector: Selector): (tenant: Selectable) => boolean {
  const tests = selector.map(testOf);
  return (tenant) => tests.every((test) => test(tenant));
}

/** Reads `name=pattern` as the command line has it. */
export function readTerm(text: string): Term | TermProblem {
  const [, name = '', pattern = ''] = /^\s*([^=]+?)\s*=(.*)$/s.exec(text) ?? [];
  if (name === '') return { message: 'not a condition', fix: 'write name=pattern, like region=east|west' };
  return patternProblem(name, pattern) ?? { name, patterns: [pattern] };
}

export function patternProblem(name: string, pattern: string): TermProblem | undefined {
  const alternatives = readPattern(name, pattern).alternatives;
  for (const alternative of alternatives) {
    const problem = alternativeProblem(name, alternative, alternatives.length);
    if (problem) return problem;
  }
  return undefined;
}

function alternativeProblem(name: string, alternative: string, of: number): TermProblem | undefined {
  if (alternative === '') {
    return of === 1
      ? { message: 'the pattern is empty', fix: 'write a text, or * for any' }
      : { message: 'one side of a | is empty', fix: 'write a text on both sides, or remove the |' };
  }
  if (alternative.startsWith('!')) {
    return { message: 'a ! inside of a pattern', fix: 'write it once, in front: !east|west is neither of the two' };
  }
  const values = VALUES.get(name);
  if (values && !values.some((value) => fitsGlob(alternative, value))) {
    return {
      message: `no tenant can have this ${name}`,
      fix: `write ${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`,
    };
  }
  return name === 'version' ? versionProblem(alternative) : undefined;
}

function versionProblem(alternative: string): TermProblem | undefined {
  if (FOUR_NUMBERS.test(alternative)) return undefined;
  const range = semver.validRange(alternative);
  if (range === null) {
    const fix = 'write 4.3.7, 4.3.* or a range of versions with three numbers like ">=4.3.6 <5"';
    return { message: 'not a version and not a range of versions', fix };
  }
  if (semver.minVersion(range) !== null) return undefined;
  return { message: 'no version can be in this range', fix: 'write the lower bound first, like ">=4.3.6 <5"' };
}

/** What semver does not know, and some consoles show. */
const FOUR_NUMBERS = /^\d+(\.\d+){3}$/;

interface Pattern {
  excludes: boolean;
  alternatives: string[];
}

function readPattern(name: string, pattern: string): Pattern {
  const text = pattern.trim();
  const excludes = text.startsWith('!');
  // semver writes its own alternatives with two bars
  const alternatives = text.slice(excludes ? 1 : 0).split(name === 'version' ? /\|\|?/ : '|');
  return { excludes, alternatives: alternatives.map((alternative) => alternative.trim()) };
}

function testOf({ name, patterns }: Term): (tenant: Selectable) => boolean {
  const read = patterns.map((pattern) => readPattern(name, pattern));
  const wanted = read.filter(({ excludes }) => !excludes).flatMap(({ alternatives }) => alternatives);
  const excluded = read.filter(({ excludes }) => excludes).flatMap(({ alternatives }) => alternatives);
  const fits = name === 'version' ? fitsVersion : fitsGlob;
  return (tenant) => {
    const value = valueOf(tenant, name);
    if (value === undefined) return wanted.length === 0;
    if (excluded.some((alternative) => fits(alternative, value))) return false;
    return wanted.length === 0 || wanted.some((alternative) => fits(alternative, value));
  };
}

function valueOf(tenant: Selectable, name: string): string | undefined {
  if (isFact(name)) return FACTS[name](tenant);
  return Object.hasOwn(tenant.tags, name) ? tenant.tags[name] : undefined;
}

/** Whether the OA keeps its address, which decides how the old callbacks live on. Unknown without the address of E9. */
function addressOf({ e9, e10 }: Selectable): 'kept' | 'moved' | undefined {
  const [before, after] = [originOf(e9?.address ?? ''), originOf(e10.address)];
  if (before === undefined || after === undefined) return undefined;
  return before === after ? 'kept' : 'moved';
}

function fitsVersion(range: string, version: string): boolean {
  // 4.3.7 is 4.3.7 only, while a range cannot tell it from 4.3.7.1
  if (/^\d+(\.\d+){2,3}$/.test(range)) return range === version;
  const comparable = semver.coerce(version);
  return comparable !== null && semver.satisfies(comparable, range);
}

/** By hand: a regular expression with several `.*` can take for ever. */
function fitsGlob(glob: string, value: string): boolean {
  const [first = '', ...others] = glob.split('*');
  const last = others.pop();
  if (last === undefined) return glob === value;
  const end = value.length - last.length;
  if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let from = first.length;
  for (const part of others) {
    const at = value.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
