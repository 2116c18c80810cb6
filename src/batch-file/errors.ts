/** Everything that can be wrong with a batch file, and what only deserves a second look. Stable: scripts match on these. */
export type BatchFileCode =
  | 'ADDRESS'
  | 'BAD-VALUE'
  | 'CRON'
  | 'DATE-TIME'
  | 'DUPLICATE'
  | 'DURATION'
  | 'EMPTY-VALUE'
  | 'FILE-EMPTY'
  | 'FILE-MISSING'
  | 'FILE-NOT-UTF8'
  | 'FILE-TOO-LARGE'
  | 'FILE-UNREADABLE'
  | 'FORMAT-SUSPECT'
  | 'ID'
  | 'LIMIT'
  | 'MISSING'
  | 'NO-WAVE'
  | 'NOT-A-MAPPING'
  | 'NOT-ALLOWED'
  | 'PLAIN-HTTP'
  | 'SECRET-IN-PLAIN-TEXT'
  | 'SECRET-REFERENCE'
  | 'SELECTOR'
  | 'TAG-NAME'
  | 'TAG-UNKNOWN'
  | 'TARGET'
  | 'TARGET-UNUSED'
  | 'WAVE-LAST'
  | 'UNKNOWN-KEY'
  | 'VERSION'
  | 'WAVE-EMPTY'
  | 'WAVE-SIZE'
  | 'WINDOW'
  | 'WRONG-TYPE'
  | 'YAML-ALIAS'
  | 'YAML-DUPLICATE-KEY'
  | 'YAML-SYNTAX'
  | 'YAML-TAB';

/** A fault before it has a place: `path` leads from the top of the file to what is wrong, or to what is missing. */
export interface Flaw {
  code: BatchFileCode;
  /** Never holds a value of the file, except ids and names which passed their own check: anything may be a secret. */
  message: string;
  fix: string;
  path: readonly PropertyKey[];
  /** Where to point: at the key for keys that should not be there, else at the value. */
  at?: 'key';
}

/** One error or warning of a batch file, as editors and people read it. Lines and columns count from 1. */
export interface BatchFileProblem {
  code: BatchFileCode;
  message: string;
  file: string;
  line: number;
  column: number;
  /** `tenants[3].e10.appSecret`; empty where the whole file is meant. */
  path: string;
  fix: string;
}

/** Thrown when a batch file cannot be used: carries all of its errors at once, in the order of the file. */
export class BatchFileInvalid extends Error {
  override readonly name = 'BatchFileInvalid';

  constructor(readonly errors: readonly BatchFileProblem[]) {
    super(formatBatchErrors(errors));
  }
}

/** Two lines per problem: `file:line:column  CODE  path: message`, then the fix. */
export function formatBatchErrors(problems: readonly BatchFileProblem[]): string {
  return problems.map(formatProblem).join('\n');
}

function formatProblem({ file, line, column, code, path, message, fix }: BatchFileProblem): string {
  return `${file}:${line}:${column}  ${code}  ${path === '' ? '' : `${path}: `}${message}\n  fix  ${fix}`;
}

/** A path as it is written in JavaScript, which is also how jq and most editors name it. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.map(formatSegment).join('').replace(/^\./, '');
}

function formatSegment(segment: PropertyKey): string {
  if (typeof segment === 'number') return `[${segment}]`;
  const name = String(segment);
  return /^[A-Za-z_$][\w$-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
