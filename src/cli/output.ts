import { styleText } from 'node:util';
import type { Lang } from '../domain/said.js';
import { csv, jsonLines } from './rows.js';
import { texts, type Texts } from './texts.js';

export const FORMATS = ['text', 'json', 'jsonl', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** What a command says: data on stdout, everything else on stderr. */
export interface Output {
  format: Format;
  lang: Lang;
  text: Texts;
  /** The command's answer: JSON, its rows as JSON Lines or CSV, or the text that is made of the same. */
  data(value: object, text: () => string): void;
  /** A line for people. */
  say(line: string): void;
  /** One line that is redrawn on a terminal; elsewhere a line of life now and then. */
  progress(line: string): void;
  /** Columns of the terminal; null where it is none. */
  columns: number | null;
  style(format: Parameters<typeof styleText>[0], text: string): string;
}

export interface Streams {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  color: boolean;
  /** Without lines of progress. */
  quiet?: boolean;
  now(): number;
}

const LIFE_EVERY_MS = 5_000;

export function createOutput(
  format: Format,
  lang: Lang,
  { stdout, stderr, color, quiet = false, now }: Streams,
): Output {
  let open = false;
  let saidAt = 0;

  function closeLine(): void {
    if (open) stderr.write('\n');
    open = false;
  }

  return {
    format,
    lang,
    text: texts[lang],
    columns: stdout.isTTY ? (stdout.columns ?? null) : null,
    data(value, text) {
      closeLine();
      const answer = inFormat(format, value, text);
      // No row is no line.
      if (answer !== '' || format === 'text') stdout.write(`${answer}\n`);
    },
    say(line) {
      closeLine();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (quiet) return;
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[2K${line}`);
        open = true;
      } else if (now() - saidAt >= LIFE_EVERY_MS) {
        stderr.write(`${line}\n`);
        saidAt = now();
      }
    },
    style: (how, text) => (color ? styleText(how, text, { validateStream: false }) : text),
  };
}

function inFormat(format: Format, value: object, text: () => string): string {
  switch (format) {
    case 'text':
      return text();
    case 'json':
      return JSON.stringify(value, undefined, 2);
    case 'jsonl':
      return jsonLines(value);
    case 'csv':
      return csv(value);
  }
}
