import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { msUntilOpen, windowAt } from '../../src/domain/maintenance-window.js';
import type { MaintenanceWindow } from '../../src/domain/tenant.js';

const window = (hours: string, zone: string): MaintenanceWindow => {
  const [from = '', to = ''] = hours.split('-');
  return { from, to, zone };
};

/** `open until …` or `opens …`, in UTC. */
function at(hours: string, zone: string, now: string): string {
  const found = windowAt(window(hours, zone), new Date(now));
  const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
  return 'closesAt' in found ? `open until ${iso(found.closesAt)}` : `opens ${iso(found.opensAt)}`;
}

describe('a maintenance window', () => {
  it.each([
    ['22:00-05:00', '2026-03-02T22:00:00Z', 7 * 60],
    ['01:00-03:00', '2026-03-29T00:30:00Z', 2 * 60],
  ])('of %s is open so long on most nights, also where clocks go forward in it', (hours, now, minutes) => {
    expect(windowAt(window(hours, 'Europe/Berlin'), new Date(now))).toMatchObject({ openMs: minutes * 60_000 });
  });

  // Shanghai is UTC+8 all year.
  it.each([
    ['22:00-23:30', '2026-11-24T13:59:59Z', 'opens 2026-11-24T14:00'],
    ['22:00-23:30', '2026-11-24T14:00:00Z', 'open until 2026-11-24T15:30'],
    ['22:00-23:30', '2026-11-24T15:29:59.999Z', 'open until 2026-11-24T15:30'],
    ['22:00-23:30', '2026-11-24T15:30:00Z', 'opens 2026-11-25T14:00'],
    // Over midnight: the second half belongs to the evening before.
    ['22:00-04:00', '2026-11-24T15:59:00Z', 'open until 2026-11-24T20:00'],
    ['22:00-04:00', '2026-11-24T16:01:00Z', 'open until 2026-11-24T20:00'],
    ['22:00-04:00', '2026-11-24T20:00:00Z', 'opens 2026-11-25T14:00'],
    ['22:00-00:00', '2026-11-24T15:59:59Z', 'open until 2026-11-24T16:00'],
    ['00:00-06:00', '2026-12-31T15:59:59Z', 'opens 2026-12-31T16:00'],
    ['00:00-06:00', '2026-12-31T16:00:00Z', 'open until 2026-12-31T22:00'],
  ])('of %s in Shanghai, at %s: %s', (hours, now, expected) => {
    expect(at(hours, 'Asia/Shanghai', now)).toBe(expected);
  });

  // 2026-03-29: 02:00 CET is followed by 03:00 CEST, at 01:00 UTC.
  it.each([
    ['01:00-05:00', '2026-03-29T00:30:00Z', 'open until 2026-03-29T03:00'],
    ['22:00-04:00', '2026-03-28T21:30:00Z', 'open until 2026-03-29T02:00'],
    // It closes at a time that is left out: when the clocks leap over it, not an hour later.
    ['01:00-02:30', '2026-03-29T00:30:00Z', 'open until 2026-03-29T01:00'],
    ['01:00-02:30', '2026-03-29T01:15:00Z', 'opens 2026-03-29T23:00'],
    // It opens at one: when they leap.
    ['02:30-05:00', '2026-03-29T00:59:00Z', 'opens 2026-03-29T01:00'],
    ['02:30-05:00', '2026-03-29T01:00:00Z', 'open until 2026-03-29T03:00'],
    // All of it is left out: not on this day, and never a whole day by mistake.
    ['02:15-02:45', '2026-03-29T00:59:00Z', 'opens 2026-03-30T00:15'],
    ['02:30-03:00', '2026-03-29T01:30:00Z', 'opens 2026-03-30T00:30'],
    ['02:30-03:00', '2026-03-29T12:00:00Z', 'opens 2026-03-30T00:30'],
  ])('of %s in Berlin when clocks go forward, at %s: %s', (hours, now, expected) => {
    expect(at(hours, 'Europe/Berlin', now)).toBe(expected);
  });

  // 2026-10-25: 03:00 CEST is followed by 02:00 CET, at 01:00 UTC.
  it.each([
    ['01:00-05:00', '2026-10-24T23:30:00Z', 'open until 2026-10-25T04:00'],
    ['22:00-04:00', '2026-10-24T21:30:00Z', 'open until 2026-10-25T03:00'],
    // It closes at a time that comes twice: at the first.
    ['01:00-02:30', '2026-10-24T23:30:00Z', 'open until 2026-10-25T00:30'],
    ['01:00-02:30', '2026-10-25T00:45:00Z', 'opens 2026-10-26T00:00'],
    ['01:00-02:30', '2026-10-25T01:15:00Z', 'opens 2026-10-26T00:00'],
    // It opens at one: at the second, so the clock never shows a time outside of it.
    ['02:30-05:00', '2026-10-25T00:45:00Z', 'opens 2026-10-25T01:30'],
    ['02:30-05:00', '2026-10-25T01:30:00Z', 'open until 2026-10-25T04:00'],
    ['02:15-02:45', '2026-10-25T00:20:00Z', 'opens 2026-10-25T01:15'],
    ['02:15-02:45', '2026-10-25T01:20:00Z', 'open until 2026-10-25T01:45'],
  ])('of %s in Berlin when clocks go back, at %s: %s', (hours, now, expected) => {
    expect(at(hours, 'Europe/Berlin', now)).toBe(expected);
  });

  it('is open only while the clock on the wall shows a time inside, and opens when it says', () => {
    const time = fc.integer({ min: 0, max: 24 * 4 - 1 }).map((quarter) => {
      const two = (number: number): string => String(number).padStart(2, '0');
      return `${two(Math.floor(quarter / 4))}:${two((quarter % 4) * 15)}`;
    });
    const day = fc.constantFrom('2026-03-28T00:00Z', '2026-10-24T00:00Z', '2026-07-01T00:00Z', '2026-04-04T00:00Z');
    const zone = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/St_Johns');
    fc.assert(
      fc.property(
        time,
        time,
        zone,
        day,
        fc.integer({ min: 0, max: 3 * 24 * 60 }),
        (from, to, where, since, minutes) => {
          fc.pre(from !== to);
          const now = new Date(Date.parse(since) + minutes * 60_000);
          const wall = DateTime.fromJSDate(now, { zone: where }).toFormat('HH:mm');
          const inside = from < to ? from <= wall && wall < to : from <= wall || wall < to;
          const found = windowAt({ from, to, zone: where }, now);

          if ('closesAt' in found) {
            expect(inside).toBe(true);
            expect(found.closesAt).toBeGreaterThan(now.getTime());
            expect(msUntilOpen({ from, to, zone: where }, now)).toBe(0);
          } else {
            expect(found.opensAt).toBeGreaterThan(now.getTime());
            expect(found.opensAt - now.getTime()).toBeLessThanOrEqual(50 * 3_600_000);
            expect(windowAt({ from, to, zone: where }, new Date(found.opensAt))).toHaveProperty('closesAt');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
