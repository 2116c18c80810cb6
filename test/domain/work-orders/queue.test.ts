import { describe, expect, it } from 'vitest';
import { inQueue } from '../../../src/domain/work-orders/queue.js';

const NOW = new Date('2026-01-01T15:00:00Z');
const queued = (id: string, wave: number, window?: { from: string; to: string }) => ({
  id,
  wave,
  openedAt: `2026-01-01T0${id.length}:00:00Z`,
  tenant: window ? { window: { ...window, zone: 'UTC' } } : {},
});

describe('the queue of work orders', () => {
  it('has open windows first, the one that closes first before the others, and closed ones last; then waves, then age', () => {
    const orders = [
      queued('closed', 0, { from: '22:00', to: '23:00' }),
      queued('younger', 1),
      queued('older', 1),
      queued('early wave', 0),
      queued('late', 2, { from: '14:00', to: '20:00' }),
      queued('soon', 3, { from: '14:00', to: '16:00' }),
    ];
    expect(inQueue(orders, NOW).map(({ id }) => id)).toEqual([
      'soon',
      'late',
      'early wave',
      'older',
      'younger',
      'closed',
    ]);
  });
});
