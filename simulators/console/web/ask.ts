import type { PageFault } from '../../kernel/faults.js';
import type { PageFaultKind } from '../../kernel/page-faults.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Payload } from '../../kernel/payload.js';
import { json, type ConsoleContext, type FieldError } from '../answers.js';
import type { Customer } from '../../tenant/customer.js';
import type { Platform } from './web-state.js';

/** One request of a page's script, in a session. */
export interface Ask {
  c: ConsoleContext;
  kernel: Kernel;
  customer: Customer;
  platform: Platform;
  /** Members of the query or of the body. */
  given: Payload;
  /** What a save saw of the page when it was loaded. */
  tag: unknown;
  faults: readonly PageFault[];
}

export type Act = (ask: Ask) => Response | Promise<Response>;

const SAVE_FAILED = 1000001;
const BUSY = 1000429;
const NO_RIGHT = 1000403;

/** What a save is made of. */
export interface Save {
  /** As in the journal. */
  effect: string;
  /** How the page stands now, where saves are held to what they saw. */
  tag?: string;
  /** With these values, which faults may have spoiled; what is absent stays as it was. */
  values: Payload;
  errors(values: Payload): readonly FieldError[];
  store(values: Payload): void;
}

/** The answer of a success, in the envelope of Qiyuesuo. */
export function done(result: unknown = {}): Response {
  return json({ code: 0, message: 'SUCCESS', result });
}

/** A refusal: the page shows its words. */
export function sorry(message: string, code = SAVE_FAILED, more: Record<string, unknown> = {}): Response {
  return json({ code, message, ...more });
}

/** What a page shows, with the faults that its script has to play. */
export function shown(ask: Ask, result: Record<string, unknown>): Response {
  const struck = faultOf(ask, 'no-right');
  if (struck) return sorry(struck.text ?? '无权限，请联系管理员', NO_RIGHT);
  const troubles = ask.faults.map(({ kind, field, text, ms }) => ({ kind, field, text, ms }));
  return done({ ...result, troubles });
}

/** Saves as a console should, or as the faults of this request have it. */
export function saved(ask: Ask, { effect, tag, values, errors, store }: Save): Response {
  const words = (kind: PageFaultKind) => faultOf(ask, kind)?.text;
  if (faultOf(ask, 'busy')) return sorry(words('busy') ?? '操作频繁，请稍后再试', BUSY);
  if (faultOf(ask, 'no-right')) return sorry(words('no-right') ?? '无权限，请联系管理员', NO_RIGHT);
  if (faultOf(ask, 'refused')) return sorry(words('refused') ?? '保存失败：参数校验不通过');
  const isStale = ask.tag !== undefined && tag !== undefined && ask.tag !== tag;
  if (isStale && ask.customer.spec.web.staleSaves === 'refused') return sorry('页面已被他人修改，请刷新后重试');
  const wrong = errors(values);
  if (wrong.length > 0) return sorry(`保存失败：${wrong[0]?.message ?? ''}`, SAVE_FAILED, { errors: wrong });
  if (faultOf(ask, 'not-stored')) return done();

  store(spoiled(ask, values));
  const over = faultOf(ask, 'overwritten');
  if (over?.field !== undefined) store({ ...values, [over.field]: over.text ?? '' });
  ask.c.set('effect', effect);
  if (faultOf(ask, 'error-toast-after')) return sorry(words('error-toast-after') ?? '保存失败，请联系管理员');
  return done();
}

/** The fault of this kind that strikes this request. */
export function faultOf({ faults }: Ask, kind: PageFaultKind): PageFault | undefined {
  return faults.find((fault) => fault.kind === kind);
}

function spoiled(ask: Ask, values: Payload): Payload {
  const kept = { ...values };
  for (const { kind, field } of ask.faults) {
    if (kind === 'drops-field' && field !== undefined) delete kept[field];
    if (kind === 'normalises-url') {
      for (const [name, value] of Object.entries(kept)) if (isUrl(value)) kept[name] = `${value}/`;
    }
  }
  return kept;
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/.*[^/]$/.test(value);
}
