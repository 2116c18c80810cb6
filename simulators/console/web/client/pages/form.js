// A form of a page: its fields, its 保存, and the troubles that the server ordered for it.
import { h, sleep } from '../dom.js';
import { Refused } from '../api.js';

/** Troubles of a load by kind. */
export function troublesOf(list = []) {
  return {
    /** Of this field, where one is named; a trouble without a field is one of all fields. */
    of: (kind, field) => list.find((one) => one.kind === kind && [undefined, one.field ?? field].includes(field)),
  };
}

/**
 * Builds the items of the fields. `fields`: { key, label, kind, value, options, required, tip }.
 * Answers their nodes and a reader of the values.
 */
export function buildForm({ ui, boot }, fields, troubles) {
  const built = fields.map((field) => {
    const struck = (kind) => troubles.of(kind, field.key);
    const other = struck('other-kind');
    const options = field.options?.filter(
      ({ label }) => struck('option-missing') === undefined || label !== struck('option-missing').text,
    );
    const made = {
      ...field,
      options: options ?? [
        { value: 'true', label: '是' },
        { value: 'false', label: '否' },
      ],
      kind: other ? (other.text ?? 'text') : field.kind,
      label: labelOf(field, struck('label-renamed')),
      readOnly: struck('read-only') !== undefined,
    };
    const lateLabel = struck('late-labels');
    const lateValue = struck('late-values');
    const control = ui.control({ ...made, value: lateValue ? emptyOf(made.kind) : made.value });
    if (lateValue) setTimeout(() => control.set(made.value), lateValue.ms ?? 1500);
    const item = ui.item({ ...made, label: lateLabel ? '' : made.label, control, decoys: boot.decoys });
    if (lateLabel) setTimeout(() => item.setLabel(made.label), lateLabel.ms ?? 1500);
    if (struck('label-missing')) item.setLabel('');
    const nodes = [item.node];
    if (boot.decoys) nodes.unshift(ui.hiddenLabel(made.label));
    if (struck('label-twice'))
      nodes.push(ui.item({ ...made, control: ui.control({ ...made, value: emptyOf(made.kind) }) }).node);
    return { key: field.key, kind: field.kind, nodes, control };
  });
  const cut = troubles.of('half-page');
  const shown = cut ? built.slice(0, Math.ceil(built.length / 2)) : built;
  return {
    nodes: shown.flatMap(({ nodes }) => nodes),
    isWhole: cut === undefined,
    values: () => Object.fromEntries(built.map(({ key, kind, control }) => [key, plain(kind, control.get())])),
  };
}

/** 保存 with its dialogs: once clicked it waits for the answer and tells it. */
export function saveButton({ ui }, text, troubles, save, after) {
  const button = ui.button(
    text,
    async () => {
      const own = troubles.of('save-dialog');
      const unknown = troubles.of('save-dialog-unknown');
      const alerts = troubles.of('save-alert');
      if (
        own &&
        (await ui.box({
          title: '提示',
          text: own.text ?? '确定保存当前配置吗？',
          buttons: ['取消', '确定'],
          ms: own.ms,
        })) !== '确定'
      )
        return;
      if (
        unknown &&
        (await ui.box({
          title: '安全验证',
          text: unknown.text ?? '当前操作存在风险，是否继续？',
          buttons: ['取消', '继续'],
          ms: unknown.ms,
        })) !== '继续'
      )
        return;
      if (alerts) window.alert(alerts.text ?? '请确认已通知相关人员');
      ui.busy(button, true);
      try {
        await save();
        window.onbeforeunload = null;
        ui.toast('success', '保存成功');
        after?.();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        ui.toast('error', error.message);
      } finally {
        ui.busy(button, false);
      }
    },
    { primary: true, disabled: troubles.of('save-disabled') !== undefined },
  );
  return button;
}

/** Notices and dialogs that come with the page. */
export async function greet({ ui }, troubles) {
  if (troubles.of('guards-leaving')) window.onbeforeunload = (event) => event.preventDefault();
  const alerts = troubles.of('native-alert');
  if (alerts) setTimeout(() => window.alert(alerts.text ?? '系统将于今晚维护'), alerts.ms ?? 0);
  const notice = troubles.of('notice');
  const unknown = troubles.of('unknown-dialog');
  if (notice) {
    await sleep(notice.ms ?? 0);
    await ui.box({ title: '系统公告', text: notice.text ?? '平台将于本周六 02:00 升级', buttons: ['我知道了'] });
  }
  if (unknown) {
    await sleep(unknown.ms ?? 0);
    await ui.box({
      title: '温馨提示',
      text: unknown.text ?? '检测到新版本，是否立即体验？',
      buttons: ['暂不', '立即体验'],
    });
  }
}

/** What stands beside a form and has the words of its labels. */
export function besides({ ui, boot }, fields) {
  if (!boot.decoys) return [];
  const labels = fields.map(({ label }) => label);
  return [
    h(
      'div.help-panel',
      h('h4', '填写说明'),
      h(
        'ul',
        labels.slice(0, 3).map((label) => h('li', h('b', label), h('p', '请按照实施手册填写。'))),
      ),
    ),
    ui.table({
      columns: [
        { name: '修改时间', of: () => '2024-03-01 10:00:00' },
        { name: '操作人', of: () => '张*' },
        ...labels.slice(-2).map((name) => ({ name, of: () => '已修改' })),
      ],
      rows: [{}],
    }),
  ];
}

function labelOf({ label }, renamed) {
  return renamed ? (renamed.text ?? `${label}（新）`) : label;
}

function emptyOf(kind) {
  return kind === 'switch' ? false : '';
}

function plain(kind, value) {
  return kind === 'switch' ? value === true || value === 'true' : value;
}
