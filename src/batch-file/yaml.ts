import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLParseError, YAMLWarning } from 'yaml';
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
  const strays = strayAliases(document);
  if (strays.length > 0) {
    return { errors: strays.map((offset) => problem('BAD_ALIAS', offset, file, lineCounter)) };
  }
  try {
    const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    return { value, locate: createLocate(document, lineCounter) };
  } catch (error) {
    const kind = error instanceof ReferenceError ? 'TOO_MANY_ALIASES' : 'BAD_MERGE';
    return { errors: [problem(kind, 0, file, lineCounter)] };
  }
}

/** Offsets of aliases that stand above their anchor, or have none: the library reports them one by one and without a place. */
function strayAliases(document: Document.Parsed): number[] {
  const anchors = new Set<string>();
  const strays: number[] = [];
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) return void (node.anchor !== undefined && anchors.add(node.anchor));
      if (!anchors.has(node.source)) strays.push(node.range?.[0] ?? 0);
    },
  });
  return strays;
}

const TEXTS = {
  BAD_ALIAS: [
    'an alias without its anchor',
    'define the anchor (&name) above its first use (*name); put a text that begins with * in quotes',
  ],
  TOO_MANY_ALIASES: ['aliases of aliases make this file too large', 'write it with fewer nested aliases'],
  BAD_MERGE: ['a merge key (<<) has something else than mappings', 'let << stand for an alias of a mapping'],
  DUPLICATE_KEY: ['a key stands twice in one mapping', 'keep one of the two'],
  TAB_AS_INDENT: ['a tab is used to indent', 'indent with spaces'],
  TAG_RESOLVE_FAILED: [
    'a tag (!…) that is not known here',
    'remove it, or put a text that begins with ! in quotes; a secret is written { env: NAME } or { file: PATH }',
  ],
  MULTIPLE_DOCS: ['a second document begins here', 'keep one document per file: remove the line ---'],
  BAD_INDENT: ['the indentation does not fit', 'indent the entries of one mapping or list equally'],
  MISSING_CHAR: [
    'a quote, bracket, comma or colon is missing, or the indentation does not fit',
    'close what is open, write a space after each colon, and indent entries equally',
  ],
  OTHER: ['not valid YAML', 'check this line and the one above; put texts with special characters in quotes'],
} as const;

type Kind = keyof typeof TEXTS;

const CODES: Partial<Record<Kind, BatchFileCode>> = {
  BAD_ALIAS: 'YAML-ALIAS',
  TOO_MANY_ALIASES: 'YAML-ALIAS',
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
  const kind = kindOf(error, text);
  const found = problem(kind, offset, file, lines);
  const key =
    kind === 'DUPLICATE_KEY' ? printableKey(/^[\w-]+/.exec(text.slice(offset, offset + 64))?.[0] ?? '') : undefined;
  return key === undefined ? found : { ...found, message: `${found.message}: "${key}"` };
}

/** The library reports a tab under several codes, as the indentation that it breaks. */
function kindOf(error: YAMLParseError | YAMLWarning, text: string): Kind {
  const [offset] = error.pos;
  if (/^ *\t/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset + 64))) return 'TAB_AS_INDENT';
  return Object.hasOwn(TEXTS, error.code) ? (error.code as Kind) : 'OTHER';
}

function problem(kind: Kind, offset: number, file: string, lines: LineCounter): BatchFileProblem {
  const { line, col } = lines.linePos(offset);
  const [message, fix] = TEXTS[kind];
  const code = CODES[kind] ?? 'YAML-SYNTAX';
  return { code, message, fix, file, line: Math.max(line, 1), column: Math.max(col, 1), path: '' };
}
