import { expect, it } from 'vitest';
import type { ScriptedAnswer } from './scripted-server.js';
import { everythingOf } from './leaks.js';

/** What every gateway method must make of the same troubles. `failing` calls the method against that one answer. */
export function troubleCases(
  failing: (answer: ScriptedAnswer) => Promise<unknown>,
  echo = 'canary-secret-4711 canary-token-4711',
): void {
  it('absent: 404 is a refusal', async () => {
    expect(await failing({ status: 404, json: { title: 'absent' } })).toMatchObject({ name: 'Rejected', status: 404 });
  });

  it('rejected: 403 is for the operator', async () => {
    expect(await failing({ status: 403, json: { title: 'not allowed' } })).toMatchObject({
      name: 'Rejected',
      retryable: false,
    });
  });

  it('overloaded: Retry-After in seconds and as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    expect(await failing({ status: 429, headers: { 'retry-after': '7' } })).toMatchObject({
      name: 'Throttled',
      retryAfterMs: 7_000,
    });
    const error = (await failing({ status: 429, headers: { 'retry-after': date } })) as {
      name: string;
      retryAfterMs: number;
    };
    expect(error.name).toBe('Throttled');
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
  });

  it('malformed: not JSON is for a developer', async () => {
    expect(await failing({ text: '{"half": ', headers: { 'content-type': 'application/json' } })).toMatchObject({
      name: 'UnexpectedAnswer',
    });
  });

  it('a page instead of an answer: not there', async () => {
    expect(await failing({ html: '<html><body>nginx</body></html>' })).toMatchObject({
      name: 'Unavailable',
      retryable: true,
    });
  });

  it('a dead or silent server: may come back', async () => {
    expect(await failing({ status: 502 })).toMatchObject({ name: 'Unavailable' });
    expect(await failing({ fault: 'reset' })).toMatchObject({ name: 'Unavailable' });
  });

  it('shows no secret in any of it', async () => {
    for (const status of [200, 400, 403, 409, 422, 500]) {
      expect(
        everythingOf(
          await failing({ status, json: { errcode: '77', title: echo, detail: echo, errmsg: echo, message: echo } }),
        ),
      ).not.toContain('canary');
    }
  });
}
