// 集成登录: the application, and its callback address on the page that the version has.
import { h } from '../dom.js';
import { Refused } from '../api.js';
import { besides, buildForm, greet, saveButton, troublesOf } from './form.js';

const EVENTS = ['合同完成', '合同退回', '合同撤回', '印章使用完成', '印章申请驳回'];

export function appPage({ ui, boot, go }) {
  const rows = [{ name: boot.menuName, kind: '集成应用', state: '已启用' }];
  const columns = [
    { name: '应用名称', of: ({ name }) => name },
    { name: '应用类型', of: ({ kind }) => kind },
    { name: '状态', of: ({ state }) => state },
  ];
  return {
    nodes: [
      ui.table({
        columns,
        rows,
        actions: [
          ['编辑应用', () => go('/app/edit')],
          ['停用', () => ui.toast('error', '请联系管理员')],
        ],
      }),
    ],
  };
}

export async function appEditPage(to, tools) {
  if (to === '/app/callback') return callbackPage(tools);
  const fields = [
    { key: 'name', label: '应用名称', kind: 'text', value: tools.boot.menuName },
    { key: 'open', label: '允许登录', kind: 'switch', value: true },
  ];
  return { nodes: [tools.ui.form(buildForm(tools, fields, troublesOf()).nodes)] };
}

async function callbackPage(tools) {
  const { ui, api, boot } = tools;
  const holder = h('div.callback');

  async function fill(chosen) {
    const loaded = await api.load('callback/load');
    const troubles = troublesOf(loaded.troubles);
    const page = chosen ?? loaded.page;
    const draw = page === 'new' ? newPage : oldPage;
    holder.replaceChildren(...draw(page, loaded, troubles));
    void greet(tools, troubles);
  }

  /** Leaves for the other page: stored by the dialog, or by 保存 of the page it leads to. */
  async function leave(page, text) {
    const answer = await ui.box({ title: '提示', text, buttons: ['取消', '确定'] });
    if (answer !== '确定') return;
    if (boot.callbackSwitchStores === 'on-confirm') {
      try {
        await api.save('callback/switch', { page });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return ui.toast('error', error.message);
      }
    }
    await fill(page);
  }

  function newPage(page, { tag }, troubles) {
    const word = boot.misprint ? '切换未旧版回调' : '切换为旧版回调';
    const columns = [
      { name: '事件', of: ({ event }) => event },
      { name: '回调地址', of: () => '未配置' },
      { name: '加密方式', of: () => 'AES' },
    ];
    const warning = '切换为旧版回调后，新版回调的配置将失效，是否确认切换？';
    const bar = h(
      'div.page-bar',
      h('span', '新版回调：按事件推送，数据加密'),
      ui.link(word, () => leave('old', warning)),
    );
    const rows = EVENTS.map((event) => ({ event }));
    const actions = [['配置', () => ui.toast('error', '请先开通事件推送')]];
    const save = () => api.save('callback/save', { page, tag });
    return [
      bar,
      ui.table({ columns, rows, actions }),
      ui.formButtons([saveButton(tools, '保存', troubles, save, again)]),
    ];
  }

  function oldPage(page, { url, offered, tag }, troubles) {
    const field = { key: 'url', label: '回调地址', kind: 'text', value: url };
    const form = buildForm(tools, [field], troubles);
    const save = () => api.save('callback/save', { page, tag, ...form.values() });
    const buttons = form.isWhole ? [ui.formButtons([saveButton(tools, '保存', troubles, save, again)])] : [];
    const nodes = [ui.form([...form.nodes, ...buttons]), ...besides(tools, [field])];
    if (page === 'global') return [tabbed(nodes)];
    if (!offered.includes('new')) return nodes;
    const back = ui.link('切换为新版回调', () => leave('new', '是否确认切换为新版回调？'));
    return [h('div.page-bar', back), ...nodes];
  }

  /** Before 4.3.6 the global callback is the second of two tabs. */
  function tabbed(nodes) {
    const list = [
      { place: 'contract', name: '合同回调' },
      { place: 'global', name: '全局回调' },
    ];
    const inner = h('div');
    const show = (place) =>
      inner.replaceChildren(ui.tabs(list, place, show), ...(place === 'global' ? nodes : [ui.empty('暂无合同回调')]));
    show('contract');
    return inner;
  }

  function again() {
    void fill();
  }

  await fill();
  return { nodes: [holder] };
}
