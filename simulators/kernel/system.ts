import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context } from 'hono';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerBefore, failure, malformed, truncated } from './fault-answers.js';
import type { Fault, FaultTarget } from './faults.js';
import type { Sender, System } from './journal.js';
import type { Kernel } from './kernel.js';
import { createReadMemory } from './read-memory.js';

/** Marks the requests of the simulated Qiyuesuo, so that journal and faults can tell them from those of the outside. */
export const QIYUESUO_AGENT = 'privateapp-java-client';

const LONGEST_HANGING_MS = 60_000;

/** What handlers of a system find in, and leave behind in, their context. `T` is the tenant as the system knows it. */
export interface SystemEnv<T> {
  Bindings: HttpBindings;
  Variables: {
    tenant: T | undefined;
    /** The whole body as text; empty for GET. */
    body: string;
    /** Set by the handler of an accepted write. */
    effect: string | null;
    /** Set by the handler of a write that left something otherwise than it was. */
    changed: boolean;
    /** Set by the handler of a list: how many rows were asked for. */
    rows: number | null;
    /** The request as journal and faults see it. */
    target: FaultTarget;
  };
}

/** Context of a handler. */
export type SystemContext<T> = Context<SystemEnv<T>>;

/** Whose request it is, and its path without the tenant's prefix. */
export interface Located<T> {
  tenant: T | undefined;
  path: string;
}

/** How one simulated system is put together. */
export interface SystemOptions<T> {
  system: System;
  /** Takes path, query, headers and body; a shared host has nothing else to tell tenants apart. */
  locate(c: SystemContext<T>): Located<T>;
}

/** An app whose every request goes through the faults and into the journal; routes are added by the caller. */
export function createSystem<T extends { id: string }>(kernel: Kernel, options: SystemOptions<T>): Hono<SystemEnv<T>> {
  const { system } = options;
  const memory = createReadMemory();
  const app = new Hono<SystemEnv<T>>();

  app.use(async (c, next) => {
    c.set('effect', null);
    c.set('changed', false);
    c.set('rows', null);
    c.set('body', c.req.method === 'GET' || c.req.method === 'HEAD' ? '' : await c.req.text());
    const { tenant, path } = options.locate(c);
    c.set('tenant', tenant);
    const target = { tenant: tenant?.id ?? null, system, method: c.req.method, path, from: senderOf(c) };
    c.set('target', target);
    const record = (status: number) =>
      kernel.journal.record({
        ...target,
        status,
        effect: c.get('effect'),
        changed: c.get('changed'),
        rows: c.get('rows'),
      });

    const fault = kernel.faults.take(target);
    if (fault?.kind === 'latency') await sleep(fault.ms ?? 200, undefined, { signal: kernel.signal }).catch(() => {});

    const spoiled = fault === undefined ? undefined : answerBefore(fault, system);
    const remembered = fault?.kind === 'stale-read' ? memory.recall(c.req.raw) : undefined;
    const early = spoiled ?? remembered;
    if (early !== undefined) {
      record(early.status);
      return early;
    }
    if (fault?.kind === 'reset' || fault?.kind === 'timeout-before') {
      record(0);
      return fault.kind === 'reset' ? cutOff(c) : hang(c, fault, kernel.signal);
    }

    await next();
    const after = await answerAfter(c, fault, system);
    if (after !== undefined) {
      c.res = undefined;
      c.res = after;
    }
    if (fault?.kind === 'timeout-after') {
      record(0);
      c.res = undefined;
      c.res = await hang(c, fault, kernel.signal);
      return;
    }
    if (fault === undefined) await memory.keep(c.req.raw, c.res);
    record(c.res.status);
  });

  app.onError((error, c) => {
    // A bug of the simulators must not look like an answer of the original.
    console.error(`simulators: ${c.req.method} ${c.req.path}`, error);
    return c.text('simulator error', 500);
  });
  return app;
}

async function answerAfter<T>(c: SystemContext<T>, fault: Fault | undefined, system: System) {
  if (fault?.kind === 'error-after') return failure(fault, system);
  if (fault?.kind === 'truncated') return truncated(c.res);
  if (fault?.kind === 'malformed') return malformed(c.res);
  return undefined;
}

function senderOf<T>(c: SystemContext<T>): Sender {
  return c.req.header('User-Agent') === QIYUESUO_AGENT ? 'qiyuesuo' : 'outside';
}

function cutOff<T>(c: SystemContext<T>): Response {
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Says nothing until the client gives up, the world closes, or the longest time is over. */
async function hang<T>(c: SystemContext<T>, fault: Fault, closing: AbortSignal): Promise<Response> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  const { socket } = c.env.incoming;
  socket.once('close', onClose);
  const signal = AbortSignal.any([gone.signal, closing]);
  await sleep(fault.ms ?? LONGEST_HANGING_MS, undefined, { signal }).catch(() => {});
  socket.off('close', onClose);
  return cutOff(c);
}
