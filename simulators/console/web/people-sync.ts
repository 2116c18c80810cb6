import { wholeOf } from '../../kernel/payload.js';
import { syncErrors, storePeopleSync } from '../people.js';
import { pullOrganisation } from '../pull.js';
import type { PulledUnit } from '../pull-asks.js';
import { knownEmployee, runningRun, settleRuns, showRun, startRun } from '../sync-runs.js';
import { saved, shown, sorry, type Act, type Ask } from './ask.js';

const PEOPLE_ROWS = 10;
const STATES = { queued: '排队中', running: '同步中', succeeded: '同步成功', failed: '同步失败' };

/** The settings of the wizard. */
export const loadPeopleSync: Act = (ask) => {
  const { enabled, scope, schedule, includePeople } = ask.customer.console.peopleSync;
  return shown(ask, { enabled, scope, schedule, includePeople, tag: tagOf(ask) });
};

/**
 * Children of one unit, or the top. The tree is asked for level by level; each unit says which of the chosen ones are
 * below it, since they may not have been loaded. Empty with a reason where the OA refuses.
 */
export const loadTree: Act = async (ask) => {
  let units: PulledUnit[];
  try {
    units = await pullOrganisation(ask.customer, ask.kernel.signal);
  } catch (error) {
    return shown(ask, { nodes: [], reason: error instanceof Error ? error.message : '未知错误' });
  }
  const { parent } = ask.given;
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const isTop = ({ parentId }: PulledUnit) => parentId === undefined || !byId.has(parentId);
  const chosen = ask.customer.console.peopleSync.scope.map((id) => pathOf(byId, id));
  const nodes = units
    .filter((unit) => (parent === undefined || parent === '' ? isTop(unit) : unit.parentId === parent))
    .map(({ id, name }) => ({
      id,
      name,
      leaf: !units.some(({ parentId }) => parentId === id),
      chosenBelow: chosen.flatMap((path) => (path.slice(0, -1).includes(id) ? path.slice(-1) : [])),
    }));
  return shown(ask, { nodes });
};

/** 完成: stores the settings, and starts a run where this console does so. */
export const savePeopleSync: Act = (ask) => {
  const { customer } = ask;
  const merged = (values: Record<string, unknown>) => ({ ...customer.console.peopleSync, ...values });
  const answer = saved(ask, {
    effect: 'people-sync',
    tag: tagOf(ask),
    values: ask.given,
    errors: (values) => syncErrors(customer, merged(values)),
    store: (values) => storePeopleSync(customer, merged(values)),
  });
  if (customer.spec.web.runStarts === 'finish' && ask.c.get('effect') !== null && mayRun(ask) === undefined) {
    start(ask);
    ask.c.set('effect', 'people-sync+people-sync.run');
  }
  return answer;
};

/** 立即同步: never two runs at a time. */
export const startSync: Act = (ask) => {
  const refused = mayRun(ask);
  if (refused !== undefined) return sorry(refused);
  return saved(ask, { effect: 'people-sync.run', values: {}, errors: () => [], store: () => start(ask) });
};

/** 同步记录, the latest run first. */
export const loadRuns: Act = (ask) => {
  const { customer } = ask;
  settleRuns(customer);
  const runs = customer.console.runs.map((run) => {
    const { runId, state, total, done, created, updated, disabled, message } = showRun(customer, run);
    const begun = new Date(run.startedAt).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
    return { runId, begun, state: STATES[state], total, done, created, updated, disabled, message };
  });
  return shown(ask, { runs: runs.toReversed(), running: runningRun(customer) !== undefined });
};

/** 人员列表: who is in Qiyuesuo now. */
export const loadPeople: Act = (ask) => {
  const { customer, given } = ask;
  settleRuns(customer);
  const { console: pages } = customer;
  const wanted = given['state'] === 'active' ? [1] : given['state'] === 'disabled' ? [2] : [1, 2];
  const found: number[] = [];
  pages.people.forEach((state, index) => wanted.includes(state) && found.push(index));
  const page = Math.max(1, wholeOf(given['page'], 1));
  const rows = found.slice((page - 1) * PEOPLE_ROWS, page * PEOPLE_ROWS).map((index) => {
    const { jobNumber, name, mobile } = knownEmployee(customer, index);
    return { jobNumber, name, mobile, state: pages.people[index] === 1 ? '正常' : '停用' };
  });
  return shown(ask, { rows, total: found.length, page, size: PEOPLE_ROWS });
};

function tagOf({ customer }: Ask): string {
  return `"p${customer.console.versions.peopleSync}"`;
}

function mayRun({ customer }: Ask): string | undefined {
  const { enabled, scope } = customer.console.peopleSync;
  if (runningRun(customer) !== undefined) return '同步进行中，请稍后再试';
  return enabled && scope.length > 0 ? undefined : '未开启同步或未选择同步范围';
}

function start({ kernel, customer }: Ask): void {
  startRun(kernel, customer, `web-${customer.console.runs.length + 1}`);
}

/** Ids from the top down to the unit itself. */
function pathOf(byId: ReadonlyMap<string, PulledUnit>, id: string): string[] {
  const path: string[] = [];
  for (let at = byId.get(id); at !== undefined; at = byId.get(at.parentId ?? '')) path.unshift(at.id);
  return path;
}
