import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../simulators/world.js';
import { aCli, type Cli } from '../support/cli.js';
import { until } from '../support/rig.js';

let world: World;
let cli: Cli;

beforeAll(async () => {
  const entry = { qiyuesuo: { driver: 'manual', api: undefined } };
  world = await startWorld({ tenants: [{ id: 'cloud', deployment: 'public', entry }] });
  cli = await aCli(world, {});
});
afterAll(() => world.close());

/** Somebody with the link that was printed, and no browser. */
async function follow(link: string) {
  const { origin, hash } = new URL(link);
  const send = (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin, cookie },
      body: new URLSearchParams(fields),
    });
  const answer = await send('/login', { token: hash.slice(1) });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const get = async (path: string): Promise<string> =>
    (await fetch(`${origin}${path}`, { headers: { cookie } })).text();
  return {
    status: answer.status,
    get,
    post: (path: string, fields: Record<string, string>) => send(path, fields, cookie),
  };
}

describe('the board as a command', () => {
  it('works for itself where nobody else does, and ends on Ctrl-C', { timeout: 180_000 }, async () => {
    const first = await cli.run('apply', '-f', cli.file, '--yes');
    expect(first.code, first.stderr).toBe(6);

    const board = cli.start('board', '-f', cli.file, '--port', '0');
    let stderr = '';
    board.process.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    try {
      await until('it listens', () => /The board: http\S+/.test(stderr), 60_000);
      const visitor = await follow(/The board: (http:\/\/127\.0\.0\.1:\d+\/login#\S+)/.exec(stderr)?.[1] ?? '');
      expect(visitor.status).toBe(303);
      let page = '';
      await until('the order is there', async () =>
        (page = await visitor.get('/orders/cloud/1')).includes('id="answer"'),
      );
      await until('it works', () => stderr.includes('Worker runs for: default'), 60_000);
      const hidden = (name: string): string =>
        new RegExp(`id="answer"[\\s\\S]*?name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? '';
      const answers = {
        token: hidden('token'),
        seen: hidden('seen'),
        'value:integration.oaVersion': 'E9',
        'value:integration.singleSignOn': 'false',
        'empty:integration.oaAddress': 'yes',
        'empty:integration.teamCode': 'yes',
      };
      expect((await visitor.post('/orders/cloud/1/confirm', answers)).status).toBe(303);
      // No apply in between: the tenant goes on to its next order.
      await until('the next order', async () => (await visitor.get('/orders/cloud/2')).includes('泛微E10'), 60_000);
    } finally {
      board.process.kill('SIGINT');
    }
    const { code } = await board.finished;
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('Interrupted');
  });

  it('says what is wrong with how it was called', { timeout: 120_000 }, async () => {
    const trust = await cli.run('board', '--user-header', 'X-Forwarded-User');
    expect([trust.code, trust.stderr]).toEqual([2, expect.stringContaining('--trust-proxy')]);
    const url = await cli.run('board', '--public-url', 'board.example/path');
    expect([url.code, url.stderr]).toEqual([2, expect.stringContaining('https://board.example')]);

    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const { port } = taken.address() as AddressInfo;
      const busy = await cli.run('board', '--port', String(port));
      expect([busy.code, busy.stderr]).toEqual([2, expect.stringContaining(`127.0.0.1:${port} cannot be listened on`)]);
    } finally {
      taken.close();
    }
  });
});
