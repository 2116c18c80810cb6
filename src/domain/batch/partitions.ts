import type { BatchState, InFlight } from './state.js';

/** What one partition is to start. */
export interface Share<Of> {
  partition: number;
  tenants: Of[];
}

/**
 * How many partitions start the tenants of a batch, so that none has more than `bound` of them in flight. None where no wave is
 * wider than `own`: there the coordinator starts them itself.
 */
export function partitionsFor(
  { waves }: Pick<BatchState, 'waves'>,
  { own, bound }: { own: number; bound: number },
): number {
  const widest = Math.max(0, ...waves.map(({ settings }) => settings.maxConcurrency));
  return widest <= own ? 0 : Math.ceil(widest / bound);
}

/**
 * Who of these is started by which partition: the emptiest takes as many as it has room for, so that few are told. Where all are
 * full, as they may be while tenants wait for an endpoint or their window, they get one more each in turn.
 */
export function dealOut<Of>(
  tenants: readonly Of[],
  inFlight: readonly Pick<InFlight, 'partition'>[],
  { partitions, bound }: { partitions: number; bound: number },
): Share<Of>[] {
  const shares = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    load: inFlight.filter((one) => one.partition === partition).length,
    tenants: [] as Of[],
  }));
  for (let from = 0; from < tenants.length;) {
    const emptiest = shares.reduce((least, one) => (one.load < least.load ? one : least));
    const taken = tenants.slice(from, from + Math.max(1, bound - emptiest.load));
    emptiest.tenants.push(...taken);
    emptiest.load += taken.length;
    from += taken.length;
  }
  return shares.flatMap(({ partition, tenants: of }) => (of.length > 0 ? [{ partition, tenants: of }] : []));
}

/** How a run stands that somebody else was to start. `since`: when it was dealt out. A run that closed before is an earlier one. */
export function standingSince(run: { closedAt: number | null } | undefined, since: number): 'none' | 'runs' | 'ended' {
  if (run === undefined) return 'none';
  if (run.closedAt === null) return 'runs';
  return run.closedAt < since ? 'none' : 'ended';
}
