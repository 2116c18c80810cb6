// 业务分类: a long list, and the callback address of each in a drawer.
import { h } from '../dom.js';
import { buildForm, greet, saveButton, troublesOf } from './form.js';

export async function categoriesPage(tools) {
  const { ui, api, boot } = tools;
  const name = `${boot.categoriesName}名称`;
  const holder = h('div.categories');
  const search = ui.control({ kind: 'text', value: '', placeholder: `请输入${name}` });
  let wanted = '';

  async function fill(page) {
    const loaded = await api.load('categories/load', { page, name: wanted });
    const columns = [
      { name, of: (row) => row.name },
      { name: '业务类型', of: ({ kind }) => kind },
      { name: '所属公司', of: ({ company }) => company },
      { name: '回调', of: ({ hasCallback }) => hasCallback },
      ...(boot.categoriesShowUrl ? [{ name: '回调地址', of: ({ url }) => url }] : []),
      { name: '状态', of: ({ state }) => state },
    ];
    const actions = [
      [boot.categoryEdit, (row) => edit(row.id, page)],
      ['复制', () => ui.toast('error', '暂不支持')],
    ];
    const pager = ui.pager({ page: loaded.page, size: loaded.size, total: loaded.total, unit: '条', onPage: fill });
    holder.replaceChildren(ui.table({ columns, rows: loaded.rows, actions, fixed: true }), pager);
    void greet(tools, troublesOf(loaded.troubles));
  }

  async function edit(id, page) {
    const loaded = await api.load('categories/detail', { id });
    const troubles = troublesOf(loaded.troubles);
    const field = { key: 'url', label: '回调地址', kind: 'text', value: loaded.url };
    const form = buildForm(tools, [field], troubles);
    const parameters = Object.entries(loaded.parameters).map(([key, value]) => h('li', `${key} = ${value}`));
    const body = [
      ui.plainItem(name, loaded.name),
      ui.plainItem('回调事件', loaded.events.join('、') || '无'),
      ...form.nodes,
      ui.plainItem('自定义参数', parameters.length > 0 ? h('ul', parameters) : '无'),
    ];
    const save = saveButton(
      tools,
      boot.categorySave,
      troubles,
      () => api.save('categories/save', { id, tag: loaded.tag, ...form.values() }),
      () => {
        drawer.close();
        void fill(page);
      },
    );
    const drawer = ui.drawer({
      title: `${boot.categoryEdit}${boot.categoriesName}`,
      body: [ui.form(body)],
      buttons: [ui.button('取消', () => drawer.close()), ...(form.isWhole ? [save] : [])],
    });
    void greet(tools, troubles);
  }

  const find = ui.button('查询', () => {
    wanted = search.get();
    void fill(1);
  });
  await fill(1);
  return { nodes: [h('div.search-bar', search.node, ' ', find), holder] };
}
