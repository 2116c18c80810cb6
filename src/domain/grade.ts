import type { Finding } from './findings.js';

/** How well it is proved that a tenant, or its people, are as wanted. */
export type Grade = 'A' | 'B' | 'C' | 'D';

/**
 * A: everything is as wanted and proved from outside. B: as wanted, something could not be proved. C: as wanted, but a
 * person has something to follow up. D: not as wanted: the tenant is undone.
 */
export function gradeOf(findings: readonly Finding[]): Grade {
  const has = (severity: Finding['severity']) => findings.some((finding) => finding.severity === severity);
  if (has('blocking')) return 'D';
  if (has('warning')) return 'C';
  return has('info') ? 'B' : 'A';
}
