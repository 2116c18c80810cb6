/** How wide a wave is at the moment: 1, 2, 4 … up to its limit while results are clean; half on throttling, then up by one. */
export interface SlowStart {
  width: number;
  /** Clean endings since the width last changed. */
  clean: number;
  /** After a throttling it only grows by one. */
  careful: boolean;
}

export function narrow(): SlowStart {
  return { width: 1, clean: 0, careful: false };
}

/** A whole width of clean endings widens; anything else starts the count anew. */
export function widened({ width, clean, careful }: SlowStart, wasClean: boolean, max: number): SlowStart {
  if (!wasClean) return { width, clean: 0, careful };
  if (clean + 1 < width) return { width, clean: clean + 1, careful };
  return { width: Math.min(max, careful ? width + 1 : width * 2), clean: 0, careful };
}

export function throttled({ width }: SlowStart, max: number): SlowStart {
  return { width: Math.max(1, Math.floor(Math.min(width, max) / 2)), clean: 0, careful: true };
}
