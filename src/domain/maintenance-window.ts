import { DateTime, Duration } from 'luxon';
import type { MaintenanceWindow } from './tenant.js';

/**
 * A window at one moment: when it closes, where it is open, and how long it is open on most nights (absent: not known); else when it
 * opens. Milliseconds, since the epoch.
 */
export type WindowNow = { closesAt: number; openMs?: number } | { opensAt: number };

/**
 * A window may reach over midnight. Its zone decides daylight saving: open only while the clock on its wall shows a time inside.
 * A time that is left out begins when the clocks are put forward; of one that comes twice, the window opens at the second and
 * closes at the first after that.
 */
export function windowAt(window: MaintenanceWindow, now: Date): WindowNow {
  const at = now.getTime();
  const local = DateTime.fromMillis(at, { zone: window.zone });
  // From the evening before on, day by day: the first that has not closed is the one.
  for (let days = window.to > window.from ? 0 : -1; days <= 3; days += 1) {
    const found = opening(window, local.plus({ days }));
    if (found && at < found.to)
      return at < found.from ? { opensAt: found.from } : { closesAt: found.to, openMs: lengthOf(window) };
  }
  throw new Error(`${window.from}–${window.to} is no window in ${window.zone}`);
}

/** By the clock on the wall: on most nights. */
function lengthOf({ from, to }: MaintenanceWindow): number {
  const [opens, closes] = [from, to].map((time) => Duration.fromISOTime(time).toMillis()) as [number, number];
  return closes > opens ? closes - opens : closes - opens + DAY_MS;
}

const DAY_MS = 24 * 3_600_000;

/** Milliseconds until a window opens; 0 while it is open. */
export function msUntilOpen(window: MaintenanceWindow, now: Date): number {
  const at = windowAt(window, now);
  return 'opensAt' in at ? at.opensAt - now.getTime() : 0;
}

/** Undefined on a day on which all of it is left out. */
function opening({ from, to }: MaintenanceWindow, day: DateTime): { from: number; to: number } | undefined {
  const opensAt = instants(day, from).at(-1) ?? Number.NaN;
  const closesAt = instants(to > from ? day : day.plus({ days: 1 }), to).find((at) => at > opensAt);
  return closesAt === undefined ? undefined : { from: opensAt, to: closesAt };
}

/** When the clock shows this time on that day: mostly once, twice when clocks go back, and at the leap where it is left out. */
function instants({ year, month, day, zone }: DateTime, time: string): number[] {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const shown = DateTime.fromObject({ year, month, day, hour, minute }, { zone });
  if (shown.hour === hour && shown.minute === minute) {
    return shown
      .getPossibleOffsets()
      .map((one) => one.toMillis())
      .sort((one, other) => one - other);
  }
  let leap = shown;
  while (leap.minus({ minutes: 1 }).offset === shown.offset) leap = leap.minus({ minutes: 1 });
  return [leap.toMillis()];
}
