// 组织人员同步: the wizard of three steps, the records of runs, the people.
import { h } from '../dom.js';
import { Refused } from '../api.js';
import { buildForm, greet, saveButton, troublesOf } from './form.js';
import { createChoice } from './choice.js';

const STEPS = ['同步设置', '选择同步范围', '定时任务'];

export async function wizardPage(tools) {
  const { ui, api, boot, go } = tools;
  const loaded = await api.load('people-sync/load');
  const troubles = troublesOf(loaded.troubles);
  const settings = buildForm(
    tools,
    [
      { key: 'enabled', label: '开启组织人员同步', kind: 'switch', value: loaded.enabled },
      { key: 'includePeople', label: '同步人员信息', kind: 'switch', value: loaded.includePeople },
      {
        key: 'contact',
        label: '联系方式',
        kind: 'select',
        value: 'MOBILE',
        options: [
          { value: 'MOBILE', label: '手机号' },
          { value: 'EMAIL', label: '邮箱' },
        ],
      },
    ],
    troubles,
  );
  const schedule = buildForm(
    tools,
    [{ key: 'schedule', label: '同步人员定时任务', kind: 'text', value: loaded.schedule, tip: true }],
    troubles,
  );
  const choice = createChoice(loaded.scope);
  const holder = h('div.wizard');
  let tree;

  async function treeNode() {
    const load = (parent) => api.load('people-sync/tree', parent ? { parent } : {});
    const top = await load();
    if (top.nodes.length === 0)
      return { node: ui.empty(top.reason ? `获取组织架构失败：${top.reason}` : '暂无数据'), isEmpty: true };
    choice.know(undefined, top.nodes);
    const below = async (parent) => {
      const { nodes } = await load(parent);
      choice.know(parent, nodes);
      return nodes;
    };
    return { node: ui.tree({ nodes: top.nodes, below, choice }), isEmpty: false };
  }

  async function show(step) {
    const back = ui.button('上一步', () => void show(step - 1));
    const next = ui.button('下一步', () => void forth(step), { primary: true });
    const finish = saveButton(
      tools,
      '完成',
      troubles,
      save,
      () => boot.runStarts === 'finish' && go('/ecology/sync/runs'),
    );
    if (step === 1 && tree === undefined) {
      holder.replaceChildren(ui.steps(STEPS, step), ui.loading());
      try {
        tree = await treeNode();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tree = { node: ui.empty(error.message), isEmpty: true };
      }
    }
    const body = [ui.form(settings.nodes), tree?.node, ui.form(schedule.nodes)][step];
    const buttons = [[next], [back, next], [back, finish]][step];
    holder.replaceChildren(ui.steps(STEPS, step), body, ui.formButtons(buttons));
  }

  async function forth(step) {
    if (step === 1 && (tree.isEmpty || choice.chosen().length === 0)) return ui.toast('error', '请选择同步范围');
    await show(step + 1);
  }

  async function save() {
    const { contact: _, ...values } = { ...settings.values(), ...schedule.values() };
    await api.save('people-sync/save', { ...values, scope: choice.chosen(), tag: loaded.tag });
  }

  await show(0);
  void greet(tools, troubles);
  return { nodes: [holder] };
}

export async function runsPage(tools) {
  const { ui, api, boot } = tools;
  const holder = h('div.runs');

  async function fill() {
    const { runs, running } = await api.load('people-sync/runs');
    const columns = [
      { name: '开始时间', of: ({ begun }) => begun },
      { name: '同步状态', of: ({ state }) => state },
      { name: '总人数', of: ({ total }) => total ?? '-' },
      { name: '已同步', of: ({ done }) => done ?? '-' },
      { name: '新增', of: ({ created }) => created ?? '-' },
      { name: '更新', of: ({ updated }) => updated ?? '-' },
      { name: '停用', of: ({ disabled }) => disabled ?? '-' },
      { name: '失败原因', of: ({ message }) => message ?? '' },
    ];
    holder.replaceChildren(ui.table({ columns, rows: runs }));
    if (running) setTimeout(() => holder.isConnected && void fill(), 700);
  }

  const start = ui.button('立即同步', async () => {
    if ((await ui.box({ title: '提示', text: '确定立即同步组织人员吗？', buttons: ['取消', '确定'] })) !== '确定')
      return;
    try {
      await api.save('people-sync/run');
      ui.toast('success', '已开始同步');
      await fill();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      ui.toast('error', error.message);
    }
  });
  await fill();
  return {
    nodes: [
      h(
        'div.page-bar',
        ...(boot.runStarts === 'button' ? [start] : []),
        ' ',
        ui.button('刷新', () => void fill()),
      ),
      holder,
    ],
  };
}

export async function peoplePage(tools) {
  const { ui, api } = tools;
  const holder = h('div.people');
  const options = [
    { value: 'all', label: '全部' },
    { value: 'active', label: '正常' },
    { value: 'disabled', label: '停用' },
  ];
  let state = 'all';
  const before = async (to) => {
    state = to;
    await fill(1);
    return true;
  };
  const filter = ui.item({ label: '人员状态', control: ui.control({ kind: 'select', value: state, options, before }) });

  async function fill(page) {
    const loaded = await api.load('people-sync/people', { page, state });
    const columns = [
      { name: '工号', of: ({ jobNumber }) => jobNumber },
      { name: '姓名', of: ({ name }) => name },
      { name: '手机号', of: ({ mobile }) => mobile },
      { name: '状态', of: (row) => row.state },
    ];
    const pager = ui.pager({ page: loaded.page, size: loaded.size, total: loaded.total, unit: '人', onPage: fill });
    holder.replaceChildren(ui.table({ columns, rows: loaded.rows }), pager);
  }

  await fill(1);
  return { nodes: [ui.form([filter.node]), holder] };
}
