import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { Conflict, UnexpectedAnswer } from '../gateways/errors.js';
import { StepRefused } from './failures.js';

/** One resource of the console that a step wants to be as the plan says. */
export interface WantedWrite<Seen> {
  /** For people: which page. */
  what: string;
  look(): Promise<Seen>;
  /** What still differs from the wanted state, by field; empty when there is nothing to write. */
  differing(seen: Seen): string[];
  save(seen: Seen): Promise<void>;
}

const LOOK_AGAIN_AFTER_MS = [300, 1_000, 2_000];

/** Looks until it is good, or has stayed otherwise for a while: a page may show an old copy for a moment. Answers the last look. */
export async function settled<Seen>(look: () => Promise<Seen>, good: (seen: Seen) => boolean): Promise<Seen> {
  let seen = await look();
  for (const ms of LOOK_AGAIN_AFTER_MS) {
    if (good(seen)) break;
    await pause(ms);
    seen = await look();
  }
  return seen;
}

/**
 * Looks, writes only where something differs, and reads back. Safe to run twice: a write whose answer was lost is found
 * equal by the next attempt. Returns how many writes were made.
 */
export async function lookAndWrite<Seen extends object>(wanted: WantedWrite<Seen>): Promise<number> {
  const seen = await wanted.look();
  if (wanted.differing(seen).length === 0) return 0;
  const written = await saveSeen(wanted, seen);
  await readBack(wanted);
  return written;
}

/**
 * Saves what differs from what was `seen`. Refused because somebody changed the resource (`Conflict`): looked at again. If it
 * is as wanted now, fine; if it reads the same as before, only the look was stale and the write is tried once more; anything
 * else is for a person.
 */
export async function saveSeen<Seen extends object>(
  wanted: Omit<WantedWrite<Seen>, 'what'>,
  seen: Seen,
): Promise<number> {
  try {
    await accepted(wanted.save(seen));
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    const isEqual = (now: Seen): boolean => wanted.differing(now).length === 0;
    const now = await settled(wanted.look, (one) => isEqual(one) || etagOf(one) !== etagOf(seen));
    if (isEqual(now)) return 0;
    if (!isDeepStrictEqual(withoutEtag(now), withoutEtag(seen))) throw error;
    await accepted(wanted.save(now));
  }
  return 1;
}

/** Accepted, but the answer is no use: as good as lost, so the reading back decides. Not where it is known that nothing was sent. */
async function accepted(save: Promise<void>): Promise<void> {
  try {
    await save;
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer) || error.maybeWritten === false) throw error;
  }
}

/** Reads until nothing differs: one unequal read proves nothing yet. */
export async function readBack<Seen>({
  what,
  look,
  differing,
}: Pick<WantedWrite<Seen>, 'what' | 'look' | 'differing'>): Promise<void> {
  const left = differing(await settled(look, (seen) => differing(seen).length === 0));
  if (left.length === 0) return;
  throw new StepRefused({
    code: 'SETTING-DIFFERS',
    message: `${what}: saved, but on reading back these are not as saved: ${left.join(', ')}`,
    subject: what,
  });
}

function etagOf(seen: object): string | undefined {
  return (seen as { etag?: string }).etag;
}

function withoutEtag(seen: object): object {
  const { etag: _etag, ...rest } = seen as { etag?: string };
  return rest;
}
