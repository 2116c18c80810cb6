import { z } from 'zod';
import { tryParsedBody } from '../../body.js';
import type { FieldError, GatewayErrorFacts } from '../../errors.js';
import type { Classify, RawAnswer } from '../../ladder.js';
import { SYNC_RUNNING } from '../driver.js';

const Text = z.string().optional().catch(undefined);

/** RFC 9457 as the contract uses it. Everything is optional: whatever answers in the adapter's place must not break the reading. */
const Problem = z.looseObject({
  type: Text,
  title: Text,
  detail: Text,
  instance: Text,
  errors: z
    .array(z.object({ field: Text, message: Text }))
    .optional()
    .catch(undefined),
});

const KINDS: Readonly<Record<number, GatewayErrorFacts['kind']>> = {
  401: 'NeedsLogin',
  403: 'Rejected',
  404: 'Rejected',
  409: 'Conflict',
  412: 'Conflict',
  422: 'Rejected',
  428: 'Conflict',
};

/** The failures of `api/console.openapi.yaml`; the problem's type becomes the code. Overload and faults are left to the ladder. */
export const classifyProblem: Classify = (answer) => {
  const kind = KINDS[answer.status];
  return kind === undefined ? undefined : { kind, ...said(answer) };
};

/** The run that stands in the way of a new one, where the answer is 409 `sync-running` and tells which. */
export function runningSync(answer: RawAnswer): string | undefined {
  if (answer.status !== 409) return undefined;
  const problem = problemOf(answer);
  if (codeOf(problem) !== SYNC_RUNNING) return undefined;
  return ofMember(problem) ?? ofInstance(problem.instance) ?? inSentence(problem.detail);
}

/** `runId`, `id`, `run`, or whatever a member is called that is about the run; it may be the whole run. */
function ofMember(problem: Record<string, unknown>): string | undefined {
  const named = Object.entries(problem).filter(([name]) => name.toLowerCase() === 'id' || /run/i.test(name));
  const ids = named.map(([, value]) => (isRecord(value) ? ofMember(value) : idOf(value)));
  return ids.find((id) => id !== undefined);
}

type Problem = z.output<typeof Problem>;

function problemOf(answer: RawAnswer): Problem {
  const parsed = Problem.safeParse(tryParsedBody(answer));
  return parsed.success ? parsed.data : {};
}

function said(answer: RawAnswer): { text?: string; code?: string; errors?: FieldError[] } {
  const problem = problemOf(answer);
  const text = [problem.title, problem.detail].filter(Boolean).join(': ');
  const code = codeOf(problem);
  const errors = problem.errors?.map(({ field = '', message = '' }) => ({ field, message }));
  return { ...(text ? { text } : {}), ...(code ? { code } : {}), ...(errors ? { errors } : {}) };
}

/** A type is a word of the contract, or an address that ends with one. */
function codeOf({ type }: Problem): string | undefined {
  const word = type?.split(/[/#]/).at(-1);
  return word === 'about:blank' ? undefined : word;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}

function ofInstance(instance: string | undefined): string | undefined {
  const segment = instance?.match(/\/runs\/([^/?#]+)/)?.[1];
  return segment === undefined ? undefined : decoded(segment);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The contract puts the id somewhere into the answer; in a sentence it is the word with a digit, best one after "run" or "id". */
function inSentence(detail: string | undefined): string | undefined {
  const labelled = detail?.match(/\b(?:run|runId|id)\b[\s:=#"'“「]*((?=[\w-]*\d)[\w-]+)/i)?.[1];
  return labelled ?? detail?.match(/(?<![\w.-])(?=[\w-]*\d)[\w-]+(?![\w%.]|\s*%)/)?.[0];
}
