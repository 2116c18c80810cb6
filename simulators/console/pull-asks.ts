import { readJson, textOf } from '../kernel/payload.js';
import { QIYUESUO_AGENT } from '../kernel/system.js';

/** A unit as Qiyuesuo shows it in the sync wizard. */
export interface PulledUnit {
  id: string;
  name: string;
  code?: string;
  parentId?: string;
  type: 'subcompany' | 'department';
}

/** Qiyuesuo could not get what it wanted from the OA; the text is what the console shows. */
export class PullFailed extends Error {
  override readonly name = 'PullFailed';
}

export type Row = Record<string, unknown>;

/** Rows asked for at once. */
export const PULL_PAGE = 500;
const TIMEOUT_MS = 10_000;

/** Text of a cell, numbers with all their digits. */
export function cell(value: unknown): string {
  return textOf(value) ?? '';
}

/** An answer of either OA as JSON, whatever its code says. */
export async function ask(url: string, init: RequestInit, closing: AbortSignal): Promise<Row> {
  let text: string;
  try {
    const headers = { ...(init.headers as Record<string, string>), 'User-Agent': QIYUESUO_AGENT };
    const signal = AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { ...init, headers, signal });
    text = await response.text();
  } catch {
    throw new PullFailed('无法访问泛微系统');
  }
  const answer = readJson(text);
  if (answer === undefined) throw new PullFailed('泛微系统返回异常');
  return answer;
}

/** The same, where any code but 0 is a failure. */
export async function askForSuccess(url: string, init: RequestInit, closing: AbortSignal): Promise<Row> {
  const answer = await ask(url, init, closing);
  const { message } = answer as { message?: Row };
  const code = textOf(message?.['errcode'] ?? answer['errcode']) ?? '0';
  if (code === '0') return answer;
  throw new PullFailed(textOf(message?.['errmsg'] ?? answer['errmsg']) ?? `错误 ${code}`);
}
