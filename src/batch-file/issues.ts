import type { z } from 'zod';
import { valueAt } from './defaults.js';
import type { Flaw } from './errors.js';
import { readProblemText } from './problem-text.js';
import { nearest } from './suggest.js';

/** What zod found, in our words. zod's own texts are not used: some of them quote the file. */
export function flawsOf(issues: readonly z.core.$ZodIssue[], file: unknown): Flaw[] {
  return issues.flatMap((issue) => flawOf(issue, valueAt(file, issue.path)));
}

function flawOf(issue: z.core.$ZodIssue, found: unknown): Flaw[] {
  const { path } = issue;
  const text = readProblemText(issue.message);
  if (issue.code === 'unrecognized_keys' && text === undefined) {
    return issue.keys.map((key) => unknownKey(path, key, issue.message.split(' ')));
  }
  if (found === undefined) return [{ code: 'MISSING', message: 'missing', fix: `add ${String(path.at(-1))}`, path }];
  if (found === null)
    return [{ code: 'EMPTY-VALUE', message: 'is empty', fix: 'write a value or remove the line', path }];
  return [{ path, ...(text ?? plainText(issue, found)) }];
}

function plainText(issue: z.core.$ZodIssue, found: unknown): Omit<Flaw, 'path' | 'at'> {
  if (issue.code === 'invalid_type') {
    const expected = NAMES[issue.expected] ?? issue.expected;
    const message = `expected ${expected}, found ${kindOf(found)}`;
    return { code: 'WRONG-TYPE', message, fix: typeFix(issue.expected, found) };
  }
  if (issue.code === 'invalid_value') return notAllowed(issue.values.map(String), found);
  if (issue.code === 'too_small' && issue.origin === 'array') {
    return { code: 'EMPTY-VALUE', message: 'is empty', fix: 'add at least one entry' };
  }
  if (issue.code === 'too_small') {
    return { code: 'BAD-VALUE', message: 'too small', fix: `write ${String(issue.minimum)} or more` };
  }
  if (issue.code === 'too_big') {
    return { code: 'BAD-VALUE', message: 'too large', fix: `write ${String(issue.maximum)} or less` };
  }
  return { code: 'BAD-VALUE', message: 'not usable here', fix: 'compare with the JSON Schema of the batch file' };
}

function notAllowed(allowed: readonly string[], found: unknown): Omit<Flaw, 'path' | 'at'> {
  const meant = typeof found === 'string' ? nearest(found, allowed) : undefined;
  const message = 'not one of the values that can stand here';
  const said = meant === undefined ? message : `${message}; did you mean ${meant}?`;
  return { code: 'BAD-VALUE', message: said, fix: `write ${listed(allowed)}` };
}

const NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
};

function kindOf(found: unknown): string {
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'a mapping';
  if (typeof found === 'string') return 'a text';
  return typeof found === 'number' ? 'a number' : 'true or false';
}

function typeFix(expected: string, found: unknown): string {
  if (expected === 'string') return typeof found === 'object' ? 'write one text' : 'put it in quotes';
  if (expected === 'array') return 'write one entry per line, each after "- "';
  if (expected === 'object' || expected === 'record') return 'write keys and values, indented below this key';
  return expected === 'boolean' ? 'write true or false, without quotes' : 'write digits only, without quotes';
}

function unknownKey(parent: readonly PropertyKey[], key: string, known: readonly string[]): Flaw {
  const shown = printableKey(key);
  const meant = nearest(key, known);
  const name = shown === undefined ? 'unknown key (not shown, it may be a secret)' : 'unknown key';
  return {
    code: 'UNKNOWN-KEY',
    message: meant === undefined ? name : `${name}; did you mean ${meant}?`,
    fix: meant === undefined ? `remove it; known here: ${known.join(', ')}` : `write ${meant}`,
    path: [...parent, key],
    at: 'key',
  };
}

/** A key that looks like a word. `{ s3cr3t… }` makes a secret a key, so anything else is not shown. */
export function printableKey(key: string): string | undefined {
  return /^[A-Za-z][A-Za-z_-]{0,31}\d{0,2}$/.test(key) ? key : undefined;
}

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}
