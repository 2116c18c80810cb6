import { dirname, resolve } from 'node:path';
import type { Batch } from '../domain/batch/batch.js';
import { withoutWave } from '../domain/batch/waves.js';
import { isFact, type Selectable } from '../domain/selectors.js';
import { targetOrigin } from './address.js';
import { completeBatch, completeWaves } from './complete.js';
import type { MergedTenant } from './complete.js';
import { isMapping, mergeDefaults, originOf, valueAt } from './defaults.js';
import type { Mapping } from './defaults.js';
import { BatchFileInvalid, formatPath } from './errors.js';
import type { BatchFileProblem, Flaw } from './errors.js';
import { flawsOf, printableKey } from './issues.js';
import { batchLints } from './batch-lints.js';
import { tenantLints } from './lints.js';
import type { Locate } from './positions.js';
import { fileFlaws, tenantFlaws } from './rules.js';
import { BatchFile } from './schema.js';
import { readYaml } from './yaml.js';

/** A batch, and what deserves a second look in its file. */
export type ParsedBatch = Batch & { warnings: BatchFileProblem[] };

/**
 * Text → batch, or `BatchFileInvalid` with every error of the file. `file` names it in the messages; relative paths in it start
 * at its folder.
 */
export function parseBatch(text: string, file: string): ParsedBatch {
  const yaml = readYaml(text, file);
  if ('errors' in yaml) throw new BatchFileInvalid(yaml.errors);
  const { value, locate } = yaml;
  if (!isMapping(value)) throw new BatchFileInvalid([notAMapping(value, file)]);

  const parsed = BatchFile.safeParse(value);
  const flaws = parsed.success ? [] : flawsOf(parsed.error.issues, value);
  flaws.push(...fileFlaws(value), ...blamed(value, mergedTenants(value), tenantFlaws));
  if (flaws.length > 0 || !parsed.success) {
    if (!flaws.some(({ path }) => path[0] === 'waves')) flaws.push(...earlyWaveFlaws(value));
    throw new BatchFileInvalid(placed(flaws, file, locate));
  }

  const { defaults = {}, tenants } = parsed.data;
  const merged = tenants.map((tenant) => mergeDefaults(defaults, tenant) as MergedTenant);
  const batch = completeBatch(parsed.data, merged, dirname(resolve(file)));
  const leftOver = noWave(withoutWave(batch).length);
  if (leftOver.length > 0) throw new BatchFileInvalid(placed(leftOver, file, locate));
  const lints = [
    ...blamed(value, batch.tenants, tenantLints, isWritten),
    ...batchLints(batch, parsed.data.targets ?? {}),
  ];
  return { ...batch, warnings: placed(lints, file, locate) };
}

function notAMapping(value: unknown, file: string): BatchFileProblem {
  const place = { file, line: 1, column: 1, path: '' };
  const fix = 'start with batch: NAME and tenants:, or copy examples/spring-cutover.batch.yaml';
  return value === null || value === undefined
    ? { ...place, code: 'FILE-EMPTY', message: 'the file is empty', fix }
    : { ...place, code: 'NOT-A-MAPPING', message: 'the file is not a mapping', fix };
}

/** Tenants as far as they can be merged; what cannot is an error of the schema already. */
function mergedTenants(file: Mapping): (Mapping | undefined)[] {
  const defaults = isMapping(file['defaults']) ? file['defaults'] : {};
  const tenants = Array.isArray(file['tenants']) ? (file['tenants'] as unknown[]) : [];
  return tenants.map((tenant) => (isMapping(tenant) ? mergeDefaults(defaults, tenant) : undefined));
}

/**
 * Asks a question of every tenant and leads the answers to their place in the file: the same answer about a line of `defaults`
 * is given once, with the tenant it was found for.
 */
function blamed<T>(
  file: Mapping,
  tenants: readonly (T | undefined)[],
  ask: (tenant: T) => Flaw[],
  keep: (file: Mapping, path: Flaw['path']) => boolean = () => true,
): Flaw[] {
  const inherited = new Map<string, { flaw: Flaw; found: number[] }>();
  const own: Flaw[] = [];
  for (const [index, tenant] of tenants.entries()) {
    if (tenant === undefined) continue;
    for (const flaw of ask(tenant)) {
      const path = originOf(file, index, flaw.path);
      if (!keep(file, path)) continue;
      if (path[0] === 'tenants') {
        own.push({ ...flaw, path });
        continue;
      }
      const key = `${formatPath(path)} ${flaw.message}`;
      const entry = inherited.get(key) ?? { flaw: { ...flaw, path }, found: [] };
      entry.found.push(index);
      inherited.set(key, entry);
    }
  }
  return [
    ...own,
    ...[...inherited.values()].map(({ flaw, found }) => ({ ...flaw, message: `${flaw.message} (${forWhom(found)})` })),
  ];
}

function forWhom(found: readonly number[]): string {
  const more = found.length - 1;
  return `for tenants[${found[0] ?? 0}]${more === 0 ? '' : ` and ${more} more`}`;
}

/** A derived value is not in the file, so nothing there deserves a warning. */
function isWritten(file: Mapping, path: Flaw['path']): boolean {
  return valueAt(file, path) !== undefined;
}

/** Asked as soon as the waves themselves are sound, even if a tenant is not; its facts are known only when it is. */
function earlyWaveFlaws(file: Mapping): Flaw[] {
  const written = BatchFile.shape.waves.safeParse(file['waves']);
  if (!written.success) return [];
  const waves = completeWaves(written.data);
  if (waves.some(({ size }) => 'match' in size && size.match.some(({ name }) => isFact(name)))) return [];
  const tenants = mergedTenants(file).map((tenant) => {
    const tags = valueAt(tenant, ['tags']);
    return { tags: isMapping(tags) ? tags : {} } as unknown as Selectable;
  });
  return noWave(withoutWave({ waves, tenants }).length);
}

function noWave(left: number): Flaw[] {
  if (left === 0) return [];
  const message = `${left === 1 ? '1 tenant is' : `${left} tenants are`} in no wave: add a wave with rest: true`;
  return [
    { code: 'NO-WAVE', message, fix: 'add as the last wave: { name: rest, rest: true }', path: ['waves'], at: 'key' },
  ];
}

function placed(flaws: readonly Flaw[], file: string, locate: Locate): BatchFileProblem[] {
  return flaws
    .map(({ code, message, fix, path, at }) => ({
      code,
      message,
      file,
      ...locate(path, at),
      path: shown(path, at),
      fix,
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** An unknown key may be a secret that lost its own key, and an address may hold one. */
function shown(path: Flaw['path'], at: Flaw['at']): string {
  const [top, key] = path;
  if (top === 'targets' && key !== undefined) {
    return formatPath(targetOrigin(String(key)) === undefined ? [top] : path);
  }
  const hidden = at === 'key' && printableKey(String(path.at(-1))) === undefined;
  return formatPath(hidden ? path.slice(0, -1) : path);
}
