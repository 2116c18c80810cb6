import { DateTime } from 'luxon';
import type { MaintenanceWindow } from '../domain/tenant.js';

/** Milliseconds until a window opens; 0 while it is open. A window may reach over midnight; its zone decides daylight saving. */
export function msUntilOpen(window: MaintenanceWindow, now: Date): number {
  const local = DateTime.fromJSDate(now, { zone: window.zone });
  const openings = [-1, 0, 1].map((days) => opening(window, local.plus({ days })));
  if (openings.some(({ from, to }) => from <= local && local < to)) return 0;
  const next = openings.map(({ from }) => from.toMillis()).filter((from) => from > local.toMillis());
  return Math.min(...next) - local.toMillis();
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
