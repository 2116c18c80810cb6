import { sameAddress } from '../../../domain/addresses.js';
import { wantedCallback } from '../../../domain/callback.js';
import type { Finding } from '../../../domain/findings.js';
import { fingerprint } from '../../../domain/fingerprint.js';
import type {
  CallbackSettings,
  Category,
  Fingerprint,
  Integration,
  IntegrationField,
  IntegrationFields,
  OaVersion,
  PeopleSyncSettings,
} from '../../../domain/settings.js';
import type { SecretField, SecretRef, Tenant } from '../../../domain/tenant.js';
import { INTEGRATION_FIELDS, isSecretField, SECRET_FIELDS, shown } from '../../../domain/wanted.js';
import { listOf, type SecretWord, type Seen } from '../../../domain/work-orders/answers.js';
import { beforeField, categoryField, categoryOf } from '../../../domain/work-orders/console-fields.js';
import type { OrderTask } from '../../../domain/work-orders/work-order.js';
import { NOT_EMPTIED_ON_PAGES, type ConsoleDriver } from '../driver.js';
import { HandsNeeded } from './hands-needed.js';

/** The values of a tenant's secrets, to tell which of them a form is to be filled with; they stay in here. */
export interface KnownSecrets {
  wanted: Partial<Record<SecretField, string>>;
  previous: Partial<Record<SecretField, string>>;
}

/**
 * The console through a person's hands and eyes. What people said that the pages show is all that it knows: a read of what
 * nobody has looked at, and a read after something was to be written, throws `HandsNeeded` with everything to do on that trip;
 * with the answers it is asked again, finds things as wanted, and goes on. It never guesses and never sees a page itself.
 */
export function createManualDriver(tenant: Tenant, seen: Seen, secrets: KnownSecrets): ConsoleDriver {
  const isPrivate = tenant.qiyuesuo.deployment === 'private';
  const pending = new Map<string, OrderTask>();

  return {
    kind: 'manual',
    cannotEmpty: NOT_EMPTIED_ON_PAGES,
    async readIntegration() {
      look(firstLook());
      return integration();
    },
    async switchMode(to, _now, form) {
      set('integration.oaVersion', to);
      // What the page shows then is another form: as it was, if it is to be filled in now.
      const named = form ? beforeField : (field: string): string => field;
      for (const field of formFields().map(named)) {
        if (!form || !known(field)) pending.set(field, { field, do: 'read' });
      }
      if (!form) return;
      // The form and the callback are on the way: one trip does all three.
      setForm(form.fields, form.secrets);
      const callback = isPrivate ? wantedCallback(tenant) : undefined;
      if (callback) setCallback(callback);
    },
    async formBeforeFilling() {
      // A part of it would pass for a form that was empty otherwise.
      return formFields().map(beforeField).every(known) ? formOf(beforeField) : undefined;
    },
    async recallForm() {
      throw new HandsNeeded(reads(formFields().map(beforeField)), [FORM_FILLED]);
    },
    async saveIntegration({ fields, secrets: given }, now) {
      setForm(fields, given, now);
    },
    async readCallback() {
      look(firstLook());
      return { page: seen['callback.page'] as CallbackSettings['page'], url: text('callback.url') ?? null, ...COPY };
    },
    async saveCallback(wanted) {
      setCallback(wanted);
    },
    async readPeopleSync() {
      look(peopleSync());
      return {
        enabled: seen['people-sync.enabled'] === 'true',
        scope: listOf(seen['people-sync.scope'] ?? ''),
        schedule: seen['people-sync.schedule'] ?? '',
        ...COPY,
      };
    },
    async savePeopleSync({ enabled, scope, schedule }, now) {
      const wanted: Pick<PeopleSyncSettings, 'enabled' | 'schedule'> = { enabled, schedule };
      for (const [field, value] of Object.entries(wanted)) {
        if (value !== now[field as keyof typeof wanted]) set(`people-sync.${field}`, String(value));
      }
      if (scope.join() !== now.scope.join()) set('people-sync.scope', scope.join(', '));
    },
    /** Units are known by their names alone. Before the switch those that are chosen are all that anybody asks about. */
    async readOrganisation() {
      look(firstLook());
      if (seen['integration.oaVersion'] === 'E9') return { units: unitsOf('people-sync.scope') };
      look([...peopleSync(), 'people-sync.tree']);
      if (text('people-sync.tree') === undefined) throw new HandsNeeded(reads(['people-sync.tree']), [EMPTY_TREE]);
      return { units: unitsOf('people-sync.tree') };
    },
    async startPeopleSync(key) {
      if (seen['people-sync.run'] !== key) {
        throw new HandsNeeded([{ field: 'people-sync.run', do: 'start', value: key }, ...reads(RUN)]);
      }
      return { runId: key, state: 'running' };
    },
    async readSyncRun(runId) {
      look(RUN);
      const total = Number(seen['people-sync.synchronised']);
      return { runId, state: seen['people-sync.result'] === 'failed' ? 'failed' : 'succeeded', total, done: total };
    },
    async countPeople() {
      look(['people-sync.people']);
      const active = Number(seen['people-sync.people']);
      return { total: active, active };
    },
    async listCategories() {
      look(firstLook());
      return Object.keys(seen).flatMap((field) => {
        const name = categoryOf(field);
        return name === undefined ? [] : [category(name, seen[field] ?? '')];
      });
    },
    async saveCategoryCallback({ name }, { url }) {
      set(categoryField(name), url.split(/[?#]/)[0] ?? url);
    },
  };

  /** What the first trip reads, so that there is one of it. */
  function firstLook(): string[] {
    const ofPublic = ['integration.oaVersion', ...formFields()];
    return isPrivate ? [...ofPublic, 'callback.page', 'callback.url', ...peopleSync(), 'categories'] : ofPublic;
  }

  function formFields(): string[] {
    return (isPrivate ? INTEGRATION_FIELDS : PUBLIC_FIELDS).map((field) => `integration.${field}`);
  }

  /** Which may have changed with the switch, when only they are looked at again. */
  function peopleSync(): string[] {
    const settings = ['people-sync.enabled', 'people-sync.scope', 'people-sync.schedule', 'people-sync.people'];
    return seen['integration.oaVersion'] === 'E10' && known('categories')
      ? [...settings, 'people-sync.tree']
      : settings;
  }

  /** Everything of the trip at once: what was to be written and then read, or what nobody has looked at. */
  function look(fields: readonly string[]): void {
    if (pending.size > 0) throw new HandsNeeded([...pending.values()]);
    const unread = fields.filter((field) => !known(field));
    if (unread.length > 0) throw new HandsNeeded(reads(unread));
  }

  function reads(fields: readonly string[]): OrderTask[] {
    return fields.map((field) => ({ field, do: 'read' }));
  }

  function known(field: string): boolean {
    return seen[field] !== undefined;
  }

  function text(field: string): string | undefined {
    return seen[field] === '' ? undefined : seen[field];
  }

  function set(field: string, value: string): void {
    pending.set(field, { field, do: 'set', value });
  }

  function setCallback({ page, url }: Pick<CallbackSettings, 'page' | 'url'>): void {
    if (seen['callback.page'] !== page) set('callback.page', page);
    if (!sameAddress(text('callback.url'), url)) set('callback.url', url ?? '');
  }

  /** What differs from what the form shows, or all of it where that is not known. What is absent is cleared. */
  function setForm(
    fields: Partial<IntegrationFields>,
    given: Partial<Record<SecretField, string>>,
    now?: Integration,
  ): void {
    for (const name of formFields()) {
      const field = name.replace('integration.', '') as IntegrationField;
      if (isSecretField(field)) continue;
      const value = shown(fields[field]) ?? '';
      if (!now || value !== (shown(now.fields[field]) ?? '')) set(name, value);
    }
    for (const field of SECRET_FIELDS) {
      const value = given[field];
      if (value === undefined) continue;
      const word = wordOf(field, value);
      if (now && seen[`integration.${field}`] === word) continue;
      const ref = refOf(field, word);
      const secret = { word, ...(ref ? { ref } : {}) };
      pending.set(`integration.${field}`, { field: `integration.${field}`, do: 'set', secret });
    }
  }

  function wordOf(field: SecretField, value: string): 'wanted' | 'previous' | 'empty' {
    if (value === '') return 'empty';
    return value === secrets.previous[field] && value !== secrets.wanted[field] ? 'previous' : 'wanted';
  }

  /** Absent for 加密密钥 where the documented constant is meant. */
  function refOf(field: SecretField, word: 'wanted' | 'previous' | 'empty'): SecretRef | undefined {
    if (word === 'empty') return undefined;
    if (word === 'previous') return tenant.qiyuesuo.previous[field];
    return field === 'encryptionKey' ? tenant.encryptionKey : tenant.e10.appSecret;
  }

  function integration(): Integration {
    return {
      deployment: tenant.qiyuesuo.deployment,
      oaVersion: seen['integration.oaVersion'] as OaVersion,
      fields: formOf((field) => field),
      etag: COPY.etag,
    };
  }

  /** The form as it stands under these names. */
  function formOf(named: (field: string) => string): IntegrationFields {
    const fields = INTEGRATION_FIELDS.flatMap((field): [string, unknown][] => {
      const name = named(`integration.${field}`);
      const value = isSecretField(field) ? secretSeen(field, seen[name]) : text(name);
      return value === undefined ? [] : [[field, value]];
    });
    return { ...Object.fromEntries(fields), singleSignOn: seen[named('integration.singleSignOn')] === 'true' };
  }

  function secretSeen(field: SecretField, said: string | undefined): Fingerprint | null | undefined {
    const word = said as SecretWord | '' | undefined;
    switch (word) {
      case 'wanted':
      case 'previous': {
        const value = secrets[word][field];
        return value === undefined ? UNKNOWN_SECRET : fingerprint(value);
      }
      case 'other':
        return UNKNOWN_SECRET;
      case 'empty':
        return null;
      default:
        return undefined;
    }
  }

  function unitsOf(field: string) {
    return listOf(seen[field] ?? '').map((name) => ({ id: name, name }));
  }
}

/** Of what a page shows by now there is one copy: what people said last. */
const COPY = { etag: 'read by a person', extra: {} };

/** Of a secret that is neither ours nor the one that the file knows. */
const UNKNOWN_SECRET = 'another';

/** A person can do something about it at once, and look again; rejecting the order ends the step. */
const EMPTY_TREE: Finding = {
  code: 'PEOPLE-TREE-EMPTY',
  severity: 'warning',
  message:
    'the tree shows no organisation of E10: check address, app_key, app_secret and corpId on the page, and look again',
  zh: '组织树中没有 E10 的组织：请核对页面上的地址、app_key、app_secret 和 corpId，然后重新查看',
  subject: 'people-sync',
};

/** The order of that trip asked for it, and was never confirmed. */
const FORM_FILLED: Finding = {
  code: 'FORM-FILLED-UNTOLD',
  severity: 'warning',
  message:
    'the form was filled in on a trip that was not confirmed: what did it show after the switch, before that? It is put back so; say empty for a field that was',
  zh: '表单是在未确认的一次操作中填写的：切换之后、填写之前显示的是什么？将据此恢复；原本为空的字段请填“空”',
  subject: 'integration',
};

const PUBLIC_FIELDS = ['singleSignOn', 'oaAddress', 'teamCode'] as const;
const RUN = ['people-sync.result', 'people-sync.synchronised', 'people-sync.people'];

function category(name: string, url: string): Category {
  return { id: name, name, state: 'enabled', callback: url === '' ? null : { url }, etag: COPY.etag };
}
