import type { Deployment } from '../tenant.js';

/** A page of the console, as the procedure names it (`facts/official-procedure.zh.md`). */
export type ConsolePage = 'login' | 'integration' | 'callback' | 'people-sync' | 'categories';

/** How a field is read from a page and typed into it. `list`: comma-separated. `secret`: one of `SECRET_WORDS`, never the secret. */
export type FieldKind = 'text' | 'address' | 'choice' | 'switch' | 'number' | 'list' | 'secret' | 'categories';

export interface ConsoleField {
  page: ConsolePage;
  kind: FieldKind;
  /** The console's own word. */
  zh: string;
  en: string;
  /** Of a `choice` or `switch`: our value, and what the page calls it. */
  choices?: Record<string, string>;
  /** Whether the page may not show it, e.g. before the switch to E10. */
  optional?: true;
}

/** Where a page is found: menus from the top. The procedure itself spells them in more than one way. */
export const CONSOLE_PAGES: Record<Deployment, Partial<Record<ConsolePage, { zh: string; en: string }>>> = {
  private: {
    login: { zh: '登录', en: 'login' },
    integration: {
      zh: '契约锁管理平台 → 集成中心 → 集成管理 → 泛微ecology集成 → 集成配置信息',
      en: 'management console → integration centre → integrations → Weaver ecology → settings',
    },
    callback: {
      zh: '契约锁管理平台 → 集成登录 → 泛微ecology集成 → 编辑应用 → 回调地址',
      en: 'management console → integrations → Weaver ecology → edit application → callback address',
    },
    'people-sync': {
      zh: '契约锁管理平台 → 集成管理 → 泛微e-cology集成 → 组织人员同步',
      en: 'management console → integrations → Weaver e-cology → organisation and people sync',
    },
    categories: { zh: '业务分类（用印流程）→ 编辑 → 回调地址', en: 'business categories → edit → callback address' },
  },
  public: {
    login: { zh: '登录', en: 'login' },
    integration: {
      zh: '契约锁公有云 → 集成管理 → 泛微E-cology10集成',
      en: 'public cloud → integrations → Weaver E-cology10',
    },
  },
};

const ON_OFF = { true: '开启', false: '关闭' };

/** What a person does where the browser's session is over: captcha and the like are theirs (`facts/qiyuesuo.md` §5.3). */
export const LOGIN = 'console.login';

/** Every field that the procedure reads or fills in, by its name in plans and reports. */
export const CONSOLE_FIELDS: Readonly<Record<string, ConsoleField>> = {
  [LOGIN]: { page: 'login', kind: 'text', zh: '登录', en: 'log in' },
  'integration.oaVersion': {
    page: 'integration',
    kind: 'choice',
    zh: '泛微OA版本',
    en: 'OA version',
    choices: { E9: '泛微E9及以下版本', E10: '泛微E10' },
  },
  'integration.singleSignOn': {
    page: 'integration',
    kind: 'switch',
    zh: '开启单点登录',
    en: 'single sign-on',
    choices: ON_OFF,
  },
  'integration.oaAddress': { ...optional('泛微e-cology系统地址', 'address of the OA'), kind: 'address' },
  'integration.encryptionKey': { ...optional('加密密钥', 'encryption key'), kind: 'secret' },
  'integration.teamCode': optional('泛微团队识别码', 'team code'),
  'integration.syncSource': {
    ...optional('同步源', 'sync source'),
    kind: 'choice',
    choices: { https: 'https接口', database: '数据库' },
  },
  'integration.openPlatformAddress': {
    ...optional('泛微开放平台地址', 'address of the open platform'),
    kind: 'address',
  },
  'integration.appKey': optional('泛微开放平台的app_key', 'app_key of the open platform'),
  'integration.appSecret': {
    ...optional('泛微开放平台的app_secret', 'app_secret of the open platform'),
    kind: 'secret',
  },
  'integration.corpId': optional('泛微开放平台的corpId', 'corpId of the open platform'),
  'callback.page': {
    page: 'callback',
    kind: 'choice',
    zh: '回调页面',
    en: 'which callback page is in use',
    choices: { new: '新版回调', old: '旧版回调（切换为旧版回调）', global: '全局回调' },
  },
  'callback.url': { page: 'callback', kind: 'address', zh: '回调地址', en: 'callback address', optional: true },
  'people-sync.enabled': {
    page: 'people-sync',
    kind: 'switch',
    zh: '定时同步',
    en: 'scheduled sync',
    choices: ON_OFF,
  },
  'people-sync.scope': {
    page: 'people-sync',
    kind: 'list',
    zh: '同步范围（已选组织）',
    en: 'units that are chosen, comma-separated',
    optional: true,
  },
  'people-sync.schedule': {
    page: 'people-sync',
    kind: 'text',
    zh: '同步人员定时任务',
    en: 'schedule (cron)',
    optional: true,
  },
  'people-sync.tree': {
    page: 'people-sync',
    kind: 'list',
    zh: '组织架构中可见的组织',
    en: 'units that the tree shows, comma-separated; empty if it shows none',
    optional: true,
  },
  'people-sync.people': { page: 'people-sync', kind: 'number', zh: '启用的人员数', en: 'number of active people' },
  'people-sync.run': {
    page: 'people-sync',
    kind: 'text',
    zh: '确认无误后点击完成，开始同步',
    en: 'finish the wizard: the sync starts',
  },
  'people-sync.result': {
    page: 'people-sync',
    kind: 'choice',
    zh: '同步结果',
    en: 'how the sync ended',
    choices: { succeeded: '成功', failed: '失败' },
  },
  'people-sync.synchronised': {
    page: 'people-sync',
    kind: 'number',
    zh: '同步的人员数',
    en: 'people that were synchronised',
  },
  categories: {
    page: 'categories',
    kind: 'categories',
    zh: '全部业务分类及其回调地址',
    en: 'every category that has a callback address',
    optional: true,
  },
};

function optional(zh: string, en: string): ConsoleField {
  return { page: 'integration', kind: 'text', zh, en, optional: true };
}

const CATEGORY = 'category:';

/** The name under which a category's callback address stands in plans, orders and answers. */
export function categoryField(name: string): string {
  return `${CATEGORY}${name}`;
}

/** Undefined for any other field. */
export function categoryOf(field: string): string | undefined {
  return field.startsWith(CATEGORY) ? field.slice(CATEGORY.length) : undefined;
}

const BEFORE = 'before:';

/** What a field of the form showed right after the switch, before anything was typed into it. */
export function beforeField(field: string): string {
  return `${BEFORE}${field}`;
}

/** Undefined for what no page has. */
export function consoleField(field: string): ConsoleField | undefined {
  if (field.startsWith(BEFORE)) {
    const shown = consoleField(field.slice(BEFORE.length));
    return (
      shown && {
        ...shown,
        zh: `${shown.zh}（切换后、填写前）`,
        en: `${shown.en}, before it is filled in`,
        optional: true,
      }
    );
  }
  const category = categoryOf(field);
  if (category === undefined) return Object.hasOwn(CONSOLE_FIELDS, field) ? CONSOLE_FIELDS[field] : undefined;
  return { page: 'categories', kind: 'address', zh: `${category} · 回调地址`, en: 'callback address' };
}
