import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What every form of ours carries and no other site can know: a form without it is not from a page that this person was shown.
 * It holds for whoever it was made for, in this process, so that a page that was open when a session ended can still be sent
 * after a new login.
 */
export interface FormTokens {
  of(by: string): string;
  fits(by: string, given: unknown): boolean;
}

export function createFormTokens(): FormTokens {
  const key = randomBytes(32);
  const of = (by: string): Buffer => createHmac('sha256', key).update(by).digest();

  return {
    of: (by) => of(by).toString('base64url'),
    fits(by, given) {
      const wanted = of(by);
      const bytes = typeof given === 'string' ? Buffer.from(given, 'base64url') : Buffer.alloc(0);
      return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
    },
  };
}
