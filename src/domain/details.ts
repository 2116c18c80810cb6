import { cell } from './markdown.js';
import type { StepState } from './outcomes.js';
import { VERB_OF_DECISION, type TenantStatus } from './tenant-status.js';
import { isOpen } from './work-orders/work-order.js';

/** How a tenant begins to refuse a decision that it does not wait for. */
export const ASKS_NOTHING = 'this tenant asks for no decision';

const MARKS: Record<StepState, string> = {
  pending: '·',
  running: '⏳',
  waiting: '✋',
  done: '✅',
  unchanged: '✅',
  skipped: '⏭',
  failed: '❌',
  undone: '↩️',
  'undo-failed': '⚠️',
};

/** The current details of a tenant's run in Temporal's Markdown: what the stock Web UI shows on its page. */
export function tenantDetails(status: TenantStatus): string {
  const where = [status.batch && `batch ${status.batch}`, status.wave && `wave ${status.wave}`]
    .filter(Boolean)
    .join(' · ');
  const rows = status.steps.map(
    ({ step, state, note }) => `| ${MARKS[state]} | ${step} | ${state} | ${cell(note ?? '')} |`,
  );
  const last = status.findings.at(-1);
  return [
    `**${cell(status.name)}** (${status.tenantId})${where ? ` · ${where}` : ''}${status.outcome ? ` · **${status.outcome}**` : ''}`,
    '',
    '| | step | state | what |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...(last ? [`Last finding: \`${last.code}\` ${cell(last.message)}`, ''] : []),
    `Next: ${nextAction(status)}`,
  ].join('\n');
}

/** One sentence: who does what next. `file`: the batch file, where it is known. */
export function nextAction(
  { tenantId, waiting, orders, held, goesOnByItself, outcome, step }: TenantStatus,
  file = 'FILE',
): string {
  const order = orders.find(isOpen);
  if (order) {
    const taken = order.takenBy === null ? '' : `, taken by ${order.takenBy}`;
    return `work order ${tenantId}/${order.number} (${order.undo ? 'undo of ' : ''}${order.step}${taken}): qys-e10 orders show ${tenantId}/${order.number} -f ${file}`;
  }
  if (waiting) {
    const answers = waiting.allowed
      .map((action) => `qys-e10 ${VERB_OF_DECISION[action]} -f ${file} --tenant ${tenantId} --reason …`)
      .join(' | ');
    return `${waiting.what}. Answer with: ${answers}`;
  }
  if (held !== null) return goesOnByItself ? held : `${held}; qys-e10 resume lets it go on`;
  if (outcome) return 'nothing: the run is over';
  return step ? `${step} goes on by itself` : 'starts by itself';
}
