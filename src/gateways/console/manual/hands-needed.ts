import type { Finding } from '../../../domain/findings.js';
import type { Needed, OrderTask } from '../../../domain/work-orders/work-order.js';

/** A person has to look at the console, or to do something there, before the step can go on. No failure: an order is opened. */
export class HandsNeeded extends Error {
  override readonly name = 'HandsNeeded';
  readonly needed: Needed;

  constructor(tasks: readonly OrderTask[], findings: readonly Finding[] = []) {
    super(`a person is needed at the console: ${tasks.map(({ field }) => field).join(', ')}`);
    this.needed = { tasks: [...tasks], findings: [...findings] };
  }
}
