import type { BatchFileCode } from './errors.js';

interface ProblemText {
  code: BatchFileCode;
  message: string;
  fix: string;
}

/** zod carries one text per issue; code and fix travel inside it, so that they can stand beside the rule they belong to. */
export function problemText(code: BatchFileCode, message: string, fix: string): string {
  return JSON.stringify({ code, message, fix } satisfies ProblemText);
}

/** The parts of a text that `problemText` made; undefined for zod's own texts, which are never shown. */
export function readProblemText(text: string): ProblemText | undefined {
  return text.startsWith('{"code":') ? (JSON.parse(text) as ProblemText) : undefined;
}
