import { DateTime } from 'luxon';
import type { MaintenanceWindow } from './tenant.js';

/** A window at one moment: when it closes, where it is open; else when it opens. Milliseconds since the epoch. */
export type WindowNow = { closesAt: number } | { opensAt: number };

/** A window may reach over midnight; its zone decides daylight saving. */
export function windowAt(window: MaintenanceWindow, now: Date): WindowNow {
  const local = DateTime.fromJSDate(now, { zone: window.zone });
  const openings = [-1, 0, 1].map((days) => opening(window, local.plus({ days })));
  const open = openings.find(({ from, to }) => from <= local && local < to);
  if (open) return { closesAt: open.to.toMillis() };
  const next = openings.map(({ from }) => from.toMillis()).filter((from) => from > local.toMillis());
  return { opensAt: Math.min(...next) };
}

/** Milliseconds until a window opens; 0 while it is open. */
export function msUntilOpen(window: MaintenanceWindow, now: Date): number {
  const at = windowAt(window, now);
  return 'opensAt' in at ? at.opensAt - now.getTime() : 0;
}

function opening(window: MaintenanceWindow, day: DateTime): { from: DateTime; to: DateTime } {
  const from = at(day, window.from);
  const to = at(day, window.to);
  return { from, to: to > from ? to : at(day.plus({ days: 1 }), window.to) };
}

function at(day: DateTime, time: string): DateTime {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return day.set({ hour, minute, second: 0, millisecond: 0 });
}
