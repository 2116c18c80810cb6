import { sameAddress } from '../domain/addresses.js';
import { wantedCallback } from '../domain/callback.js';
import { says } from '../domain/findings.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { Sealed, UndoProof } from '../domain/outcomes.js';
import type { Step } from '../domain/steps.js';
import {
  ownedCallback,
  ownedCategory,
  ownedIntegration,
  ownedMode,
  ownedPeopleSync,
  type OursInPeopleSync,
} from '../domain/owned.js';
import type { CallbackSettings, Category, IntegrationFields, IntegrationWrite, OaVersion } from '../domain/settings.js';
import type { Tenant } from '../domain/tenant.js';
import { proveUndo, sortUndo, type OwnedValue } from '../domain/undo.js';
import { SECRET_FIELDS, wantedFields } from '../domain/wanted.js';
import type { Seal } from '../gateways/seal.js';
import { StepRefused } from './failures.js';
import { formBeforeFilling, oursIn } from './form-before.js';
import { readBack, saveSeen, settled } from './look-and-write.js';
import type { TenantInput } from './reads.js';
import { NOTHING_UNDONE, restorePage, type UndoResult } from './restore.js';
import { readPicture, secretFingerprints, Snapshot, SnapshotFields } from './snapshot.js';
import type { OpenSystems, Systems } from './systems.js';
import { undoConfigure } from './undo-configure.js';
import { provableForward, undoForward } from './undo-forward.js';

export interface UndoInput extends TenantInput {
  snapshot: Sealed;
  /** Fields that an operator chose to leave as they are. */
  leave: string[];
}

/** The undo of each step, in the words of the snapshot. Each tolerates that its step never happened, and is safe to run twice. */
export function createUndoActivities({ open, seal }: { open: OpenSystems; seal: Seal }) {
  return {
    async undoMode({ tenant, pages, snapshot, leave }: UndoInput): Promise<UndoResult> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      const { oaVersion, fields } = seal.open(snapshot, Snapshot).integration;
      return restorePage({
        what: 'integration',
        look: () => driver.readIntegration(),
        values: (seen) => ownedMode(oaVersion, seen.oaVersion),
        save: async (seen) => {
          // A page may store the switch back only together with its form, and empty that by itself.
          const form = driver.kind === 'browser' ? await oldForm(systems, oaVersion, fields) : undefined;
          return driver.switchMode(oaVersion, seen, form);
        },
        leave,
      });
    },

    /**
     * The picture that `undoConfigure` needs, where the step that keeps it was not reached. Null: the form shows nothing of ours, or
     * another version stands there. Refuses where it shows our values and there is nobody who knows what it held: another run has filled it
     * in. While E10 is chosen, a person still sees the form, and can put it back.
     */
    async pictureBeforeUndo({ tenant, pages, snapshot }: Omit<UndoInput, 'leave'>): Promise<Sealed | null> {
      const systems = open(tenant, pages);
      const driver = await systems.console();
      const found = await settled(
        () => driver.readIntegration(),
        ({ oaVersion }) => oaVersion === 'E10',
      );
      if (found.oaVersion !== 'E10') return null;
      const { fields } = seal.open(snapshot, Snapshot).integration;
      const seen = { snapshot: fields, found };
      const before = await formBeforeFilling(tenant, systems, driver, seen);
      if (before) return seal.seal(before);
      // The public cloud has one form: the way back empties it, and the proof sees it.
      const ours = found.deployment === 'public' ? [] : await oursIn(tenant, systems, driver, seen);
      if (ours.length > 0) throw filledByAnother(ours);
      return null;
    },

    async undoConfigure({ tenant, pages, before, leave }: UndoInput & { before: Sealed }): Promise<UndoResult> {
      return undoConfigure(tenant, open(tenant, pages), seal.open(before, SnapshotFields), leave);
    },

    async undoCallback({ tenant, pages, snapshot, leave }: UndoInput): Promise<UndoResult> {
      const before = seal.open(snapshot, Snapshot).callback;
      const wrote = wantedCallback(tenant);
      if (!before || !wrote) return NOTHING_UNDONE;
      const driver = await open(tenant, pages).console();
      return restorePage<CallbackSettings>({
        what: 'callback',
        look: () => driver.readCallback(),
        values: (seen) => ownedCallback(before, wrote, seen),
        save: (seen, restore) => {
          const back = (field: string) => restore.some((owned) => owned.field === field);
          const page = back('callback.page') ? before.page : seen.page;
          return driver.saveCallback({ ...seen, page, url: back('callback.url') ? before.url : seen.url }, seen);
        },
        leave,
      });
    },

    /**
     * The settings go back after the mode: the ids of the old scope are those of E9, and the switch back changes them once
     * more. A run that ran is reported, not undone.
     */
    async undoPeopleSync({
      tenant,
      pages,
      snapshot,
      ours,
      leave,
    }: UndoInput & { ours: OursInPeopleSync }): Promise<UndoResult> {
      const before = seal.open(snapshot, Snapshot).peopleSync;
      if (!before) return NOTHING_UNDONE;
      const driver = await open(tenant, pages).console();
      return restorePage({
        what: 'people-sync',
        look: () => driver.readPeopleSync(),
        values: (seen) => ownedPeopleSync(before, ours, seen),
        save: (seen, restore) => {
          const back = (field: string) => restore.some((owned) => owned.field === `people-sync.${field}`);
          const enabled = back('enabled') ? before.enabled : seen.enabled;
          const scope = back('scope') ? before.scope : seen.scope;
          return driver.savePeopleSync(
            { ...seen, enabled, scope, schedule: back('schedule') ? before.schedule : seen.schedule },
            seen,
          );
        },
        leave,
      });
    },

    async undoCategories({ tenant, pages, snapshot, leave }: UndoInput): Promise<UndoResult> {
      const driver = await open(tenant, pages).console();
      const { categories } = seal.open(snapshot, Snapshot);
      const values = (now: readonly Category[]): OwnedValue[] => {
        const byId = new Map(now.map((category) => [category.id, category]));
        return categories.map((category) =>
          ownedCategory(category, tenant.e10.address, byId.get(category.id)?.callback),
        );
      };
      const known = new Set(categories.map(({ id }) => id));
      const listed = await driver.listCategories(known);
      const { restore, foreign } = sortUndo(values(listed), leave);
      for (const { id, callback: old } of categories) {
        const field = `category:${id}`;
        const is = (category: Category): boolean => category.id === id;
        const category = listed.find(is);
        if (!category || !restore.some((owned) => owned.field === field)) continue;
        await saveSeen(
          {
            look: async () => (await driver.listCategories(new Set([id]))).find(is) ?? category,
            differing: ({ callback }) => (sameAddress(callback?.url, old.url) ? [] : [field]),
            save: (seen) => driver.saveCategoryCallback(seen, { ...seen.callback, url: old.url }),
          },
          category,
        );
      }
      const differing = (now: Category[]): string[] =>
        values(now)
          .filter(({ field, before, found }) => before !== found && restore.some((owned) => owned.field === field))
          .map(({ field }) => field);
      if (restore.length > 0) {
        await readBack({ what: 'categories', look: () => driver.listCategories(known), differing });
      }
      return { restored: restore.length, foreign, left: [] };
    },

    async undoForward({ tenant, pages, snapshot, leave }: UndoInput): Promise<UndoResult> {
      return undoForward(tenant, open(tenant, pages), seal.open(snapshot, Snapshot), leave);
    },

    /** Reads everything again that we own and compares it with the snapshot: the undo is proved, or says what is left. */
    async proveUndo(input: UndoInput & { steps: Step[]; ours: OursInPeopleSync }): Promise<UndoProof> {
      const systems = open(input.tenant, input.pages);
      const before = seal.open(input.snapshot, Snapshot);
      return settled(
        () => compareWithSnapshot(input, systems, before),
        ({ left }) => left.length === 0,
      );
    },
  };
}

function filledByAnother(fields: readonly string[]): StepRefused {
  const named = fields.join(', ');
  const what = says({
    en: `the form of E10 shows our values in ${named}, and only the run that filled it in knew what it held before: put it back by hand while it shows, then retry; skip leaves it as it is`,
    zh: `E10 表单的 ${named} 为我方填写的值，填写前的内容只有当时的运行知道：请趁表单仍显示时手工恢复，然后重试；跳过则保持不变`,
  });
  return new StepRefused({ code: 'FORM-FILLED-UNTOLD', ...what, subject: 'integration' });
}

/** The form as the snapshot has it; its secrets as far as there are references to them. */
async function oldForm(systems: Systems, oaVersion: OaVersion, before: IntegrationFields): Promise<IntegrationWrite> {
  const { encryptionKey: _key, appSecret: _secret, ...fields } = before;
  const secrets: IntegrationWrite['secrets'] = {};
  for (const field of SECRET_FIELDS) {
    const previous = await systems.previousSecret(field);
    const told = before[field];
    if (previous !== undefined && (told === undefined || told === fingerprint(previous))) secrets[field] = previous;
  }
  return { oaVersion, fields, secrets };
}

async function compareWithSnapshot(
  { tenant, steps, ours }: { tenant: Tenant; steps: Step[]; ours: OursInPeopleSync },
  systems: Systems,
  before: Snapshot,
): Promise<UndoProof> {
  const driver = await systems.console();
  const found = await readPicture(tenant, systems, driver);
  const filled = steps.includes('configure');
  const fields = wantedFields(tenant, await secretFingerprints(systems));
  const callback = wantedCallback(tenant);
  const byId = new Map(found.categories.map((category) => [category.id, category]));
  const values = [
    ...ownedMode(before.integration.oaVersion, found.integration.oaVersion),
    ...ownedIntegration(
      before.integration.fields,
      filled ? fields : before.integration.fields,
      found.integration.fields,
    ),
    ...(before.callback && found.callback && callback
      ? ownedCallback(before.callback, steps.includes('callback') ? callback : before.callback, found.callback)
      : []),
    ...(before.peopleSync && found.peopleSync ? ownedPeopleSync(before.peopleSync, ours, found.peopleSync) : []),
    ...before.categories.map((category) =>
      ownedCategory(category, tenant.e10.address, byId.get(category.id)?.callback),
    ),
    ...(await provableForward(tenant, systems, before, steps.includes('rewrite-categories'))),
  ];
  await driver.forget?.();
  const counted = values.filter(({ field }) => !isAccepted(tenant, field));
  return proveUndo(counted, driver.cannotEmpty);
}

function isAccepted(tenant: Tenant, field: string): boolean {
  return tenant.acceptUnrestorable.some((name) => field === `integration.${name}`);
}
