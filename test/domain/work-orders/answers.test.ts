import { describe, expect, it } from 'vitest';
import { readAnswer, withoutHidden } from '../../../src/domain/work-orders/answers.js';

describe('an answer to a work order', () => {
  it.each([
    ['integration.oaVersion', '泛微E10', { 'integration.oaVersion': 'E10' }],
    ['integration.oaVersion', ' e9 ', { 'integration.oaVersion': 'E9' }],
    ['integration.singleSignOn', '开启', { 'integration.singleSignOn': 'true' }],
    ['integration.singleSignOn', 'off', { 'integration.singleSignOn': 'false' }],
    ['integration.appSecret', 'hidden', { 'integration.appSecret': 'hidden' }],
    ['integration.teamCode', 'empty', { 'integration.teamCode': '' }],
    ['people-sync.schedule', '0 0 2 * * ?', { 'people-sync.schedule': '0 0 2 * * ?' }],
    ['integration.oaAddress', 'http://u:pw@oa.example/x#y', { 'integration.oaAddress': 'http://oa.example/x' }],
    ['callback.url', 'https://oa.example/cb?token=1', { 'callback.url': 'https://oa.example/cb' }],
    ['people-sync.scope', '总部，研发部、 销售部', { 'people-sync.scope': '总部, 研发部, 销售部' }],
    ['people-sync.people', '120', { 'people-sync.people': '120' }],
    [
      'categories',
      '采购 = 合同 = https://oa.example/a?x=1\n\n用印 = https://oa.example/b',
      {
        categories: 'read',
        'category:采购 = 合同': 'https://oa.example/a',
        'category:用印': 'https://oa.example/b',
      },
    ],
    ['categories', 'empty', { categories: 'read' }],
    ['category:采购', 'https://oa.example/c', { 'category:采购': 'https://oa.example/c' }],
  ])('to %s: %j', (field, text, fields) => {
    expect(readAnswer(field, text)).toEqual({ fields });
  });

  it.each([
    ['integration.oaVersion', 'E11', 'one of E9, E10'],
    ['integration.oaVersion', '', 'needs an answer'],
    ['people-sync.people', 'many', 'a number'],
    ['integration.encryptionKey', '60fb3ed9-3e18-4f', 'never its value'],
    ['integration.teamCode', '', 'say empty'],
    ['categories', '?', 'say empty'],
    ['integration.oaAddress', '127.0.0.1', 'begins with http'],
    ['categories', '采购 https://oa.example/a', 'NAME = ADDRESS'],
    ['categories', '采购 = ', 'NAME = ADDRESS'],
    ['categories', '采购 = oa', 'no address'],
    ['categories', '采购 = https://oa.example/a\n采购 = https://oa.example/b', 'twice'],
    ['integration.nickname', 'x', 'no field of the console'],
    ['constructor', 'x', 'no field of the console'],
  ])('to %s is refused: %j', (field, text, why) => {
    expect(readAnswer(field, text)).toMatchObject({ problem: expect.stringContaining(why) as string });
  });

  it('never repeats what may be a secret', () => {
    const read = readAnswer('integration.appSecret', 'canary-secret');
    expect(JSON.stringify(read)).not.toContain('canary-secret');
  });

  it('leaves its side without what addresses may hide', () => {
    expect(withoutHidden('callback.url', 'oa.example/x?token=1')).toBe('oa.example/x');
    const lines = withoutHidden(
      'categories',
      '采购 = https://u:pw@oa.example/a?token=1\n用印 = https://oa.example/b#2',
    );
    expect(lines).toBe('采购 = https://oa.example/a\n用印 = https://oa.example/b');
    expect(
      withoutHidden('categories', '采购 = https://oa.example/a?token=1\r\n用印 = https://oa.example/b?t=2\r\n'),
    ).toBe('采购 = https://oa.example/a\n用印 = https://oa.example/b\n');
    expect(withoutHidden('categories', '合同#2? = https://oa.example/a?token=1')).toBe(
      '合同#2? = https://oa.example/a',
    );
    expect(withoutHidden('people-sync.schedule', '0 0 2 * * ?')).toBe('0 0 2 * * ?');
  });
});
