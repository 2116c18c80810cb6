// 集成配置信息 of the private cloud, and 泛微E-cology10集成 of the public one.
import { h, sleep } from '../dom.js';
import { Refused } from '../api.js';
import { besides, buildForm, greet, saveButton, troublesOf } from './form.js';

const VERSIONS = [
  { value: 'E9', label: '泛微E9及以下版本' },
  { value: 'E10', label: '泛微E10' },
];
const SOURCES = [
  { value: 'https', label: 'https接口' },
  { value: 'database', label: '数据库' },
];

const BOTH = [
  { key: 'singleSignOn', label: '开启单点登录', kind: 'switch' },
  { key: 'oaAddress', label: '泛微e-cology系统地址', kind: 'text', required: true },
  { key: 'encryptionKey', label: '加密密钥', kind: 'text', tip: true },
];
const ONLY_E10 = [
  { key: 'teamCode', label: '泛微团队识别码', kind: 'text' },
  { key: 'syncSource', label: '同步源', kind: 'radio', options: SOURCES },
  { key: 'openPlatformAddress', label: '泛微开放平台地址', kind: 'text' },
  { key: 'appKey', label: '泛微开放平台的app_key', kind: 'text' },
  { key: 'appSecret', label: '泛微开放平台的app_secret', kind: 'text', tip: true },
  { key: 'corpId', label: '泛微开放平台的corpId', kind: 'text' },
];
const PUBLIC = {
  E9: [
    { key: 'singleSignOn', label: '单点登录开关', kind: 'switch' },
    { key: 'oaAddress', label: '泛微E9地址', kind: 'text' },
  ],
  E10: [
    { key: 'singleSignOn', label: '单点登录开关', kind: 'switch' },
    { key: 'oaAddress', label: '泛微E10地址', kind: 'text' },
    { key: 'teamCode', label: '租户id', kind: 'text' },
  ],
};

const LATE_MS = 1500;

/** `only`: the public cloud has a page for each OA version. */
export async function integrationPage(tools, only) {
  const { api, ui, boot } = tools;
  const holder = h('div.integration');

  /** The form of the stored version, or of the one just chosen. */
  async function fill(version, justChosen = false) {
    const loaded = await api.load('integration/load', version ? { version } : {});
    const troubles = troublesOf(loaded.troubles);
    const own = only ? PUBLIC[loaded.version] : loaded.version === 'E10' ? [...BOTH, ...ONLY_E10] : BOTH;
    const select = {
      key: 'oaVersion',
      label: '泛微OA版本',
      kind: 'select',
      value: loaded.version,
      options: VERSIONS,
      before,
    };
    const withValues = own.map((field) => ({
      ...field,
      value: loaded.values[field.key] ?? (field.kind === 'switch' ? false : ''),
    }));
    const fields = only ? withValues : [select, ...withValues];
    const late = justChosen && loaded.version === 'E10' ? ONLY_E10.map(({ key }) => key) : [];
    const early = fields.filter(({ key }) => !late.includes(key));

    const form = buildForm(tools, early, troubles);
    const parts = [form];
    const button = saveButton(tools, '保存', troubles, save, () => setTimeout(() => void fill(loaded.version), 300));
    const node = ui.form([
      ...form.nodes,
      ...(form.isWhole ? [ui.formButtons([button, ui.button('取消', () => void fill())])] : []),
    ]);
    holder.replaceChildren(h('div.scrolls', node), ...besides(tools, own));
    if (late.length > 0) {
      await sleep(boot.lateFieldsMs);
      const more = buildForm(
        tools,
        fields.filter(({ key }) => late.includes(key)),
        troubles,
      );
      parts.push(more);
      form.nodes.at(-1).after(...more.nodes);
    }
    void greet(tools, troubles);

    async function save() {
      const { oaVersion: _, ...values } = Object.assign({}, ...parts.map((part) => part.values()));
      await api.save('integration/save', { ...values, version: loaded.version, tag: loaded.tag });
    }

    /** Choosing another OA version asks first; then the form is another one. */
    async function before(to) {
      if (to === loaded.version) return true;
      const [from, into] = [loaded.version, to].map((one) => one.toLowerCase());
      const text = `从${from}切换到${into}，请确保两个系统的人员信息一致，否则会导致人员数据错误，是否确认切换？`;
      const answer = await ui.box({
        title: '提示',
        text,
        buttons: ['取消', '确认切换'],
        ms: lateness(troubles.of('late-dialog')),
      });
      if (answer !== '确认切换') return false;
      if (boot.switchStores === 'on-confirm') {
        try {
          await api.save('integration/switch', { version: to });
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          ui.toast('error', error.message);
          return false;
        }
        ui.toast('success', '切换成功');
      }
      void fill(to, true);
      return true;
    }
  }

  await fill(only);
  return { nodes: [holder] };
}

function lateness(trouble) {
  return trouble ? (trouble.ms ?? LATE_MS) : 0;
}
