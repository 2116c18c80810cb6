import { expect, it } from 'vitest';
import { looksAhead } from '../../../src/domain/people/look-ahead.js';
import type { DriverKind, Deployment } from '../../../src/domain/tenant.js';

const SWITCH = ['integration.oaVersion', 'integration.address', 'people-sync.run'];
const PRIVATE = { deployment: 'private', driver: 'api', targets: SWITCH } as const;

interface Case {
  deployment: Deployment;
  driver: DriverKind;
  compare?: 'count';
  targets: readonly string[];
}

it.each<[string, boolean, Case]>([
  ['moves', true, PRIVATE],
  ['is compared by head counts', false, { ...PRIVATE, compare: 'count' }],
  ['has a console without a list', false, { ...PRIVATE, driver: 'manual' }],
  ['has a console of which only pages are seen', false, { ...PRIVATE, driver: 'browser' }],
  ['is of the public cloud', false, { ...PRIVATE, deployment: 'public', targets: ['integration.oaVersion'] }],
  ['needs no run', false, { ...PRIVATE, targets: ['callback.url'] }],
  [
    'is on E10 already, and needs another scope',
    true,
    { ...PRIVATE, targets: ['people-sync.scope', 'people-sync.run'] },
  ],
  ['is on another E10', false, { ...PRIVATE, targets: ['integration.address', 'people-sync.run'] }],
])(
  'whether a tenant that %s is looked at before the first write: %s',
  (_who, looks, { targets, compare, ...qiyuesuo }) => {
    const people = compare === undefined ? {} : { compare };
    const changes = targets.map((target) => ({ step: 'configure' as const, target, before: null, after: null }));

    expect(looksAhead({ qiyuesuo, people }, changes)).toBe(looks);
  },
);
