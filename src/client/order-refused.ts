/** An order that does not fit now: says whose, and why. Whoever gave it can do something about it. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
  /** `why`: the same without whose, for a list of several. */
  constructor(
    message: string,
    readonly why = message,
  ) {
    super(message);
  }
}

/** What was to hear the order is over, or never was. */
export function nothingRuns(to: string): OrderRefused {
  const why = 'nothing of it is running';
  return new OrderRefused(`${to}: ${why}`, why);
}

/** Nobody answered in time: whether the order arrived is not known, and whoever gave it has to look. */
export class NobodyAnswers extends Error {
  override readonly name = 'NobodyAnswers';
  constructor(
    message: string,
    readonly why = message,
  ) {
    super(message);
  }
}

/** Why an order did not reach one of several; undefined for any other error. */
export function whyNot(error: unknown): string | undefined {
  return error instanceof OrderRefused || error instanceof NobodyAnswers ? error.why : undefined;
}
