import type { FindingCode } from './findings.js';

/** Whose people: a tenant of a batch file; `run`: the reference of one sync of theirs, where it is known. */
export interface OfTenant {
  file: string;
  tenant: string;
  run?: string | null;
}

/** By which verb the work is done again, as a finding's reader does it; null where nothing has run yet. */
export type Again = 'sync' | 'retry' | null;

/** A command line of ours that a shell takes as it stands. `…` is left to whoever gives it. */
export function commandLine(...words: readonly string[]): string {
  return ['qys-e10', ...words].map(quoted).join(' ');
}

/** `people VERB` for one tenant, and one of its syncs. */
export function peopleCommandLine(verb: 'export' | 'ambiguous' | 'decide', of: OfTenant, ...more: string[]): string {
  const { file, tenant, run } = of;
  return commandLine('people', verb, '-f', file, '--tenant', tenant, ...(run ? ['--run', run] : []), ...more);
}

/** The details of everybody in a file. */
export function exportCommand(of: OfTenant): string {
  return peopleCommandLine('export', of, '--to', `${of.tenant}.people.csv`);
}

/** What helps with a finding about people, step by step; empty where no command does. */
export function commandsFor(code: FindingCode, of: OfTenant, again: Again): string[] {
  const { file, tenant } = of;
  const table = `${tenant}.ambiguous.csv`;
  switch (code) {
    case 'PEOPLE-AMBIGUOUS':
      return [peopleCommandLine('ambiguous', of, '--to', table), peopleCommandLine('decide', of, '--from', table)];
    case 'PEOPLE-DIFFERING':
    case 'PEOPLE-MISSING':
    case 'PEOPLE-STILL-ACTIVE':
      return [exportCommand(of)];
    case 'PEOPLE-UNSEALED':
      return [commandLine('people', 'forget', '-f', file, '--tenant', tenant)];
    case 'PEOPLE-NOT-ON-E10':
      return [commandLine('apply', '-f', file, '--tenant', tenant)];
    case 'PEOPLE-GUARD':
    case 'PEOPLE-SYNC-SWITCHED-OFF':
      return again === null
        ? []
        : [commandLine(again, '-f', file, '--tenant', tenant, '--lift-guard', '--reason', '…')];
    default:
      return [];
  }
}

function quoted(word: string): string {
  return /^[\p{L}\p{N}_./:@%+=,…-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
