import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { batchJsonSchema } from '../../src/batch-file/json-schema.js';
import { readBatchFile } from '../../src/batch-file/read.js';

describe('the JSON Schema of the batch file', () => {
  it('is the one that is checked in', async () => {
    const checkedIn: unknown = JSON.parse(await readFile('schemas/batch.schema.json', 'utf8'));

    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(batchJsonSchema())));
  });

  it.each(['spring-cutover', 'waves-by-facts'])('accepts the example %s, which is valid', async (name) => {
    const path = `examples/${name}.batch.yaml`;
    const accepts = new Ajv2020({ strict: false, logger: false }).compile(batchJsonSchema());
    const written: unknown = parse(await readFile(path, 'utf8'), { merge: true });

    expect(accepts(written), JSON.stringify(accepts.errors)).toBe(true);
    expect((await readBatchFile(path)).tenants.length).toBeGreaterThan(2);
  });

  it.each(['spring-cutover', 'waves-by-facts'])('is named by the example %s, for editors', async (name) => {
    const text = await readFile(`examples/${name}.batch.yaml`, 'utf8');

    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schemas/batch.schema.json');
  });

  it.each([
    ['an unknown key', { colour: 'red' }],
    ['a secret in plain text', { encryptionKey: 'plain' }],
    ['an address with a password', { e10: { address: 'https://me:pw@x' } }],
    ['a schedule of six fields', { people: { schedule: '0 0 2 * * *' } }],
  ])('refuses %s', (_, fields) => {
    const validate = new Ajv2020().compile(batchJsonSchema());

    expect(validate({ batch: 'b', tenants: [{ id: 'a', ...fields }] })).toBe(false);
  });

  it.each([
    ['a start without an offset', { waves: [{ name: 'w', rest: true, startAfter: '2026-05-01T22:00:00' }] }],
    ['an approval in words', { waves: [{ name: 'w', rest: true, approval: 'yes' }] }],
    ['a pattern that is a number', { waves: [{ name: 'w', match: { region: 1 } }] }],
    ['a priority below the last', { defaults: { priority: 6 } }],
    ['a target with a path', { targets: { 'https://e10.example/x': 1 } }],
    ['a target for nobody', { targets: { '*': 0 } }],
  ])('refuses %s', (_, fields) => {
    const validate = new Ajv2020().compile(batchJsonSchema());

    expect(validate({ batch: 'b', ...fields, tenants: [{ id: 'a' }] })).toBe(false);
  });

  it('refuses a wave of two sizes', () => {
    const validate = new Ajv2020().compile(batchJsonSchema());

    expect(validate({ batch: 'b', waves: [{ name: 'w', count: 1, rest: true }], tenants: [{ id: 'a' }] })).toBe(false);
  });
});
