import pMap from 'p-map';
import { whyNot, type Answered } from '../client.js';
import { nameOf, type Scope } from '../domain/batch/orders.js';
import type { Output } from './output.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { answeredLines } from './tables.js';
import { UsageError } from './usage-error.js';

/** Which waves or endpoints an order was carried out for, and why not for the others. */
export interface AnsweredScopes {
  accepted: Scope[];
  refused: { on: Scope; why: string }[];
}

const AT_ONCE = 10;

/** Tells each tenant itself. One that refuses keeps nobody else from hearing it. */
export async function tellTenants(
  tenantIds: readonly string[],
  tell: (tenantId: string) => Promise<void>,
): Promise<Answered> {
  const { accepted, refused } = await tellEach(tenantIds, tell, AT_ONCE);
  return { accepted, refused: refused.map(({ one, why }) => ({ tenantId: one, why })) };
}

/** Tells a batch of one wave or endpoint after the other, so that its audit trail has them in this order. */
export async function tellScopes<S extends Scope>(
  scopes: readonly S[],
  tell: (on: S) => Promise<void>,
): Promise<AnsweredScopes> {
  const { accepted, refused } = await tellEach(scopes, tell, 1);
  return { accepted, refused: refused.map(({ one, why }) => ({ on: one, why })) };
}

async function tellEach<T>(
  all: readonly T[],
  tell: (one: T) => Promise<void>,
  concurrency: number,
): Promise<{ accepted: T[]; refused: { one: T; why: string }[] }> {
  const answers = await pMap(
    all,
    async (one) => {
      try {
        await tell(one);
        return { one, why: null };
      } catch (error) {
        const why = whyNot(error);
        if (why === undefined) throw error;
        return { one, why };
      }
    },
    { concurrency },
  );
  return {
    accepted: answers.flatMap(({ one, why }) => (why === null ? [one] : [])),
    refused: answers.flatMap(({ one, why }) => (why === null ? [] : [{ one, why }])),
  };
}

/** Shows whom an order reached. `asked`: all that were chosen; who is in neither list stays as it is, since the order is not for it. */
export function showAnswered(
  verb: string,
  { batch, asked, answered }: { batch: string; asked: readonly string[]; answered: Answered },
  out: Output,
): ExitCode {
  const told = new Set([...answered.accepted, ...answered.refused.map(({ tenantId }) => tenantId)]);
  const passedOver = asked.filter((tenant) => !told.has(tenant));
  if (told.size === 0) throw new UsageError(out.text.fitsNobody(verb));
  out.data({ schemaVersion: 1, batch, ...answered, passedOver }, () =>
    [
      answeredLines(verb, answered, out),
      ...(passedOver.length === 0 ? [] : [out.text.passedOver(verb, passedOver.length)]),
    ].join('\n'),
  );
  return exitOf(answered);
}

export function showScopes(verb: string, batch: string, answered: AnsweredScopes, out: Output, more = {}): ExitCode {
  out.data({ schemaVersion: 1, batch, ...more, ...answered }, () =>
    [
      ...answered.accepted.map((on) => out.text.ordered(verb, nameOf(on))),
      ...answered.refused.map(({ on, why }) => out.text.refused(nameOf(on), why)),
    ].join('\n'),
  );
  return exitOf(answered);
}

function exitOf({ refused }: { refused: readonly unknown[] }): ExitCode {
  return refused.length > 0 ? EXIT.failed : EXIT.ok;
}
