import type { Batch } from '../domain/batch/batch.js';
import { targetsOf } from '../domain/batch/endpoints.js';
import { assignWaves } from '../domain/batch/waves.js';
import { FACT_NAMES, isFact } from '../domain/selectors.js';
import { targetOrigin } from './address.js';
import type { Flaw } from './errors.js';
import { nearest } from './suggest.js';

/**
 * What is allowed, and does nothing in this batch. Paths start at the file; `targets` as written, since that is where to point.
 */
export function batchLints(batch: Batch, targets: Readonly<Record<string, number>>): Flaw[] {
  return [
    ...emptyWaves(batch),
    ...lastWave(batch),
    ...unknownTags(batch),
    ...unusedTargets(batch, Object.keys(targets)),
  ];
}

function emptyWaves(batch: Batch): Flaw[] {
  return assignWaves(batch).flatMap(({ tenants }, index): Flaw[] => {
    if (tenants.length > 0) return [];
    const fix = 'compare its size with the waves above it and with the tags of the tenants';
    return [{ code: 'WAVE-EMPTY', message: 'no tenant is in this wave', fix, path: ['waves', index] }];
  });
}

/** What leads from a wave to the next. */
function lastWave({ waves }: Batch): Flaw[] {
  const { soakMs, gate, approval } = waves.at(-1) ?? {};
  const index = waves.length - 1;
  const lint = (key: string, message: string, fix: string): Flaw => ({
    code: 'WAVE-LAST',
    message,
    fix,
    path: ['waves', index, key],
    at: 'key',
  });
  return [
    ...(soakMs !== undefined && gate !== 'undo'
      ? [lint('soak', 'after the last wave nobody is looked at again', 'leave it out, or add gate: undo')]
      : []),
    ...(approval === true || approval === 'warnings'
      ? [lint('approval', 'after the last wave there is nothing to approve', 'leave it out')]
      : []),
  ];
}

/** Behind a `!` a misspelt tag takes everybody. */
function unknownTags({ waves, tenants }: Batch): Flaw[] {
  const known = new Set(tenants.flatMap(({ tags }) => Object.keys(tags)));
  return waves.flatMap(({ size }, index) => {
    const names = 'match' in size ? size.match.map(({ name }) => name) : [];
    return names.flatMap((name): Flaw[] => {
      if (isFact(name) || known.has(name)) return [];
      const meant = nearest(name, [...known, ...FACT_NAMES]);
      const message = `no tenant has this tag${meant === undefined ? '' : `; did you mean ${meant}?`}`;
      const fix = 'compare with the tags of the tenants';
      return [{ code: 'TAG-UNKNOWN', message, fix, path: ['waves', index, 'match', name], at: 'key' }];
    });
  });
}

function unusedTargets({ tenants }: Batch, written: readonly string[]): Flaw[] {
  const used = new Set(tenants.flatMap(targetsOf));
  return written.flatMap((target): Flaw[] => {
    const origin = targetOrigin(target) ?? target;
    if (origin === '*' || used.has(origin)) return [];
    const fix = 'compare with the addresses of the tenants, their scheme and port too';
    return [
      { code: 'TARGET-UNUSED', message: 'no tenant uses this system', fix, path: ['targets', target], at: 'key' },
    ];
  });
}
