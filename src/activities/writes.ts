import { sameAddress } from '../domain/addresses.js';
import { wantedCallback } from '../domain/callback.js';
import { legacyCategories, movedCallback } from '../domain/categories.js';
import type { Category, IntegrationFields, IntegrationWrite } from '../domain/settings.js';
import type { Sealed } from '../domain/outcomes.js';
import type { Tenant } from '../domain/tenant.js';
import { differingFields, wantedFields, isSecretField } from '../domain/wanted.js';
import { Conflict } from '../gateways/errors.js';
import type { ConsoleDriver } from '../gateways/console/driver.js';
import type { Seal } from '../gateways/seal.js';
import { StepRefused } from './failures.js';
import { lookAndWrite, readBack, saveSeen } from './look-and-write.js';
import { readInMode } from './read-in-mode.js';
import type { TenantInput } from './reads.js';
import { secretFingerprints, Snapshot } from './snapshot.js';
import type { OpenSystems, Systems } from './systems.js';

/** How many effective writes an attempt made: 0 when everything was as wanted, be it by an earlier attempt of ours. */
export interface Written {
  written: number;
}

/** The steps that write in the console. Each is safe to run twice: look, compare, write the difference, read back. */
export function createWriteActivities({ open, seal }: { open: OpenSystems; seal: Seal }) {
  return {
    /** 将契约锁集成配置从e9切换成e10. A driver that stores switch and form together gets the form as well. */
    async switchMode({ tenant, pages }: TenantInput): Promise<Written> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      const written = await lookAndWrite({
        what: 'integration',
        look: () => driver.readIntegration(),
        differing: ({ oaVersion }) => (oaVersion === 'E10' ? [] : ['integration.oaVersion']),
        save: async (seen) => driver.switchMode('E10', seen, await form(tenant, systems, seen.fields)),
      });
      return { written };
    },

    /** 填写E10集成信息. */
    async configure({ tenant, pages }: TenantInput): Promise<Written> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      const wanted = wantedFields(tenant, await secretFingerprints(systems));
      const written = await lookAndWrite({
        what: 'integration',
        look: () => readInMode(driver, 'E10'),
        differing: (seen) => differingFields(seen, wanted).map((field) => `integration.${field}`),
        save: async (seen) => driver.saveIntegration(await form(tenant, systems, seen.fields), seen),
      });
      return { written };
    },

    /** 在契约锁添加全局回调, on the page that the version has. */
    async setCallback({ tenant, pages }: TenantInput): Promise<Written> {
      const wanted = wantedCallback(tenant);
      if (!wanted) {
        throw new StepRefused({ code: 'CALLBACK-PAGE-UNDECIDED', message: 'the callback page is undecided' });
      }
      const driver = await open(tenant, pages).console();
      const written = await lookAndWrite({
        what: 'callback',
        look: () => driver.readCallback(),
        differing: ({ page, url }) => [
          ...(page === wanted.page ? [] : ['callback.page']),
          ...(sameAddress(url, wanted.url) ? [] : ['callback.url']),
        ],
        save: (seen) => driver.saveCallback({ ...seen, ...wanted }, seen),
      });
      return { written };
    },

    /**
     * 用印流程回调地址调整, one category after the other. Needs no cursor: a new attempt lists again and finds what is moved
     * already. Ends with a list that is read afresh. Only categories of the snapshot: one that came later could not be undone.
     */
    async rewriteCategories({ tenant, pages, snapshot }: TenantInput & { snapshot: Sealed }): Promise<Written> {
      const driver = await open(tenant, pages).console();
      const known = new Set(seal.open(snapshot, Snapshot).categories.map(({ id }) => id));
      const toMove = (listed: readonly Category[]) => legacyCategories(listed).filter(({ id }) => known.has(id));
      const moved = new Map<string, string>();
      let written = 0;
      for (const category of toMove(await driver.listCategories(known))) {
        const wanted = category.callback && movedCallback(category.callback, tenant.e10.address);
        if (!wanted) continue;
        moved.set(category.id, wanted.url);
        const write = {
          look: () => findCategory(driver, category.id),
          differing: ({ callback }: Category) =>
            sameAddress(callback?.url, wanted.url) ? [] : [`category:${category.id}`],
          save: (seen: Category) => driver.saveCategoryCallback(seen, { ...seen.callback, url: wanted.url }),
        };
        written += await saveSeen(write, category);
      }
      await readBack({
        what: 'categories',
        look: () => driver.listCategories(new Set(moved.keys())),
        differing: (now) =>
          now.flatMap(({ id, callback }) => {
            const wanted = moved.get(id);
            return wanted === undefined || sameAddress(callback?.url, wanted) ? [] : [`category:${id}`];
          }),
      });
      return { written };
    },
  };
}

/** The whole form: what the page shows, with our values over it. Secrets as values, and only those that we own. */
async function form(tenant: Tenant, systems: Systems, shownFields: IntegrationFields): Promise<IntegrationWrite> {
  const { encryptionKey, appSecret } = await systems.secrets();
  const fields = { ...shownFields, ...wantedFields(tenant, {}) };
  const plain = Object.fromEntries(Object.entries(fields).filter(([field]) => !isSecretField(field)));
  return {
    oaVersion: 'E10',
    fields: plain as IntegrationWrite['fields'],
    secrets:
      tenant.qiyuesuo.deployment === 'public'
        ? {}
        : { encryptionKey, ...(appSecret === undefined ? {} : { appSecret }) },
  };
}

async function findCategory(driver: ConsoleDriver, id: string) {
  const found = (await driver.listCategories(new Set([id]))).find((category) => category.id === id);
  if (found) return found;
  throw new Conflict(
    { system: 'console', method: 'GET', path: '/categories' },
    { text: `category ${id} is gone: somebody removed it since` },
  );
}
