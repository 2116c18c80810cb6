import type { WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type Event = NonNullable<History['events']>[number];

/** Where a run is at one moment, by what its history says is under way; the first that applies. */
export const WHERE = ['task', 'task waits', 'activity', 'activity waits', 'child', 'other'] as const;
export type Where = (typeof WHERE)[number];

/** Milliseconds that a run spent in each place, from the times of its events. */
export function timeline({ events }: History): Record<Where, number> {
  const spent = Object.fromEntries(WHERE.map((where) => [where, 0])) as Record<Where, number>;
  let task: 'none' | 'scheduled' | 'started' = 'none';
  /** By the id of the event that scheduled it. */
  const activities = new Map<string, 'scheduled' | 'started'>();
  let children = 0;
  let before: number | undefined;
  // That an activity has started is written at its end, with the time of its start.
  for (const event of (events ?? []).toSorted((one, other) => timeOf(one) - timeOf(other))) {
    const at = timeOf(event);
    if (before !== undefined) spent[placeOf()] += at - before;
    before = at;
    if (event.workflowTaskScheduledEventAttributes) task = 'scheduled';
    if (event.workflowTaskStartedEventAttributes) task = 'started';
    if (event.workflowTaskCompletedEventAttributes ?? event.workflowTaskFailedEventAttributes) task = 'none';
    if (event.activityTaskScheduledEventAttributes) activities.set(String(event.eventId), 'scheduled');
    const started = event.activityTaskStartedEventAttributes;
    if (started) activities.set(String(started.scheduledEventId), 'started');
    const ended = event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes;
    if (ended) activities.delete(String(ended.scheduledEventId));
    if (event.startChildWorkflowExecutionInitiatedEventAttributes) children += 1;
    if (event.childWorkflowExecutionCompletedEventAttributes) children -= 1;
  }
  return spent;

  function placeOf(): Where {
    if (task !== 'none') return task === 'started' ? 'task' : 'task waits';
    const states = [...activities.values()];
    if (states.length > 0) return states.includes('started') ? 'activity' : 'activity waits';
    return children > 0 ? 'child' : 'other';
  }
}

function timeOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6;
}
