/** An order that does not fit now: says whose, and why. Whoever gave it can do something about it. */
export class OrderRefused extends Error {
  override readonly name = 'OrderRefused';
}

/** Nobody answered in time: whether the order arrived is not known, and whoever gave it has to look. */
export class NobodyAnswers extends Error {
  override readonly name = 'NobodyAnswers';
}
