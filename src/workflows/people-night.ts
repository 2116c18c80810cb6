import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { ForeseenPeople } from '../activities/people-lists.js';
import type { TenantInput } from '../activities/reads.js';
import { messageIn, says } from '../domain/findings.js';
import type { WantedPeopleSync } from '../domain/people.js';
import type { Policy } from '../domain/policy.js';
import type { Lang } from '../domain/said.js';
import type { ActivityGroups } from './activity-groups.js';
import { findingOfFailure, refused } from './failures.js';
import { FRESH_MS, now, type Ahead, type PeopleLook } from './people-look.js';
import type { Progress } from './progress.js';
import { isForPeople } from './work-orders.js';

export interface PeopleNight {
  /** Until the console's schedule has started its run. Before that, what it would do is looked at once more. */
  wait(ahead: Ahead): Promise<Ahead>;
  /** No run may start by its schedule of which nobody could see, in time, that it does not do too much. */
  orSwitchedOff<T>(work: () => Promise<T>): Promise<T>;
}

/** A run by schedule is looked for so long after its time. */
const NIGHT_GRACE_MS = 60_000;
const LOOK_TOO_LONG = { en: 'the look did not end in time', zh: '未能及时完成查看' };

/** The nightly run of a people sync, which nobody starts and nobody could stop but by switching it off before. */
export function peopleNight({
  about,
  policy,
  night,
  look,
  groups: { reads, writes },
  progress,
  tells,
}: {
  about: TenantInput;
  policy: Policy;
  /** When the one starts that is waited for already, in milliseconds since 1970. */
  night: number | undefined;
  look: PeopleLook;
  groups: Pick<ActivityGroups, 'reads' | 'writes'>;
  progress: Progress;
  /** The tenant whose child it is. */
  tells: { decided(wanted: WantedPeopleSync): Promise<void>; night(at: number): Promise<void> };
}): PeopleNight {
  const { tenant } = about;
  const freshMs = policy.peopleFreshMs ?? FRESH_MS;

  async function wait({ wanted, foreseen }: Ahead): Promise<Ahead> {
    const { schedule } = wanted;
    const at = night ?? (await reads.nightlyRun({ tenant, schedule }));
    // Whoever asks again, after a person has done something, waits for this night and no other.
    if (night === undefined) await tells.night(at);
    let seen = foreseen;
    // What only people can see is not looked at again: each look is a trip of theirs.
    if (at - look.looked.at > freshMs && tenant.qiyuesuo.driver !== 'manual') {
      const marginMs = freshMs / 20;
      await waitUntil(at - marginMs - Math.max(freshMs / 4, 1.5 * look.looked.tookMs), schedule);
      // Whoever comes when no time is left can still switch it off.
      const leftMs = Math.max(1, at - marginMs - now());
      if (now() < at) seen = await orSwitchedOff(() => CancellationScope.withTimeout(leftMs, lookAgain));
    }
    await waitUntil(at + (policy.nightGraceMs ?? NIGHT_GRACE_MS), schedule);
    return { wanted, foreseen: seen };
  }

  async function waitUntil(at: number, schedule: string): Promise<void> {
    const ms = at - now();
    if (ms <= 0) return;
    progress.hold(`waits for the run that the schedule ${schedule} starts`, { byItself: true });
    await sleep(ms, { summary: `the nightly run, ${schedule}` });
    progress.hold(null);
  }

  async function lookAgain(): Promise<ForeseenPeople | null> {
    await look.anew();
    return (await look.ahead(() => Promise.resolve())).foreseen;
  }

  async function orSwitchedOff<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (CancellationScope.current().consideredCancelled || isForPeople(error)) throw error;
      await tells.decided(await writes.switchOffPeopleSync(about));
      const why = (lang: Lang): string =>
        isCancellation(error) ? LOOK_TOO_LONG[lang] : messageIn(findingOfFailure(error), lang);
      const what = says({
        en: `the people sync was switched off in the console before its nightly run: ${why('en')}`,
        zh: `夜间任务开始前，已在控制台关闭人员同步：${why('zh')}`,
      });
      throw refused({
        code: 'PEOPLE-SYNC-SWITCHED-OFF',
        severity: 'blocking',
        ...what,
        subject: 'people-sync.enabled',
      });
    }
  }

  return { wait, orSwitchedOff };
}
