import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../domain/canonical-json.js';
import type { Integration, IntegrationFields, IntegrationWrite, OaVersion } from '../../../domain/settings.js';
import type { Tenant } from '../../../domain/tenant.js';
import { INTEGRATION_FIELDS, isSecretField } from '../../../domain/wanted.js';
import { setField, type Target } from './fields.js';
import {
  askFor,
  fill,
  formOn,
  modeOf,
  openForm,
  readBack,
  refuseMasks,
  restFor,
  save,
  type Form,
  type Kept,
} from './form.js';
import { listen } from './listen.js';
import type { Notes } from './notes.js';
import type { IntegrationPage, MapField } from './page-map.js';
import { fieldsFor, MASKED, misfits, type Readings } from './reading.js';
import type { Sight } from './screen.js';
import type { Trip } from './trip.js';
import type { Said } from './verdict.js';

const PAGE = 'integration';

/** 集成配置信息, or in the public cloud 泛微E-cology10集成: reads, switches and saves it. */
export interface IntegrationOperations {
  read(trip: Trip): Promise<Integration>;
  switchMode(trip: Trip, to: OaVersion, seen: Integration, form?: IntegrationWrite): Promise<void>;
  save(trip: Trip, write: IntegrationWrite, seen: Integration): Promise<void>;
}

export interface IntegrationDeps {
  tenant: Tenant;
  page: IntegrationPage;
  notes: Notes;
  run: string;
}

export function createIntegration({ tenant, page, notes, run }: IntegrationDeps): IntegrationOperations {
  const { deployment } = tenant.qiyuesuo;
  const open = (trip: Trip): Promise<Form> => openForm(trip, PAGE, page);

  function integrationOf(form: Form): Integration {
    const fields = fieldsOf(form.readings);
    const oaVersion = page.emptyMeansE9 ? (isEmpty(fields) ? 'E9' : 'E10') : modeOf(page, form.sight);
    if (oaVersion === undefined && page.fields.oaVersion) {
      throw form.screen.trouble('page-busy', { fields: ['oaVersion'], text: 'it shows no version' });
    }
    // A page without the choice belongs to E10 alone.
    const told = { deployment, oaVersion: oaVersion ?? 'E10', fields };
    return { ...told, etag: createHash('sha256').update(canonicalJson(told), 'utf8').digest('hex').slice(0, 16) };
  }

  /** Opens the form, and refuses where it is not as it was seen. */
  async function openAsSeen(trip: Trip, seen: Integration): Promise<Form> {
    const form = await open(trip);
    const now = integrationOf(form);
    if (now.etag !== seen.etag) {
      throw form.screen.trouble('changed-meanwhile', { fields: differing(now, seen) });
    }
    await trip.picture(form.screen, PAGE, page, 'before');
    return form;
  }

  async function saveForm(
    trip: Trip,
    form: Form,
    wanted: Record<string, Target>,
    how: Pick<Kept, 'before' | 'sides' | 'judged'>,
    to?: OaVersion,
  ) {
    const readings = await fill(trip, form, wanted);
    if (!page.maskMayBeSaved) refuseMasks(form);
    const said = await save(trip, form);
    await form.screen.close();
    if (said.kind === 'login') throw form.screen.trouble('needs-login');
    const version = to === undefined ? {} : { oaVersion: to };
    await readBack(trip, form, { ...how, wanted: { ...readings, ...version }, said }, open);
  }

  /** Chooses the version, confirms, and waits until the form of that version stands there. */
  async function choose(trip: Trip, form: Form, to: OaVersion): Promise<{ sight: Sight; said: Said }> {
    const { screen } = form;
    const field = versionField(page);
    const shown = fieldsFor(page.fields, to);
    const dialogs = trip.map.dialogs.filter(({ id }) => id === field.dialog);
    screen.phase = 'fill';
    const asked = askFor(shown);
    // The dialog may store by itself, so this is the moment of a write.
    const act = async (): Promise<void> => {
      trip.gate.acting = true;
      screen.expect(dialogs);
      await setField(screen, form.sight, 'oaVersion', field, to);
      if (dialogs.length > 0) await confirmed(trip, form, dialogs, to);
    };
    const stores = page.switchStores === 'on-confirm';
    let said: Said = { kind: 'nothing' };
    if (stores) {
      screen.phase = 'save';
      said = await listen(trip, screen, asked, act);
      if (said.kind === 'login') throw screen.trouble('needs-login');
    } else {
      await act();
    }
    const { restMs } = restFor(page, shown);
    const until = (sight: Sight): boolean => modeOf(page, sight) === to && misfits(shown, sight.fields).length === 0;
    const sight = await screen.settle(asked, { until, allow: dialogs, restMs });
    if (modeOf(page, sight) !== to) throw screen.trouble('value-not-taken', { fields: ['oaVersion'] });
    return { sight, said };
  }

  /** Waits until the dialog of the switch was answered, or until the choice has taken without one. */
  async function confirmed(trip: Trip, form: Form, dialogs: typeof trip.map.dialogs, to: OaVersion): Promise<void> {
    const ask = askFor(fieldsFor(page.fields, undefined));
    await form.screen.settle(ask, { allow: dialogs, until: (sight) => modeOf(page, sight) === to });
  }

  async function switchByChoice(trip: Trip, to: OaVersion, seen: Integration, write?: IntegrationWrite): Promise<void> {
    const form = await openAsSeen(trip, seen);
    const before = form.readings;
    const { sight, said } = await choose(trip, form, to);
    if (page.switchStores === 'on-confirm') {
      await trip.picture(form.screen, PAGE, page, 'said');
      await form.screen.close();
      const kept = { before: only(before), wanted: { oaVersion: to }, said, sides: false };
      await readBack(trip, form, kept, open);
      return;
    }
    const chosen = await formOn(form.screen, PAGE, page, { mode: to, sight });
    if (write && to === 'E10')
      await notes.write(tenant.id, { ...(await notes.read(tenant.id, run)), formBefore: fieldsOf(chosen.readings) });
    // What came with the switch has its own picture of before; the version is from before the switch.
    const wanted = write ? targetsOf(write) : {};
    // Where the old version still stands nothing was kept: its form has other fields.
    const judged = (read: Form): Form['fields'] =>
      modeOf(page, read.sight) === to ? read.fields : read.fields.filter(([key]) => key === 'oaVersion');
    const how = { before: { ...chosen.readings, ...only(before) }, sides: false, judged };
    await saveForm(trip, chosen, wanted, how, to);
  }

  /** The public cloud's page: filled in is E10, emptied is E9. */
  async function switchByFilling(
    trip: Trip,
    to: OaVersion,
    seen: Integration,
    write?: IntegrationWrite,
  ): Promise<void> {
    const form = await openAsSeen(trip, seen);
    if (to === 'E10' && !write)
      throw form.screen.trouble('not-offered', { text: 'the page is opened by filling it in' });
    if (to === 'E10') await notes.write(tenant.id, { ...(await notes.read(tenant.id, run)), formBefore: seen.fields });
    const wanted = to === 'E10' && write ? targetsOf(write) : emptied(form);
    await saveForm(trip, form, wanted, { before: form.readings, sides: true });
  }

  return {
    async read(trip) {
      const form = await open(trip);
      const read = integrationOf(form);
      await form.screen.close();
      return read;
    },
    switchMode: page.emptyMeansE9 ? switchByFilling : switchByChoice,
    async save(trip, write, seen) {
      const form = await openAsSeen(trip, seen);
      const mode = modeOf(page, form.sight);
      if (mode !== undefined && mode !== write.oaVersion) {
        throw form.screen.trouble('changed-meanwhile', { fields: ['oaVersion'] });
      }
      await saveForm(trip, form, targetsOf(write, form), { before: form.readings, sides: true });
    },
  };
}

/** What is absent in the write was never filled in, so it is emptied; a secret that is absent stays as it is. */
function targetsOf({ fields, secrets }: IntegrationWrite, form?: Form): Record<string, Target> {
  const targets: Record<string, Target> = {};
  for (const name of INTEGRATION_FIELDS) {
    const value = isSecretField(name) ? secrets[name] : fields[name];
    const isText = form?.fields.some(([key]) => key === name) && form.sight.fields[name]?.kind === 'text';
    if (value !== undefined) targets[name] = value;
    else if (isText && !isSecretField(name)) targets[name] = '';
  }
  return targets;
}

function emptied({ fields, sight }: Form): Record<string, Target> {
  return Object.fromEntries(
    fields.flatMap(([key]): [string, Target][] => {
      const kind = sight.fields[key]?.kind;
      return kind === 'switch' ? [[key, false]] : kind === 'text' ? [[key, '']] : [];
    }),
  );
}

/** An empty text is a field that was never filled in; a masked secret is there, and hidden. */
function fieldsOf(readings: Readings): IntegrationFields {
  const fields: Record<string, unknown> = { singleSignOn: readings['singleSignOn'] === true };
  for (const name of INTEGRATION_FIELDS) {
    const value = readings[name];
    if (name === 'singleSignOn' || value === undefined || value === MASKED) continue;
    if (value !== '') fields[name] = value;
    else if (isSecretField(name)) fields[name] = null;
  }
  return fields as unknown as IntegrationFields;
}

function isEmpty({ singleSignOn, ...others }: IntegrationFields): boolean {
  return !singleSignOn && Object.values(others).every((value) => value === null);
}

function differing(now: Integration, seen: Integration): string[] {
  const version = now.oaVersion === seen.oaVersion ? [] : ['oaVersion'];
  const fields = INTEGRATION_FIELDS.filter((name) => (now.fields[name] ?? null) !== (seen.fields[name] ?? null));
  return [...version, ...fields];
}

function only({ oaVersion }: Readings): Readings {
  return oaVersion === undefined ? {} : { oaVersion };
}

function versionField(page: IntegrationPage): MapField {
  const field = page.fields['oaVersion'];
  if (field === undefined) throw new Error('a page map without emptyMeansE9 needs the field oaVersion');
  return field;
}
