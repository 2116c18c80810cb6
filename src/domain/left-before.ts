import type { Finding } from './findings.js';
import type { Grade } from './grade.js';

/** What an earlier run of a tenant has left to a person. */
export interface LeftBefore {
  /** When that run ended, in ISO 8601. */
  endedAt: string;
  grade: Grade | null;
  findings: Finding[];
}

/**
 * Warnings that still stand: those of the run that wrote, but of people those of a sync since, where there was one. That a guard was
 * lifted stays true whatever came after it.
 */
export function leftToFollowUp(ofRun: readonly Finding[], ofSyncSince: readonly Finding[] | null): Finding[] {
  const stands = ofSyncSince === null ? ofRun : [...ofRun.filter((one) => !isReplaced(one)), ...ofSyncSince];
  return stands.filter(({ severity }) => severity === 'warning');
}

function isReplaced({ code }: Finding): boolean {
  return code.startsWith('PEOPLE-') && code !== 'PEOPLE-GUARD-LIFTED';
}
