import { Context } from '@temporalio/activity';

/** What each running activity has said last: the beat that says that it lives must not wipe it out. */
const said = new WeakMap<Context, unknown>();

/** Says how far this activity is: shown in the Web UI, and told to the next attempt. Counts only. */
export function keep(details: unknown): void {
  const context = Context.current();
  said.set(context, details);
  context.heartbeat(details);
}

/** What the attempt before has kept; undefined in the first one. */
export function kept(): unknown {
  const context = Context.current();
  return said.get(context) ?? context.info.heartbeatDetails;
}
