import Table from 'cli-table3';
import type { Finding } from '../domain/findings.js';
import { catalogue } from '../domain/finding-catalogue.js';
import type { Change } from '../domain/plan.js';
import type { BatchReport } from '../reports/batch-report.js';
import type { TenantReport } from '../reports/tenant-report.js';
import type { Output } from './output.js';

const BORDERLESS = {
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
const WHY_WIDTH = 90;

/** One row per tenant: what happened, and why. */
export function tenantTable(tenants: readonly TenantReport[], out: Output): string {
  const { columns } = out.text;
  const table = new Table({
    ...BORDERLESS,
    head: [columns.tenant, columns.name, columns.wave, columns.outcome, columns.grade, columns.why],
    colWidths: [null, null, null, null, null, WHY_WIDTH],
  });
  for (const tenant of tenants) {
    table.push([
      tenant.tenant,
      tenant.name,
      tenant.wave ?? '',
      stateOf(tenant, out),
      tenant.grade ?? '',
      whyOf(tenant),
    ]);
  }
  return table.toString();
}

/** What stopped tenants, grouped: count, sample, cause and fix. */
export function causeLines({ causes }: BatchReport, out: Output): string {
  return causes
    .map(({ code, count, tenants }) => {
      const { title, cause, fix } = catalogue[code][out.lang];
      const sample = tenants.slice(0, 3).join(', ') + (count > 3 ? ', …' : '');
      return `${code}  ${title}  (${count}: ${sample})\n  ${out.text.cause}  ${cause}\n  ${out.text.fix}  ${fix}`;
    })
    .join('\n');
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

export function findingLines(findings: readonly Finding[], out: Output): string {
  return findings
    .map(({ code, severity, message, subject }) => {
      const { title, fix } = catalogue[code][out.lang];
      const help = severity === 'info' ? '' : `\n      ${out.text.fix}  ${fix}`;
      return `  ${severity.padEnd(8)} ${code}  ${title}${subject === undefined ? '' : `  (${subject})`}\n      ${message}${help}`;
    })
    .join('\n');
}

function stateOf({ outcome, step, needsAttention }: TenantReport, out: Output): string {
  if (outcome === null) {
    return needsAttention ? out.text.waiting : step === null ? out.text.notStarted : `${out.text.running}: ${step}`;
  }
  const good = outcome === 'migrated' || outcome === 'already-migrated';
  return out.style(good ? 'green' : outcome === 'migrated-with-warnings' ? 'yellow' : 'red', outcome);
}

function whyOf({ reason, findings }: TenantReport): string {
  return reason || (findings.at(-1)?.message ?? '');
}
