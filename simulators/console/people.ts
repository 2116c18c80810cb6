import type { Kernel } from '../kernel/kernel.js';
import type { Payload } from '../kernel/payload.js';
import type { Customer } from '../tenant/customer.js';
import {
  bodyOf,
  json,
  nextOf,
  pageAsked,
  problem,
  refuseFields,
  refuseTag,
  tagged,
  type ConsoleContext,
  type FieldError,
} from './answers.js';
import { pullOrganisation } from './pull.js';
import { shownPeopleSync } from './shown.js';
import { knownEmployee, runningRun, settleRuns, showRun, startRun } from './sync-runs.js';

const CRON = /^\S+( \S+){4}$/;
const LONGEST_KEY = 200;

/** Saves scope and schedule. Only units of the current OA version can be chosen. Unknown members are kept. */
export function putPeopleSync(c: ConsoleContext, customer: Customer): Response {
  const { console: pages } = customer;
  const { etag: _, ...body } = bodyOf(c);
  const refused = refuseTag(c, `"p${pages.versions.peopleSync}"`) ?? refuseFields(syncErrors(customer, body));
  if (refused) return refused;

  storePeopleSync(customer, body);
  c.set('effect', 'people-sync');
  return tagged(shownPeopleSync(pages));
}

/** What the page does not take of scope and schedule. */
export function syncErrors({ console: pages, org }: Customer, body: Payload): FieldError[] {
  const { enabled, scope, schedule, includePeople = true } = body;
  const errors: FieldError[] = [];
  if (typeof enabled !== 'boolean') errors.push({ field: 'enabled', message: '必填' });
  if (typeof includePeople !== 'boolean') errors.push({ field: 'includePeople', message: '取值错误' });
  if (typeof schedule !== 'string' || !CRON.test(schedule)) errors.push({ field: 'schedule', message: '格式错误' });
  const units: unknown[] | undefined = Array.isArray(scope) ? scope : undefined;
  if (units === undefined) errors.push({ field: 'scope', message: '必填' });
  if (units?.some((id) => typeof id !== 'string' || org.unitById(id, pages.oaVersion) === undefined)) {
    errors.push({ field: 'scope', message: '组织不存在' });
  }
  return errors;
}

/** Stores scope and schedule as a whole. */
export function storePeopleSync({ console: pages }: Customer, body: Payload): void {
  const { enabled, scope, schedule, includePeople = true } = body;
  pages.peopleSync = {
    ...body,
    enabled: enabled === true,
    scope: scope as string[],
    schedule: schedule as string,
    includePeople: includePeople === true,
  };
  pages.versions.peopleSync += 1;
}

/** The tree as it can be pulled right now; empty with the console's reason where it cannot. */
export async function getOrganisation(kernel: Kernel, c: ConsoleContext, customer: Customer): Promise<Response> {
  const page = pageAsked(c, { usual: 200, most: 200 });
  if (page instanceof Response) return page;
  try {
    const units = (await pullOrganisation(customer, kernel.signal)).map(({ type: _, ...unit }) => unit);
    return json({ units: units.slice(page.from, page.from + page.limit), ...nextOf(page, units.length) });
  } catch (error) {
    return json({ units: [], reason: error instanceof Error ? error.message : '未知错误' });
  }
}

/** Starts a run, once for each key and never two at a time. */
export function postRun(kernel: Kernel, c: ConsoleContext, customer: Customer): Response {
  const { runs, peopleSync } = customer.console;
  const key = c.req.header('Idempotency-Key') ?? '';
  if (key === '' || key.length > LONGEST_KEY) {
    return problem(422, 'invalid-field', '缺少 Idempotency-Key', {
      errors: [{ field: 'Idempotency-Key', message: `1 到 ${LONGEST_KEY} 个字符` }],
    });
  }
  const same = runs.find((run) => run.key === key);
  if (same) return json(showRun(customer, same), 202);
  const running = runningRun(customer);
  if (running) {
    const { runId } = running;
    return problem(409, 'sync-running', '同步进行中', { runId, detail: `run ${runId} is running` });
  }
  if (!peopleSync.enabled || peopleSync.scope.length === 0) {
    return problem(409, 'nothing-chosen', '未开启同步或未选择同步范围');
  }
  c.set('effect', 'people-sync.run');
  return json(showRun(customer, startRun(kernel, customer, key)), 202);
}

/** How a run stands by the clock. */
export function getRun(c: ConsoleContext, customer: Customer): Response {
  const run = customer.console.runs.find(({ runId }) => runId === c.req.param('runId'));
  return run ? json(showRun(customer, run)) : problem(404, 'not-found', 'no such run');
}

/** People as they stand in Qiyuesuo, by id. */
export function listPeople(c: ConsoleContext, customer: Customer): Response {
  const page = pageAsked(c, { usual: 500, most: 1000 });
  if (page instanceof Response) return page;
  c.set('rows', page.limit);
  settleRuns(customer);
  const { console: pages, identity, spec } = customer;
  const ofTheOa = pages.people.length;
  const end = ofTheOa + spec.people.external;
  // The cursor is the next person and not a count of rows: who comes or goes in between shifts nobody.
  const known: number[] = [];
  let at = page.from;
  for (; at < end && known.length < page.limit; at++) if (pages.people[at] !== 0) known.push(at);
  const follows = at < ofTheOa ? pages.people.subarray(at).some((state) => state !== 0) || end > ofTheOa : at < end;
  const total = pages.people.reduce((sum, state) => sum + Number(state !== 0), 0) + spec.people.external;
  const people = known.map((index) => {
    if (index >= ofTheOa) return externalPerson(identity.qiyuesuoIdBase, index - ofTheOa);
    const { jobNumber, name, mobile, email, e9Id, e10Id } = knownEmployee(customer, index);
    return {
      id: String(identity.qiyuesuoIdBase + 1_000_000n + BigInt(index)),
      oaUserId: pages.oaVersion === 'E10' ? String(e10Id) : e9Id,
      jobNumber,
      name,
      mobile,
      email,
      state: pages.people[index] === 1 ? 'active' : 'disabled',
    };
  });
  // One row is a look, not a page.
  if (page.limit > 1) customer.rosters.qiyuesuo.pageWasRead(at);
  return json({ people, total, ...(follows ? { next: `c${at}` } : {}) });
}

/** Somebody who signs for the customer and is not of their OA: invited by hand, and touched by no run. */
function externalPerson(idBase: bigint, number: number) {
  const mobile = `199${String(number).padStart(8, '0')}`;
  return { id: String(idBase + 9_000_000n + BigInt(number)), name: `外部签署人${number + 1}`, mobile, state: 'active' };
}
