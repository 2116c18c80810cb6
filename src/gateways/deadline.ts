/** A deadline for the whole call: the time-out of axios watches silence only, so a dripping answer would escape it. */
export function startDeadline(
  ms: number,
  outer?: AbortSignal,
): { signal: AbortSignal; passed(): boolean; stop(): void } {
  const inner = new AbortController();
  const abort = (): void => inner.abort();
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    abort();
  }, ms);
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: inner.signal,
    passed: () => passed,
    stop() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
