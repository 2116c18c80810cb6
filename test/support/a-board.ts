import { request, type IncomingHttpHeaders } from 'node:http';
import type { BoardOptions } from '../../src/board/options.js';
import { startBoard } from '../../src/board/server.js';
import type { Migrations } from '../../src/client.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | FormData;
}

/** A board over real HTTP, and somebody who speaks to it without a browser. */
export interface ABoard {
  url: string;
  told: { what: string; facts: Record<string, string | number> }[];
  ask(path: string, sent?: Sent): Promise<Answer>;
  /** Logs in, and answers with whom further questions are asked. */
  visitor(token?: string): Promise<Visitor>;
  close(): Promise<void>;
}

export interface Visitor {
  cookie: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form as a page of the board would: with its token, and from its origin. */
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** With a file, as a browser sends one. */
  postParts(path: string, form: Record<string, string | File>): Promise<Answer>;
}

export const TOKEN = 'token-of-zhang-0123456789';
export const ZHANG = '张三';

export async function aBoard(migrations: Migrations, more: Partial<BoardOptions> = {}): Promise<ABoard> {
  const told: ABoard['told'] = [];
  const board = await startBoard(
    { host: '127.0.0.1', port: 0 },
    {
      migrations,
      ui: { uiUrl: 'http://127.0.0.1:8233', namespace: 'default' },
      file: null,
      entrance: { tokens: [{ by: ZHANG, token: TOKEN }] },
      trustProxy: false,
      publicUrl: null,
      revealFrom: null,
      evidenceFolder: null,
      lang: 'en',
      tell: (what, facts) => told.push({ what, facts }),
      now: Date.now,
      ...more,
    },
  );

  async function ask(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
    const encoded = body instanceof FormData ? new Response(body) : undefined;
    const bytes = encoded ? Buffer.from(await encoded.arrayBuffer()) : Buffer.from((body as string | undefined) ?? '');
    const type = encoded?.headers.get('content-type') ?? 'application/x-www-form-urlencoded';
    const sent = bytes.length > 0 ? { 'content-type': type, 'content-length': String(bytes.length) } : {};
    return new Promise((resolve, reject) => {
      const asked = request(`${board.url}${path}`, { method, headers: { ...sent, ...headers } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const whole = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole });
        });
      });
      asked.on('error', reject);
      asked.end(bytes);
    });
  }

  async function visitor(token = TOKEN): Promise<Visitor> {
    const origin = { origin: board.url };
    const body = new URLSearchParams({ token }).toString();
    const answer = await ask('/login', { method: 'POST', headers: origin, body });
    const cookie = (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
    if (answer.status !== 303 || cookie === '') throw new Error(`not logged in: ${answer.status}`);
    const formToken = async (): Promise<string> => {
      const { body: page } = await ask('/orders', { headers: { cookie } });
      return /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '';
    };
    return {
      cookie,
      get: (path, headers = {}) => ask(path, { headers: { cookie, ...headers } }),
      async post(path, form, headers = {}) {
        const whole = new URLSearchParams({ token: await formToken(), ...form }).toString();
        return ask(path, { method: 'POST', headers: { cookie, ...origin, ...headers }, body: whole });
      },
      async postParts(path, form) {
        const parts = new FormData();
        for (const [name, part] of Object.entries({ token: await formToken(), ...form })) parts.append(name, part);
        return ask(path, { method: 'POST', headers: { cookie, ...origin }, body: parts });
      },
    };
  }

  return { url: board.url, told, ask, visitor, close: board.close };
}
