import type { Hono } from 'hono';
import { NobodyAnswers, OrderRefused, secretsOf } from '../client.js';
import { isOpen, type OrderAction } from '../domain/work-orders/work-order.js';
import { answerOf, LONGEST_NOTE, NOTHING_TYPED, typedIn, type Typed } from './answer-form.js';
import { evidenceOf } from './evidence.js';
import type { Asked, BoardEnv } from './guards.js';
import type { BoardOptions } from './options.js';
import { labelOf } from './pages/order-inputs.js';
import { orderNews, orderPage, versionOf, type OrderForm } from './pages/order.js';
import { english } from './pages/parts.js';
import { revealPage } from './pages/simple.js';
import type { Show } from './show.js';
import type { OrderSight, Sight } from './sight.js';
import type { Texts } from './texts.js';

/** A worker may have to wake the tenant first. */
const ANSWERED_WITHIN_MS = 15_000;
const SECRET_SHOWN_S = 20;

type Trouble = Partial<Pick<OrderForm, 'problems' | 'refusals' | 'reason'>> & { typed?: Typed };
type Status = 200 | 409 | 422 | 504;

/** The page of an order, and what a person does on it. Every action is that person's, and refused in words where it does not fit. */
export function orderRoutes(app: Hono<BoardEnv>, sight: Sight, options: BoardOptions, show: Show): void {
  const { migrations, revealFrom, evidenceFolder, tell } = options;
  const path = '/orders/:tenant/:number{[1-9][0-9]{0,8}}';

  app.get(path, async (c) => {
    const seen = await orderIn(c);
    if (!seen) return show.notFound(c);
    const version = c.req.query('seen') ?? versionOf(seen.order);
    return page(c, seen, version, { told: toldOf(c.req.query('told'), c.var.text) });
  });

  app.post(`${path}/take`, async (c) => {
    const seen = await orderIn(c);
    if (!seen) return show.notFound(c);
    const over = (await c.req.formData()).get('over') === '1';
    return act(c, seen, { do: 'take', ...(over ? { over } : {}) }, {}, 'taken');
  });

  app.post(`${path}/reject`, async (c) => {
    const seen = await orderIn(c);
    if (!seen) return show.notFound(c);
    const given = (await c.req.formData()).get('reason');
    const reason = typeof given === 'string' ? given.replace(/\r\n?/g, '\n').trim() : '';
    const { text } = c.var;
    if (reason === '') return refuse(c, seen, 422, { refusals: [text.reasonMissing], reason });
    if (reason.length > LONGEST_NOTE) return refuse(c, seen, 422, { refusals: [text.tooLong(LONGEST_NOTE)], reason });
    return act(c, seen, { do: 'reject', reason }, { reason }, 'rejected');
  });

  app.post(`${path}/confirm`, async (c) => {
    const seen = await orderIn(c);
    if (!seen) return show.notFound(c);
    const form = await c.req.formData();
    const { order } = seen;
    const { text } = c.var;
    const typed = typedIn(form, order);
    if (!isOpen(order)) return refuse(c, seen, 409, { typed, refusals: [text.orderOver] });
    if (form.get('seen') !== versionOf(order))
      return refuse(c, seen, 409, { typed, refusals: [text.changedMeanwhile] });
    const { confirmation, problems, noRow } = answerOf(order, typed);
    const refusals = [
      ...(noRow ? [text.noRow] : []),
      ...(typed.note.length > LONGEST_NOTE ? [`${text.note}: ${text.tooLong(LONGEST_NOTE)}`] : []),
    ];
    if (problems.length + refusals.length > 0) return refuse(c, seen, 422, { typed, problems, refusals });
    const file = form.get('evidence');
    const evidence = file instanceof File && file.size > 0 ? await evidenceOf(file, evidenceFolder) : undefined;
    const all = order.tasks.every(({ field, done }) => done || !confirmation.rows || confirmation.rows.includes(field));
    const action = {
      do: 'confirm',
      ...confirmation,
      ...(typed.note === '' ? {} : { note: typed.note }),
      ...(evidence ? { evidence } : {}),
    } as const;
    return act(c, seen, action, { typed }, all ? 'confirmed' : 'rows');
  });

  app.post(`${path}/reveal`, async (c) => {
    const seen = await orderIn(c);
    if (!seen || revealFrom === null || !isOpen(seen.order)) return show.notFound(c);
    const field = (await c.req.formData()).get('field');
    const task = seen.order.tasks.find((one) => one.field === field && one.secret !== undefined && !one.done);
    if (!task) return show.notFound(c);
    // To whoever does the order, and to nobody else.
    if (seen.order.takenBy !== c.var.by) {
      const problem = c.var.text.revealToTaker;
      return c.req.header('accept') === 'application/json'
        ? c.json({ value: null, problem, seconds: SECRET_SHOWN_S }, 409)
        : refuse(c, seen, 409, { refusals: [problem] });
    }
    const value = (await secretsOf({ tasks: [task] }, revealFrom)).get(task.field) ?? null;
    const { tenantId, order } = seen;
    tell('Secret revealed', { by: c.var.by, tenantId, order: order.number, field: task.field });
    c.header('Cache-Control', 'no-store');
    if (c.req.header('accept') === 'application/json') {
      return c.json({ value, problem: value === null ? c.var.text.revealMissing : null, seconds: SECRET_SHOWN_S });
    }
    const back = `/orders/${tenantId}/${order.number}`;
    c.header('Refresh', `${SECRET_SHOWN_S}; url=${back}`);
    const content = revealPage({ label: labelOf(task.field), value, back, seconds: SECRET_SHOWN_S }, show.page(c));
    return show.html(c, { title: c.var.text.revealTitle, under: 'orders', path: back }, content);
  });

  async function orderIn(c: Asked): Promise<OrderSight | undefined> {
    return sight.order(c.req.param('tenant') ?? '', Number(c.req.param('number')));
  }

  /** Tells the tenant, and shows what came of it: a new page where it was taken, the same with why where it was not. */
  async function act(
    c: Asked,
    seen: OrderSight,
    action: ActionOfForm,
    kept: Trouble,
    told: keyof typeof TOLD,
  ): Promise<Response> {
    const { tenantId, order } = seen;
    const { by } = c.var;
    try {
      const whole = { number: order.number, by, ...action };
      await migrations.tellOrder(tenantId, whole, ANSWERED_WITHIN_MS);
    } catch (error) {
      const refusals = refusalOf(error, c, show);
      // As it is by now: it may just have been taken, or answered, by somebody else.
      const now = (await orderIn(c)) ?? seen;
      return refuse(c, now, error instanceof NobodyAnswers ? 504 : 409, { ...kept, refusals });
    }
    tell('Work order', { by, tenantId, order: order.number, action: action.do });
    return c.redirect(`/orders/${tenantId}/${order.number}?told=${told}`, 303);
  }

  function refuse(c: Asked, seen: OrderSight, status: Status, trouble: Trouble): Response | Promise<Response> {
    return page(c, seen, versionOf(seen.order), trouble, status);
  }

  function page(
    c: Asked,
    seen: OrderSight,
    version: string,
    { told = null, ...trouble }: Trouble & { told?: string | null },
    status: Status = 200,
  ): Response | Promise<Response> {
    const form: OrderForm = {
      typed: NOTHING_TYPED,
      problems: [],
      refusals: [],
      reason: null,
      ...trouble,
      told,
      seen: version,
      reveals: revealFrom !== null,
      keepsEvidence: evidenceFolder !== null,
    };
    const { tenantId, order } = seen;
    const { text } = c.var;
    const at = `/orders/${tenantId}/${order.number}`;
    const title = text.orderTitle(`${tenantId}/${order.number}`);
    const frame = {
      title: status === 200 ? title : `${text.errorPrefix}: ${title}`,
      under: 'orders',
      path: at,
      poll: `${at}?seen=${encodeURIComponent(version)}`,
      news: orderNews(seen, form, show.page(c)),
    } as const;
    return show.html(c, frame, orderPage(seen, form, show.page(c)), status);
  }
}

type ActionOfForm = OrderAction extends infer A ? (A extends OrderAction ? Omit<A, 'number' | 'by'> : never) : never;

const TOLD = { taken: 'toldTaken', confirmed: 'toldConfirmed', rows: 'toldRows', rejected: 'toldRejected' } as const;

function toldOf(what: string | undefined, text: Texts): string | null {
  return what !== undefined && Object.hasOwn(TOLD, what) ? text[TOLD[what as keyof typeof TOLD]] : null;
}

/** What the workflow answered, in its own words. Any other error is thrown on. */
function refusalOf(error: unknown, c: Asked, show: Show): OrderForm['refusals'] {
  if (error instanceof NobodyAnswers) return [c.var.text.noAnswer];
  if (error instanceof OrderRefused) return [english(error.message, show.page(c))];
  throw error;
}
