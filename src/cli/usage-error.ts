/** Wrong usage of the CLI: ends with exit code 2 and this message, without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
