import { newToken } from './tokens.js';

/** Who is logged in, in this process only: after a restart everybody logs in again. */
export interface Sessions {
  /** Answers what the cookie holds. */
  begin(by: string): string;
  /** Undefined where there is none, or it is over. `touches`: it is a person who asks, not a page that keeps itself up to date. */
  who(id: string, touches: boolean): string | undefined;
  end(id: string): void;
}

/** A night shift and the hand-over after it. */
const IDLE_MS = 12 * 3_600_000;
/** The oldest go first: nobody fills the memory by logging in. */
const MOST = 500;

/** `now`: milliseconds since the epoch. */
export function createSessions(now: () => number): Sessions {
  const sessions = new Map<string, { by: string; until: number }>();

  return {
    begin(by) {
      const [oldest] = sessions.keys();
      if (sessions.size >= MOST && oldest !== undefined) sessions.delete(oldest);
      const id = newToken();
      sessions.set(id, { by, until: now() + IDLE_MS });
      return id;
    },
    who(id, touches) {
      const session = sessions.get(id);
      if (!session) return undefined;
      if (session.until <= now()) {
        sessions.delete(id);
        return undefined;
      }
      if (touches) session.until = now() + IDLE_MS;
      return session.by;
    },
    end(id) {
      sessions.delete(id);
    },
  };
}
