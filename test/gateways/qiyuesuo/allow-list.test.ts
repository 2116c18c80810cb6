import { expect, it } from 'vitest';
import { assertAllowed } from '../../../src/gateways/qiyuesuo/allow-list.js';

it.each([
  ['private', '/checkHealth'],
  ['private', '/user'],
  ['public', '/v2/employee/list'],
] as const)('allows %s %s', (deployment, path) => {
  expect(() => assertAllowed(deployment, path)).not.toThrow();
});

it.each([
  ['private', '/user/delete'],
  ['private', '/user/changemobile'],
  ['private', '/user/'],
  ['private', '/company/removeemployee'],
  ['private', '/company/removeinneremployees'],
  ['private', '/company/token/get'],
  ['private', '/v2/document/createbyfile'],
  ['private', '/v2/employee/list'],
  ['private', '/CHECKHEALTH'],
  ['public', '/company/token/update/callback'],
  ['public', '/v2/employee/create'],
  ['public', '/checkHealth'],
] as const)('refuses %s %s', (deployment, path) => {
  expect(() => assertAllowed(deployment, path)).toThrow('is not on the allow-list');
});
