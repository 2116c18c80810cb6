import Table from 'cli-table3';
import type { EvidenceEntry } from '../domain/evidence.js';
import { commandsFor, type Again, type OfTenant } from '../domain/commands.js';
import { isLiftable, messageIn, type Finding } from '../domain/findings.js';
import { catalogue } from '../domain/finding-catalogue.js';
import type { Answered } from '../client.js';
import type { Audited } from '../domain/batch/orders.js';
import type { WaveStatus } from '../domain/batch/status.js';
import type { Change } from '../domain/plan.js';
import type { WorkOrder } from '../domain/work-orders/work-order.js';
import type { BatchReport } from '../reports/batch-report.js';
import type { TenantReport } from '../reports/tenant-report.js';
import { stepOf } from './order-lines.js';
import type { Output } from './output.js';

export const BORDERLESS = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  wordWrap: true,
};
/** The other columns take about so much. */
const OTHERS_WIDTH = 75;
const WHY_WIDTH = { least: 30, most: 90 };

/** One row per tenant: what happened, and why. */
export function tenantTable(tenants: readonly TenantReport[], out: Output): string {
  const { columns } = out.text;
  const table = new Table({
    ...BORDERLESS,
    head: [columns.tenant, columns.name, columns.wave, columns.outcome, columns.grade, columns.why],
    colWidths: [null, null, null, null, null, whyWidth(out)],
  });
  for (const tenant of tenants) {
    table.push([
      tenant.tenant,
      tenant.name,
      tenant.wave ?? '',
      stateOf(tenant, out),
      tenant.grade ?? '',
      whyOf(tenant, out),
    ]);
  }
  return table.toString();
}

/** One row per open work order, in the order of the queue. */
export function orderTable(orders: readonly OrderRow[], out: Output): string {
  const { columns } = out.text;
  const table = new Table({
    ...BORDERLESS,
    head: [columns.order, columns.wave, columns.step, columns.phase, columns.tasks, columns.since],
  });
  for (const { id, wave, order } of orders) {
    table.push([
      id,
      wave,
      stepOf(order, out),
      orderState(order, out),
      `${order.tasks.filter(({ done }) => done).length}/${order.tasks.length}`,
      order.trail[0]?.at ?? '',
    ]);
  }
  return table.toString();
}

/** Who has it; a mark for each time that it was overdue. */
function orderState({ state, takenBy, trail }: WorkOrder, { text }: Output): string {
  const overdue = trail.filter(({ what }) => what === 'reminded' || what === 'escalated').length;
  const shown = text.orderState[state];
  return `${takenBy === null ? shown : `${shown}: ${takenBy}`}${overdue > 0 ? ` ${'!'.repeat(overdue)}` : ''}`;
}

export interface OrderRow {
  id: string;
  wave: string;
  order: WorkOrder;
}

/** What stopped tenants, grouped: count, sample, cause, fix, and the command that tries them again. */
export function causeLines({ causes }: Pick<BatchReport, 'causes'>, file: string, out: Output): string {
  return causes
    .map(({ code, count, tenants }) => {
      const { title, cause, fix } = catalogue[code][out.lang];
      const sample = tenants.slice(0, 3).join(', ') + (count > 3 ? ', …' : '');
      return [
        `${code}  ${title}  (${count}: ${sample})`,
        `  ${out.text.cause}  ${cause}`,
        `  ${out.text.fix}  ${fix}`,
        `  ${out.text.then}  ${out.text.retryCommand(file, code)}`,
        ...(isLiftable(code) ? [`  ${out.text.liftOnce}  ${out.text.liftCommand(file, code)}`] : []),
      ].join('\n');
    })
    .join('\n');
}

/** Who ordered what, newest last; the words of the orders are those of the audit trail. */
export function trailLines(trail: readonly Audited[], out: Output): string {
  if (trail.length === 0) return '';
  return [out.text.ordersGiven, ...trail.map(({ at, what, by, reason }) => `  ${at}  ${by}: ${what} (${reason})`)].join(
    '\n',
  );
}

/** One row per wave: where it stands, and how wide it is. */
export function waveTable(waves: readonly WaveStatus[], out: Output): string {
  const { columns } = out.text;
  const table = new Table({
    ...BORDERLESS,
    head: [
      columns.wave,
      columns.phase,
      columns.finished,
      columns.running,
      columns.width,
      columns.failed,
      columns.blocked,
    ],
  });
  for (const { name, phase, finished, size, running, width, maxConcurrency, failed, tolerated, blocked } of waves) {
    const limit = tolerated === null ? String(failed) : `${failed}/${tolerated}`;
    table.push([
      name,
      phase,
      `${finished}/${size}`,
      String(running),
      `${width}/${maxConcurrency}`,
      limit,
      String(blocked),
    ]);
  }
  return table.toString();
}

/** For whom an order was carried out, and why not for the others. */
export function answeredLines(verb: string, { accepted, refused }: Answered, out: Output): string {
  return [
    ...accepted.map((tenant) => out.text.ordered(verb, tenant)),
    ...refused.map(({ tenantId, why }) => out.text.refused(tenantId, why)),
  ].join('\n');
}

export function changeLines(changes: readonly Change[], out: Output): string {
  if (changes.length === 0) return `  ${out.text.noChanges}`;
  return changes
    .map(({ step, target, label, before, after }) => {
      const name = label === undefined ? target : `${target} ${label}`;
      return `  ${step}  ${name}: ${before ?? out.text.empty} → ${after ?? out.text.empty}`;
    })
    .join('\n');
}

/** Each with what to do about it, and the commands that help `of` with it. */
export function findingLines(
  findings: readonly Finding[],
  { again, ...of }: OfTenant & { again: Again },
  out: Output,
): string {
  return findings
    .map((finding) => {
      const { code, severity, subject } = finding;
      const { title, fix } = catalogue[code][out.lang];
      const help =
        severity === 'info'
          ? []
          : [
              `${out.text.fix}  ${fix}`,
              ...commandsFor(code, of, again).map((command) => `${out.text.then}  ${command}`),
            ];
      return [
        `  ${out.text.severity[severity].padEnd(8)} ${code}  ${title}${subject === undefined ? '' : `  (${subject})`}`,
        ...[messageIn(finding, out.lang), ...help].map((line) => `      ${line}`),
      ].join('\n');
    })
    .join('\n');
}

/** What there is to prove it, by hash: whoever has the file can compare it. */
export function evidenceLines(evidence: readonly EvidenceEntry[], out: Output): string {
  if (evidence.length === 0) return '';
  const lines = evidence.map((entry) => {
    const { at, step, undo, name, sha256 } = entry;
    const what =
      entry.kind === 'picture'
        ? `${entry.page}, ${entry.moment}`
        : `${out.text.workOrder(String(entry.order))}, ${entry.by}`;
    return `    ${at}  ${stepOf({ step, undo }, out)}  ${what}  ${entry.kind === 'picture' ? name : `${name} (${sha256})`}`;
  });
  return [`  ${out.text.evidence}`, ...lines].join('\n');
}

function whyWidth({ columns }: Output): number {
  if (columns === null) return WHY_WIDTH.most;
  return Math.min(WHY_WIDTH.most, Math.max(WHY_WIDTH.least, columns - OTHERS_WIDTH));
}

export function stateOf({ outcome, step, needsAttention }: TenantReport, out: Output): string {
  if (outcome === null) {
    return needsAttention ? out.text.waiting : step === null ? out.text.notStarted : `${out.text.running}: ${step}`;
  }
  const good = outcome === 'migrated' || outcome === 'already-migrated';
  const fair = outcome === 'migrated-with-warnings' || outcome === 'skipped';
  return out.style(good ? 'green' : fair ? 'yellow' : 'red', outcome);
}

/** What happened and why, for whoever reads it. `unsaid`: what tells it where no reason was given. */
export function reasonIn(
  { reason, zh = reason, inBatch, ofEarlierRun }: Pick<TenantReport, 'reason' | 'zh' | 'inBatch' | 'ofEarlierRun'>,
  { lang, text }: Output,
  unsaid = '',
): string {
  const why = (lang === 'zh' ? zh : reason) || unsaid;
  if (inBatch !== undefined) return text.inBatch(inBatch, why);
  return ofEarlierRun ? text.ofEarlierRun(why) : why;
}

function whyOf(tenant: TenantReport, out: Output): string {
  const { findings, codes = [], leftBefore } = tenant;
  const last = findings.at(-1);
  const listed = codes.map((code) => `${code} ${catalogue[code][out.lang].title}`).join('; ');
  const why = reasonIn(tenant, out, last ? messageIn(last, out.lang) : listed);
  if (leftBefore === null) return why;
  const left = [...new Set(leftBefore.findings.map(({ code }) => code))];
  return `${why}; ${out.text.leftBefore(leftBefore)}: ${left.join(', ')}`;
}
