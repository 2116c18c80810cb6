import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePageMap, loadPageMaps } from '../../../../src/gateways/console/browser/page-map.js';

let folder: string | undefined;
afterEach(async () => folder && rm(folder, { recursive: true, force: true }));

async function siteMaps(files: Record<string, string>) {
  folder = await mkdtemp(join(tmpdir(), 'qys-maps-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return loadPageMaps(folder);
}

describe('the maps that come with the product', () => {
  it.each([
    ['private', '4.2.0', 'private-before-4.3.5'],
    ['private', '4.3.4', 'private-before-4.3.5'],
    ['private', '4.3.5', 'private-4.3.5'],
    ['private', '4.3.6', 'private-4.3.6'],
    ['private', '4.3.7', 'private-4.3.6'],
    ['private', '5.1.2', 'private-4.3.6'],
    ['public', undefined, 'public'],
  ] as const)('%s %s → %s', async (product, version, map) => {
    expect(choosePageMap(await loadPageMaps(), product, version).map).toBe(map);
  });

  it('are assumed, all of them: nobody has seen the pages', async () => {
    const { shipped, site } = await loadPageMaps();
    expect(shipped.map(({ status }) => status)).toEqual(shipped.map(() => 'assumed'));
    expect(site).toEqual([]);
  });

  it('have no address and no selector of a console', async () => {
    expect(JSON.stringify((await loadPageMaps()).shipped)).not.toMatch(/"url":"|locator|https?:/);
  });

  it('know the misprint of the procedure', async () => {
    const { pages } = choosePageMap(await loadPageMaps(), 'private', '4.3.7');
    expect(pages.callbackNew?.leaveBy).toEqual(expect.arrayContaining(['切换为旧版回调', '切换未旧版回调']));
  });

  it('do not fit a version that is no version', async () => {
    const maps = await loadPageMaps();
    expect(() => choosePageMap(maps, 'private', 'latest')).toThrow(/no page map fits/);
  });
});

describe('the maps of a site', () => {
  it('say only what differs, and go before the shipped one', async () => {
    const maps = await siteMaps({
      'acme.yaml': [
        'map: acme',
        'base: private-4.3.6',
        'status: { checked: { by: liu, at: "2026-11-01", version: 4.3.7 } }',
        'pages: { integration: { switchStores: on-confirm, fields: { teamCode: { label: 团队码 } } } }',
      ].join('\n'),
    });
    const map = choosePageMap(maps, 'private', '4.3.7');

    expect(map).toMatchObject({ map: 'acme', status: { checked: { by: 'liu' } } });
    expect(map.pages.integration.switchStores).toBe('on-confirm');
    expect(map.pages.integration.fields['teamCode']?.label).toEqual(['团队码']);
    expect(map.pages.integration.fields['corpId']?.label).toContain('泛微开放平台的corpId');
    expect(choosePageMap(maps, 'private', '4.2.0').map).toBe('private-before-4.3.5');
  });

  it('may have the name of the map that they change, and take a field away', async () => {
    const maps = await siteMaps({
      'a.yaml': 'map: private-4.3.6\nbase: private-4.3.6\npages: { integration: { fields: { teamCode: null } } }\n',
    });
    expect(choosePageMap(maps, 'private', '4.3.7').pages.integration.fields).not.toHaveProperty('teamCode');
  });

  it('fit alone, or not at all', async () => {
    const maps = await siteMaps({
      'a.yaml': 'map: a\nbase: private-4.3.6\n',
      'b.yaml': 'map: b\nbase: private-4.3.6\n',
    });
    expect(() => choosePageMap(maps, 'private', '4.3.7')).toThrow(/a, b/);
  });

  it.each([
    ['an unknown key', 'map: a\nbase: public\ntypo: 1\n', /a\.yaml.*typo/],
    ['a range that is none', 'map: a\nbase: private-4.3.6\nversions: newest\n', /versions/],
    [
      'a choice without values',
      'map: a\nbase: public\npages: { integration: { fields: { teamCode: { kind: select } } } }\n',
      /values/,
    ],
    [
      'a dialog that is not there',
      'map: a\nbase: public\npages: { integration: { fields: { teamCode: { dialog: x } } } }\n',
      /dialog/,
    ],
    ['a base that is not there', 'map: a\nbase: nowhere\n', /nowhere/],
    ['no name', 'product: public\n', /map: NAME/],
    ['no YAML', 'map: [\n', /not YAML/],
  ])('are refused for %s, and the file is named', async (_what, text, why) => {
    await expect(siteMaps({ 'a.yaml': text })).rejects.toThrow(why);
  });

  it('are refused where their folder is not there', async () => {
    await expect(loadPageMaps('/nowhere/at/all')).rejects.toThrow(/cannot be read/);
  });
});
