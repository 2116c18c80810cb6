import { setTimeout as sleep } from 'node:timers/promises';
import { done, type Act } from './ask.js';

const POLL_MS = 25_000;

/** Says nothing for a long time, since there is nothing new; the page asks again. */
export const pollNotices: Act = async ({ kernel }) => {
  await sleep(POLL_MS, undefined, { signal: kernel.signal }).catch(() => {});
  return done({ notices: [] });
};
