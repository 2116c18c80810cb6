import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';
import type { Change } from './plan.js';
import type { Fingerprint } from './settings.js';

/**
 * What may be shown of a secret: the first eight hexadecimal digits of its SHA-256, as the console shows it.
 * Never import this file in workflow code: `node:crypto` does not exist in the workflow sandbox. Activities compute, workflows compare.
 */
export function fingerprint(secret: string): Fingerprint {
  return sha256(secret).slice(0, 8);
}

/**
 * Two plans with the same hash make the same writes: first 16 hexadecimal digits of the SHA-256 over tenant and ordered changes.
 * Not for workflow code either, see `fingerprint`.
 */
export function planHash(tenantId: string, changes: readonly Change[]): string {
  return sha256(canonicalJson({ tenantId, changes })).slice(0, 16);
}

/** Two batches with the same hash do the same: first 16 hexadecimal digits over whatever makes one up. */
export function batchHash(content: object): string {
  return sha256(canonicalJson(content)).slice(0, 16);
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
