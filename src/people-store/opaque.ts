import { createHmac, hkdfSync } from 'node:crypto';

/**
 * Turns ids of the outside into opaque ones: HMAC-SHA256, so that nobody without the key can tell or try who it is. The key
 * belongs to the tenant: the same person has the same opaque id in every run of the tenant, and another one elsewhere.
 */
export interface Opaque {
  /** `family`: the system whose id it is; the same number of another system becomes another id. */
  idOf(family: string, id: string): string;
  /** An SQL expression for the same, for a column of ids. */
  sql(family: string, column: string): string;
  /** Of ids in their order, behind the digest of those before: says whether two lists have the same people, and not who. */
  digest(before: string, ids: readonly string[]): string;
}

const BLOCK = 64;
/** Digits behind a letter: a spreadsheet would take digits alone for a number, and round it. */
const LENGTH = 16;
const DIGEST_LENGTH = 32;

/** `sealKey`: the 32 bytes of `gateways/seal.ts`. */
export function createOpaque(sealKey: Buffer, tenantId: string): Opaque {
  const key = Buffer.from(hkdfSync('sha256', sealKey, tenantId, 'qys-e10 people', 32));
  const padded = Buffer.concat([key], BLOCK);
  const pad = (byte: number): string => blobOf(Buffer.from(padded.map((one) => one ^ byte)));
  const [inner, outer] = [pad(0x36), pad(0x5c)];

  return {
    idOf(family, id) {
      const digest = createHmac('sha256', key).update(`${family}:${id}`).digest('hex');
      return `p${digest.slice(0, LENGTH)}`;
    },
    // Keyed as well: where a list has no other ids, a mobile number is one.
    digest(before, ids) {
      const lines = ids.map((id) => `${id}\n`).join('');
      return createHmac('sha256', key).update(before).update(lines).digest('hex').slice(0, DIGEST_LENGTH);
    },
    sql(family, column) {
      const text = `encode('${family}:' || ${column})`;
      return `'p' || left(sha256(${outer} || unhex(sha256(${inner} || ${text}))), ${LENGTH})`;
    },
  };
}

/** A BLOB literal of DuckDB. */
function blobOf(bytes: Buffer): string {
  const escaped = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');
  return `'${escaped}'::BLOB`;
}
