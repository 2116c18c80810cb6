import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A token and whoever has it: `by` of all that is done with it. */
export interface Token {
  by: string;
  token: string;
}

/** One that nobody guesses, for links and cookies. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Who has this token; undefined where nobody has. Takes as long whichever it is, and however much of it is right. */
export function whoHas(tokens: readonly Token[], given: string): string | undefined {
  const wanted = digest(given);
  let found: string | undefined;
  for (const { by, token } of tokens) if (timingSafeEqual(digest(token), wanted)) found = by;
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
