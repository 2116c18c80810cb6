/** How wide a wave is at the moment: 1, 2, 4 … up to its limit while results are clean; half on throttling, then up by one. */
export interface SlowStart {
  width: number;
  /** Clean endings since the width last changed. */
  clean: number;
  /** After a throttling it only grows by one. */
  careful: boolean;
  /** Halved, and nothing has ended since: whoever is throttled now was running before. */
  halved: boolean;
}

export function narrow(): SlowStart {
  return { width: 1, clean: 0, careful: false, halved: false };
}

/** How many may run at once. Without slow start all that may, until a target throttles. */
export function widthNow(
  { width, careful }: SlowStart,
  { slowStart, maxConcurrency }: { slowStart: boolean; maxConcurrency: number },
): number {
  return slowStart || careful ? Math.min(width, maxConcurrency) : maxConcurrency;
}

/** A whole width of clean endings widens; anything else starts the count anew. */
export function widened({ width, clean, careful }: SlowStart, wasClean: boolean, max: number): SlowStart {
  const still = { width, careful, halved: false };
  if (!wasClean) return { ...still, clean: 0 };
  if (clean + 1 < width) return { ...still, clean: clean + 1 };
  return { ...still, width: Math.min(max, careful ? width + 1 : width * 2), clean: 0 };
}

export function throttled(state: SlowStart, max: number): SlowStart {
  if (state.halved) return state;
  return { width: Math.max(1, Math.floor(Math.min(state.width, max) / 2)), clean: 0, careful: true, halved: true };
}
