import type { BatchStatus } from './batch-status.js';
import type { StepState } from './outcomes.js';
import type { DecisionAction, TenantStatus } from './tenant-status.js';

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

/** The CLI's verb for each answer. */
const VERBS: Record<DecisionAction, string> = { retry: 'retry', skip: 'skip', undo: 'rollback' };

/** One sentence: who does what next. */
export function nextAction({ tenantId, waiting, outcome, step }: TenantStatus): string {
  if (waiting) {
    const answers = waiting.allowed
      .map((action) => `qys-e10 ${VERBS[action]} --tenant ${tenantId} --reason …`)
      .join(' | ');
    return `${waiting.what}. Answer with: ${answers}`;
  }
  if (outcome) return 'nothing: the run is over';
  return step ? `${step} goes on by itself` : 'starts by itself';
}

function cell(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('|', '\\|')
    .slice(0, 300);
}

/** The current details of a batch: waves, counts, and what it waits for. */
export function batchDetails(status: BatchStatus): string {
  const rows = status.waves.map(
    ({ name, size, started, running, finished, failed, blocked }) =>
      `| ${name === status.wave ? '⏳' : finished === size ? '✅' : '·'} | ${cell(name)} | ${finished}/${size} | ${running} | ${failed} | ${blocked} | ${size - started} |`,
  );
  const endings = Object.entries(status.endings).map(([ending, count]) => `${count} ${ending}`);
  return [
    `**${cell(status.batch)}** · ${status.total} tenants${status.outcome ? ` · **${status.outcome}**` : ''}`,
    '',
    '| | wave | finished | running | failed | blocked | not started |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(endings.length > 0 ? [`So far: ${endings.join(', ')}`, ''] : []),
    `Next: ${nextOfBatch(status)}`,
  ].join('\n');
}

/** One sentence: what the batch does next, or whom it waits for. */
export function nextOfBatch({ batch, outcome, awaitsApproval, stoppedBy, wave }: BatchStatus): string {
  if (outcome) return 'nothing: the run is over';
  if (awaitsApproval !== null)
    return `qys-e10 approve -f ${batch}.yaml --wave ${awaitsApproval} --reason … lets the next wave start`;
  if (stoppedBy !== null) return `no new tenant starts (${stoppedBy}); running ones finish`;
  return wave === null ? 'starts by itself' : `wave ${wave} goes on by itself`;
}
