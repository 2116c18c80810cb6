import type { BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import type { Seal } from '../../seal.js';
import { createSealedFiles } from './sealed-files.js';

/** What the browser library makes and takes; its inside is its own business. */
type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

const Session = z.strictObject({
  storage: z.custom<StorageState>((value) => typeof value === 'object' && value !== null && 'cookies' in value),
  /** sessionStorage of the origin, which the library's state does not hold. */
  session: z.record(z.string(), z.string()),
  /** Of the browser in which the operator logged in: a console may bind a session to it. */
  userAgent: z.string(),
  origin: z.string(),
  at: z.iso.datetime(),
});

/** The session which an operator opened at one origin. Whoever has it is the operator: it never leaves unsealed. */
export type Session = z.output<typeof Session>;

/** One session per tenant and origin: console and signing platform may need two. */
export interface SessionStore {
  get(tenantId: string, origin: string): Promise<Session | undefined>;
  put(tenantId: string, session: Session): Promise<void>;
  /** Answers whether there was one. The console itself is told nothing. */
  delete(tenantId: string, origin: string): Promise<boolean>;
}

export function createSessionStore({ folder, seal }: { folder: string; seal: Seal }): SessionStore {
  const files = createSealedFiles(folder, seal, Session);
  return {
    get: (tenantId, origin) => files.get(`${tenantId}|${origin}`),
    put: (tenantId, session) => files.put(`${tenantId}|${session.origin}`, session),
    delete: (tenantId, origin) => files.delete(`${tenantId}|${origin}`),
  };
}

/** The state of a page whose operator is logged in. */
export async function sessionOf(page: Page, origin: string): Promise<Session> {
  const [storage, session, userAgent] = await Promise.all([
    page.context().storageState({ indexedDB: true }),
    page.evaluate('Object.fromEntries(Object.entries(sessionStorage))'),
    page.evaluate('navigator.userAgent'),
  ]);
  return Session.parse({ storage, session, userAgent, origin, at: new Date().toISOString() });
}

/** What the library's state lacks goes back into the pages of that origin alone. */
export async function restoreSessionStorage(context: BrowserContext, { origin, session }: Session): Promise<void> {
  if (Object.keys(session).length === 0) return;
  const script = `if (location.origin === ${JSON.stringify(origin)} && sessionStorage.length === 0)
    for (const [key, value] of Object.entries(${JSON.stringify(session)})) sessionStorage.setItem(key, value);`;
  await context.addInitScript({ content: script });
}

/** The same session, with whatever the console changed in it; undefined where it changed nothing. */
export function renewed(before: Session, now: Session): Session | undefined {
  const same = JSON.stringify([before.storage, before.session]) === JSON.stringify([now.storage, now.session]);
  return same ? undefined : { ...now, userAgent: before.userAgent };
}
