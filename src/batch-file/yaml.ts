import { LineCounter, parseDocument } from 'yaml';
import type { YAMLParseError, YAMLWarning } from 'yaml';
import type { BatchFileCode, BatchFileProblem } from './errors.js';
import { printableKey } from './issues.js';
import { createLocate } from './positions.js';
import type { Locate } from './positions.js';

/** A file that is YAML: its plain value, and where everything stands in it. */
export interface YamlFile {
  value: unknown;
  locate: Locate;
}

/**
 * Bounds what nested aliases can blow up to ("billion laughs"). The library's own 100 also counts harmless uses: ten thousand
 * tenants may well share one anchor.
 */
const MAX_ALIASES = 100_000;

/** Reads YAML 1.2 with merge keys. The library's messages quote the file, so they are replaced by our own. */
export function readYaml(text: string, file: string): YamlFile | { errors: BatchFileProblem[] } {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    keepSourceTokens: false,
  });

  const errors = [...document.errors, ...document.warnings].map((error) =>
    syntaxProblem(error, text, file, lineCounter),
  );
  if (errors.length > 0) return { errors };
  try {
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown,
      locate: createLocate(document, lineCounter),
    };
  } catch {
    const [message, fix] = TEXTS.BAD_ALIAS;
    return { errors: [{ code: 'YAML-ALIAS', message, fix, file, line: 1, column: 1, path: '' }] };
  }
}

const TEXTS = {
  BAD_ALIAS: [
    'an alias without its anchor, or too many nested ones',
    'define the anchor (&name) above its first use (*name)',
  ],
  DUPLICATE_KEY: ['a key stands twice in one mapping', 'keep one of the two'],
  TAB_AS_INDENT: ['a tab is used to indent', 'indent with spaces'],
  TAG_RESOLVE_FAILED: [
    'a tag (!…) that is not known here',
    'remove the tag; a secret is written { env: NAME } or { file: PATH }',
  ],
  MULTIPLE_DOCS: ['a second document begins here', 'keep one document per file: remove the line ---'],
  BAD_INDENT: ['the indentation does not fit', 'indent the entries of one mapping or list equally'],
  MISSING_CHAR: [
    'a character is missing here: a quote, bracket, comma or colon',
    'close what is open and write a space after each colon',
  ],
} as const;

const OTHER = [
  'not valid YAML',
  'check this line and the one above; put texts with special characters in quotes',
] as const;

const CODES: Partial<Record<string, BatchFileCode>> = {
  BAD_ALIAS: 'YAML-ALIAS',
  DUPLICATE_KEY: 'YAML-DUPLICATE-KEY',
  TAB_AS_INDENT: 'YAML-TAB',
};

function syntaxProblem(
  error: YAMLParseError | YAMLWarning,
  text: string,
  file: string,
  lines: LineCounter,
): BatchFileProblem {
  const [offset] = error.pos;
  const { line, col } = lines.linePos(offset);
  const tab = /^[ ]*\t/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1));
  const kind = tab ? 'TAB_AS_INDENT' : error.code;
  const [message, fix] = Object.hasOwn(TEXTS, kind) ? TEXTS[kind as keyof typeof TEXTS] : OTHER;
  const key = kind === 'DUPLICATE_KEY' ? printableKey(/^[\w-]+/.exec(text.slice(offset))?.[0] ?? '') : undefined;
  return {
    code: CODES[kind] ?? 'YAML-SYNTAX',
    message: key === undefined ? message : `${message}: "${key}"`,
    fix,
    file,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    path: '',
  };
}
