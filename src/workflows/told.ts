import { ApplicationFailure } from '@temporalio/workflow';
import type { Told } from '../domain/evidence.js';
import { causeOf } from './failures.js';

/** What came to light while an activity, or a child, worked (`activities/failures.ts`). */
export function toldBy(result: unknown): Told | undefined {
  return typeof result === 'object' && result !== null ? (result as { told?: Told }).told : undefined;
}

/** What came to light before it failed. */
export function toldIn(error: unknown): Told | undefined {
  const cause = causeOf(error);
  return cause instanceof ApplicationFailure ? (cause.details?.[1] as Told | undefined) : undefined;
}

type Activity = (input: object) => Promise<unknown>;

/** The same activities, by groups; `into` takes what comes to light in them. */
export function telling<Groups extends object>(groups: Groups, into: Told): Groups {
  const lent = (activity: Activity) => async (input: object) => {
    const result = await activity(input);
    const told = toldBy(result);
    into.pictures.push(...(told?.pictures ?? []));
    into.findings.push(...(told?.findings ?? []));
    return result;
  };
  return Object.fromEntries(
    Object.entries(groups).map(([group, activities]) => [
      group,
      Object.fromEntries(
        Object.entries(activities as Record<string, Activity>).map(([name, activity]) => [name, lent(activity)]),
      ),
    ]),
  ) as Groups;
}
