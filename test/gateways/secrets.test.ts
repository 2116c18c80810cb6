import { describe, expect, it } from 'vitest';
import { createSecretStore } from '../../src/gateways/secrets.js';

const CANARY = 'canary-4711-secret';

function aStore(files: Record<string, string> = {}) {
  return createSecretStore({
    env: { TOKEN: CANARY, EMPTY: '' },
    async readFile(path) {
      const text = files[path];
      if (text === undefined)
        throw Object.assign(new Error('no such file'), { code: path === '/locked' ? 'EACCES' : 'ENOENT' });
      return text;
    },
  });
}

describe('the secret store', () => {
  it('reads variables and files', async () => {
    const store = aStore({ '/run/secrets/token': 'from a file' });

    expect(await store.resolve({ env: 'TOKEN' })).toBe(CANARY);
    expect(await store.resolve({ file: '/run/secrets/token' })).toBe('from a file');
  });

  it.each([
    ['value\n', 'value'],
    ['value\r\n', 'value'],
    ['value\n\n', 'value\n'],
    [' value ', ' value '],
  ])('takes one newline off the end of a file, and nothing else: %j', async (text, value) => {
    expect(await aStore({ '/f': text }).resolve({ file: '/f' })).toBe(value);
  });

  it.each([
    [{ env: 'NOWHERE' }, 'NOWHERE', 'absent'],
    [{ env: 'EMPTY' }, 'EMPTY', 'empty'],
    [{ file: '/nowhere' }, '/nowhere', 'absent'],
    [{ file: '/blank' }, '/blank', 'empty'],
    [{ file: '/locked' }, '/locked', 'unreadable'],
  ])('names what is missing, never a value: %j', async (ref, source, reason) => {
    const failure = aStore({ '/blank': '\n' }).resolve(ref);

    await expect(failure).rejects.toMatchObject({ name: 'SecretMissing', source, reason });
    await expect(failure).rejects.toThrow(source);
    await expect(failure).rejects.not.toThrow(CANARY);
  });
});
