import type { Page } from 'playwright-core';
import type { SimulatedTenant } from '../../simulators/world.js';
import { isSecretField } from '../../src/domain/wanted.js';
import { EMPTY } from '../../src/domain/work-orders/answers.js';
import { consoleField } from '../../src/domain/work-orders/console-fields.js';
import type { OrderTask, WorkOrder } from '../../src/domain/work-orders/work-order.js';
import { handsAt } from './console-hands.js';
import type { Acts, Secrets } from './operator.js';

/** The public cloud has words of its own for the same fields, and no choice of the version. */
const PUBLIC: Record<string, string> = {
  singleSignOn: '单点登录开关',
  oaAddress: '泛微E10地址',
  teamCode: '租户id',
};
/** How long a person looks for what does not come. */
const PATIENCE_MS = 20_000;

/** What an order's tasks are about: `integration.oaAddress` → `oaAddress`. */
const nameOf = (field: string): string => field.split(/[.:](.*)/)[1] ?? '';
const isOf =
  (page: string) =>
  ({ field }: OrderTask): boolean =>
    field.startsWith(page);

/**
 * A person who reads the order and does it at the console's pages, in the shape of `element`: finds fields by the order's own words,
 * types, saves, opens each page again and tells what it shows. Knows neither contract nor engine.
 */
export function actsAtPages(page: Page, simulated: SimulatedTenant, secrets: Secrets): Acts {
  page.setDefaultTimeout(PATIENCE_MS);
  const hands = handsAt(page, simulated);
  const isPublic = simulated.spec.deployment === 'public';
  /** What the form showed right after the switch, when last there: nobody can read that again. */
  let noted: Record<string, string> = {};

  async function open(platform: 'console' | 'signing', ...menu: string[]): Promise<void> {
    await page.goto(`${simulated.at[platform]}/`);
    await hands.follow(...menu);
  }

  const inputOf = (label: string) => hands.item(label).locator('input.el-input__inner');
  const isThere = async (label: string): Promise<boolean> => (await hands.item(label).count()) > 0;
  const isOn = async (label: string): Promise<string> =>
    (await hands.item(label).locator('.el-switch').getAttribute('aria-checked')) ?? '';

  /** Of a field of the form, as it is labelled there. */
  function labelOf(name: string): string {
    return (isPublic ? PUBLIC[name] : undefined) ?? consoleField(`integration.${name}`)?.zh ?? name;
  }

  async function openForm(): Promise<void> {
    if (isPublic) await open('console', '集成中心', '集成管理', '泛微E-cology10集成');
    else await open('console', '集成中心', '集成管理', '泛微ecology集成', '集成配置信息');
    await hands.item(labelOf('singleSignOn')).waitFor();
  }

  async function readForm(name: string): Promise<string> {
    const label = labelOf(name);
    if (name === 'oaVersion' && isPublic)
      return (await inputOf(labelOf('oaAddress')).inputValue()) === '' ? 'E9' : 'E10';
    if (!(await isThere(label))) return EMPTY;
    switch (consoleField(`integration.${name}`)?.kind) {
      case 'switch':
        return isOn(label);
      case 'secret':
        return isSecretField(name) ? secrets.wordOf(name, await inputOf(label).inputValue()) : EMPTY;
      case 'choice':
        if (name === 'oaVersion') return inputOf(label).inputValue();
        return (await hands.item(label).locator('.el-radio[aria-checked=true]').allInnerTexts()).join('');
      default:
        return inputOf(label).inputValue();
    }
  }

  async function typeIn({ field, value = '', secret }: OrderTask): Promise<void> {
    const name = nameOf(field);
    const label = labelOf(name);
    const known = consoleField(field);
    if (known?.kind === 'switch') {
      if ((await isOn(label)) !== value) await hands.toggle(label);
    } else if (known?.kind === 'choice') {
      // Nobody can unset a choice on a page.
      if (value !== '') await hands.radio(label, known.choices?.[value] ?? value);
    } else if (secret && isSecretField(name)) {
      await hands.fill(label, secret.word === 'empty' ? '' : (secrets.valueOf(name, secret.word) ?? ''));
    } else {
      // A form without the field has nothing to be emptied.
      if (value === '' && !(await isThere(label))) return;
      await hands.fill(label, value);
    }
  }

  /** Chooses the version, looks at what the form shows then, fills it in, and saves once. Answers what it looked at. */
  async function saveForm(sets: readonly OrderTask[], looks: readonly string[]): Promise<Record<string, string>> {
    await openForm();
    const version = sets.find(({ field }) => field === 'integration.oaVersion');
    if (version && isPublic) await closeOf(version);
    else if (version) await choose(version.value ?? '');
    const seen: Record<string, string> = {};
    for (const field of looks) seen[field] = (await readForm(nameOf(field.replace('before:', '')))) || EMPTY;
    for (const task of sets) if (task !== version) await typeIn(task);
    await hands.save();
    return seen;
  }

  async function choose(version: string): Promise<void> {
    const { zh = '', choices = {} } = consoleField('integration.oaVersion') ?? {};
    const wanted = choices[version] ?? version;
    if ((await inputOf(zh).inputValue()) === wanted) return;
    await hands.choose(zh, wanted);
    await hands.answer('确认切换');
    const last = hands.item(labelOf('corpId'));
    await last.waitFor({ state: version === 'E10' ? 'visible' : 'detached' });
  }

  /** On the page of the public cloud E10 is left by emptying it. */
  async function closeOf({ value }: OrderTask): Promise<void> {
    if (value !== 'E9') return;
    await typeIn({ field: 'integration.singleSignOn', do: 'set', value: 'false' });
    for (const field of ['integration.oaAddress', 'integration.teamCode'])
      await typeIn({ field, do: 'set', value: '' });
  }

  async function openCallback(): Promise<'new' | 'old' | 'global'> {
    await open('console', '集成中心', '集成登录', '泛微ecology集成', '编辑应用', '回调地址');
    const [toGlobal, toOld] = [hands.seen('全局回调'), hands.seen('切换为旧版回调')];
    await toGlobal.or(toOld).or(hands.item('回调地址')).first().waitFor();
    if ((await toOld.count()) > 0) return 'new';
    if ((await toGlobal.count()) === 0) return 'old';
    await toGlobal.click();
    return 'global';
  }

  async function saveCallback(sets: readonly OrderTask[]): Promise<void> {
    const now = await openCallback();
    const to = sets.find(({ field }) => field === 'callback.page')?.value ?? now;
    if (to !== now) {
      await hands.follow(to === 'old' ? '切换为旧版回调' : '切换为新版回调');
      await hands.answer('确定');
      await (to === 'old' ? hands.item('回调地址') : hands.seen('切换为旧版回调')).waitFor();
    }
    const url = sets.find(({ field }) => field === 'callback.url');
    if (url && to !== 'new') await hands.fill('回调地址', url.value ?? '');
    await hands.save();
  }

  async function openPeople(tab?: string): Promise<void> {
    await open(
      'console',
      '集成中心',
      '集成管理',
      '泛微ecology集成',
      '组织人员同步',
      ...(tab === undefined ? [] : [tab]),
    );
    if (tab === undefined) await hands.item('开启组织人员同步').waitFor();
  }

  interface Unit {
    name: string;
    /** Chosen by itself, not with one above it. */
    chosen: boolean;
  }

  /** The second step of the wizard, with the whole tree open; empty where it shows none. */
  async function tree(): Promise<Unit[]> {
    await hands.press('下一步');
    await page.locator('.wizard .el-tree, .wizard .el-empty').first().waitFor();
    const closed = page.locator('.el-tree-node__expand-icon:visible:not(.is-leaf):not(.expanded)');
    while ((await closed.count()) > 0) {
      await closed.first().click();
      await page.locator('.el-tree-node__expand-icon.is-loading').waitFor({ state: 'detached' });
    }
    return page.evaluate(`[...document.querySelectorAll('.el-tree-node')].map((node) => ({
      name: node.querySelector('.el-tree-node__label').innerText,
      chosen: node.getAttribute('aria-checked') === 'true'
        && node.parentElement.closest('.el-tree-node')?.getAttribute('aria-checked') !== 'true',
    }))`);
  }

  const tick = (unit: string): Promise<void> =>
    page
      .locator('.el-tree-node__content')
      .filter({ has: page.getByText(unit, { exact: true }) })
      .locator('.el-checkbox')
      .click();

  async function readWizard(): Promise<Record<string, string>> {
    await openPeople();
    const enabled = await isOn('开启组织人员同步');
    const units = await tree();
    const scope = units.flatMap(({ name, chosen }) => (chosen ? [name] : []));
    let schedule = '';
    // Without a scope the wizard does not go on.
    if (scope.length > 0) {
      await hands.press('下一步');
      schedule = await inputOf('同步人员定时任务').inputValue();
    }
    return { enabled, tree: units.map(({ name }) => name).join(', '), scope: scope.join(', '), schedule };
  }

  async function savePeople(sets: readonly OrderTask[]): Promise<void> {
    const given = Object.fromEntries(sets.map(({ field, value = '' }) => [nameOf(field), value]));
    const { enabled, scope, schedule } = given;
    await openPeople();
    if (enabled !== undefined && (await isOn('开启组织人员同步')) !== enabled) await hands.toggle('开启组织人员同步');
    const units = await tree();
    if (scope !== undefined) {
      const wanted = scope.split(', ');
      const now = units.flatMap(({ name, chosen }) => (chosen ? [name] : []));
      for (const unit of now.filter((one) => !wanted.includes(one))) await tick(unit);
      for (const unit of wanted.filter((one) => !now.includes(one))) await tick(unit);
    }
    await hands.press('下一步');
    if (schedule !== undefined) await hands.fill('同步人员定时任务', schedule);
    await hands.save('完成');
  }

  async function startRun(): Promise<void> {
    await openPeople('同步记录');
    await hands.press('立即同步');
    await hands.answer('确定');
    await hands.sees('已开始同步');
  }

  /** The page of runs shows the newest first, and keeps itself up to date. */
  async function readRun(): Promise<Record<string, string>> {
    await openPeople('同步记录');
    const newest = page.locator('.runs .el-table__row').first();
    await newest.filter({ hasText: /同步成功|同步失败/ }).waitFor();
    const [, state = '', total = ''] = await newest.locator('td').allInnerTexts();
    return { result: state.trim().replace('同步', ''), synchronised: total.trim() };
  }

  async function countPeople(): Promise<string> {
    await openPeople('人员列表');
    const counted = page.waitForResponse((response) => response.url().includes('state=active'));
    await hands.choose('人员状态', '正常');
    await counted;
    const total = page.locator('.people .el-pagination__total');
    await total.waitFor();
    return /\d+/.exec(await total.innerText())?.[0] ?? '';
  }

  async function openCategories(): Promise<void> {
    await open('signing', '印控中心', '业务分类');
    await hands.sees('共');
  }

  async function openCategory(at: number): Promise<void> {
    await hands.seen('编辑').nth(at).click();
    await hands.item('回调地址').waitFor();
  }

  async function readCategories(): Promise<string> {
    await openCategories();
    const lines: string[] = [];
    for (;;) {
      const rows: string[][] = await page.evaluate(
        `[...document.querySelectorAll('.el-table__body-wrapper .el-table__row')].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))`,
      );
      for (const [at, [name = '', , , has]] of rows.entries()) {
        if (has !== '已配置') continue;
        await openCategory(at);
        lines.push(`${name} = ${await hands.read('回调地址')}`);
        await hands.press('取消');
        await hands.item('回调地址').waitFor({ state: 'hidden' });
      }
      if (await hands.button('下一页').isDisabled()) return lines.join('\n');
      await hands.press('下一页');
      await page
        .getByText(rows[0]?.[0] ?? '', { exact: true })
        .first()
        .waitFor({ state: 'detached' });
    }
  }

  async function saveCategory(name: string, url: string): Promise<void> {
    await openCategories();
    await page.getByPlaceholder('请输入业务分类名称').fill(name);
    const found = page.waitForResponse((response) => response.url().includes('categories/load'));
    await hands.press('查询');
    await found;
    await hands.seen('编辑').nth(1).waitFor({ state: 'detached' });
    await openCategory(0);
    const { search } = new URL(await hands.read('回调地址'));
    await hands.fill('回调地址', `${url}${search}`);
    await hands.save();
    await hands.item('回调地址').waitFor({ state: 'hidden' });
  }

  async function readAll(fields: readonly string[]): Promise<Record<string, string>> {
    const of = (page: string): string[] => fields.filter((field) => field.startsWith(page));
    const seen: Record<string, string> = {};
    const tell = (given: readonly string[], shown: Record<string, string>): void => {
      for (const field of given) seen[field] = shown[nameOf(field)] || EMPTY;
    };
    if (of('integration.').length > 0) await openForm();
    for (const field of of('integration.')) seen[field] = (await readForm(nameOf(field))) || EMPTY;
    if (of('callback.').length > 0) {
      const now = await openCallback();
      tell(of('callback.'), { page: now, url: now === 'new' ? '' : await hands.read('回调地址') });
    }
    const people = of('people-sync.');
    const ofRun = people.filter((field) => ['result', 'synchronised'].includes(nameOf(field)));
    const ofList = people.filter((field) => nameOf(field) === 'people');
    const ofWizard = people.filter((field) => !ofRun.includes(field) && !ofList.includes(field));
    if (ofWizard.length > 0) tell(ofWizard, await readWizard());
    if (ofRun.length > 0) tell(ofRun, await readRun());
    if (ofList.length > 0) tell(ofList, { people: await countPeople() });
    for (const field of of('categories')) seen[field] = (await readCategories()) || EMPTY;
    return seen;
  }

  return async ({ tasks }: WorkOrder) => {
    const open = tasks.filter(({ done }) => !done);
    const sets = open.filter(({ do: what }) => what === 'set');
    const reads = open.flatMap(({ field, do: what }) => (what === 'read' ? [field] : []));
    const before = reads.filter((field) => field.startsWith('before:'));
    const form = sets.filter(isOf('integration.'));
    if (form.length > 0) noted = await saveForm(form, before);
    const seen = Object.fromEntries(before.map((field) => [field, noted[field] ?? EMPTY]));
    const [callback, people] = [sets.filter(isOf('callback.')), sets.filter(isOf('people-sync.'))];
    if (callback.length > 0) await saveCallback(callback);
    if (people.length > 0) await savePeople(people);
    for (const { field, value = '' } of sets.filter(isOf('category:'))) await saveCategory(nameOf(field), value);
    if (open.some(({ do: what }) => what === 'start')) await startRun();
    return { ...(await readAll(reads.filter((field) => !before.includes(field)))), ...seen };
  };
}
