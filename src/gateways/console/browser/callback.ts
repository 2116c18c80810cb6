import { createHash } from 'node:crypto';
import type { CallbackSettings } from '../../../domain/settings.js';
import { askFor, fill, formOn, readBack, restFor, save, type Form } from './form.js';
import { listen } from './listen.js';
import type { CallbackPageMap, MapField, PageMap } from './page-map.js';
import { fieldsFor, isSame, misfits, readingsOf, type Readings } from './reading.js';
import type { Screen, Sight } from './screen.js';
import type { Trip } from './trip.js';
import type { Said } from './verdict.js';
import { clickEntry, failed, walkTo } from './walk.js';

type Which = CallbackSettings['page'];

const NAME = 'callback';
/** Which page is in use is read as one more field. */
const PAGE_FIELD: MapField = {
  kind: ['text'],
  secret: false,
  same: 'exact',
  optional: false,
  step: 1,
  locator: 'body',
};

/** 编辑应用 → 回调地址, on the page that the version has (`facts/official-procedure.zh.md`, step 3). */
export interface CallbackOperations {
  /** Of the map: where its session and its pages are. */
  first: CallbackPageMap;
  read(trip: Trip): Promise<CallbackSettings>;
  save(trip: Trip, wanted: CallbackSettings, seen: CallbackSettings): Promise<void>;
}

/** Undefined where the map has no callback page. `chosen`: the operator's page, for a version which has both. */
export function createCallback(pages: PageMap['pages'], chosen?: 'old' | 'global'): CallbackOperations | undefined {
  const { callbackNew, callbackOld, callbackGlobal } = pages;
  const isGlobal = callbackGlobal !== undefined && (chosen === 'global' || callbackOld === undefined);
  const first = isGlobal ? callbackGlobal : (callbackNew ?? callbackOld);
  const form = isGlobal ? callbackGlobal : callbackOld;
  if (!first || !form) return undefined;
  const main: CallbackPageMap = { ...first, save: form.save, fields: form.fields };
  const fields = fieldsFor(form.fields, undefined);
  const leaveBy = isGlobal ? undefined : callbackNew?.leaveBy;
  const ask = { ...askFor(fields), ...(leaveBy ? { entries: { leave: { texts: leaveBy } } } : {}) };
  const isNew = (sight: Sight): boolean => (sight.entries['leave']?.count ?? 0) > 0;

  async function open(trip: Trip): Promise<Form> {
    const rest = restFor(main, fields);
    const { screen, sight } = await walkTo(trip, NAME, main, {
      ask,
      until: (now) => isNew(now) || rest.until(now),
      restMs: (now) => (isNew(now) ? 0 : rest.restMs(now)),
    });
    try {
      return await asForm(trip, screen, sight);
    } catch (error) {
      await failed(trip, screen, NAME, main, error);
      throw error;
    }
  }

  async function asForm({ map }: Trip, screen: Screen, sight: Sight): Promise<Form> {
    const page: Which = isNew(sight) ? 'new' : isGlobal ? 'global' : 'old';
    screen.phase = 'check';
    if (page !== 'new') await formOn(screen, NAME, main, { sight, words: map.said });
    const own = page === 'new' ? {} : readingsOf(fields, sight.fields);
    const shown: [string, MapField][] = [['page', PAGE_FIELD], ...fields];
    return { name: NAME, page: main, screen, sight, fields: shown, readings: { url: '', ...own, page } };
  }

  async function openAsSeen(trip: Trip, seen: CallbackSettings): Promise<Form> {
    const opened = await open(trip);
    const now = settingsOf(opened.readings);
    if (now.etag !== seen.etag) {
      const changed = [...(now.page === seen.page ? [] : ['page']), ...(now.url === seen.url ? [] : ['url'])];
      throw opened.screen.trouble('changed-meanwhile', { fields: changed });
    }
    await trip.picture(opened.screen, NAME, main, 'before');
    return opened;
  }

  /** Follows the link to the other page, and confirms. That may store it already; nobody outside knows. */
  async function leave(trip: Trip, opened: Form, to: Which): Promise<Form> {
    const link = to === 'old' ? leaveBy : callbackOld?.backBy;
    const { screen } = opened;
    if (!link) throw screen.trouble('not-offered', { fields: [`page ${to}`] });
    const id = to === 'old' ? callbackNew?.dialog : callbackOld?.dialog;
    const allow = trip.map.dialogs.filter((dialog) => dialog.id === id);
    screen.phase = 'save';
    trip.gate.acting = true;
    screen.expect(allow);
    await clickEntry(screen, link);
    const arrived = (sight: Sight): boolean =>
      to === 'new' ? isNew(sight) : !isNew(sight) && misfits(fields, sight.fields).length === 0;
    const rest = restFor(main, fields);
    const sight = await screen.settle(ask, {
      until: arrived,
      allow,
      restMs: (now) => (to === 'new' ? 0 : rest.restMs(now)),
    });
    if (!arrived(sight)) throw screen.trouble('value-not-taken', { fields: ['page'] });
    return asForm(trip, screen, sight);
  }

  return {
    first: main,
    async read(trip) {
      const opened = await open(trip);
      await opened.screen.close();
      return settingsOf(opened.readings);
    },
    async save(trip, wanted, seen) {
      const opened = await openAsSeen(trip, seen);
      const before = opened.readings;
      const moves = wanted.page !== before['page'];
      const now = moves ? await leave(trip, opened, wanted.page) : opened;
      const url = wanted.page === 'new' ? undefined : (wanted.url ?? '');
      const target: Readings = { page: wanted.page, ...(url === undefined ? {} : { url }) };
      const same = !moves && fields.every(([key, field]) => isSame(field, before[key], target[key]));
      if (same) return now.screen.close();

      const ownFields: Form = { ...now, fields };
      if (url !== undefined) await fill(trip, ownFields, { url });
      // The new page has no address to fill in, and may have no button either.
      const said = url === undefined ? await saveIfOffered(trip, now) : await save(trip, ownFields);
      await now.screen.close();
      if (said.kind === 'login') throw now.screen.trouble('needs-login');
      await readBack(trip, now, { before, wanted: target, said, sides: false }, open);
    },
  };

  async function saveIfOffered(trip: Trip, { screen, sight }: Form): Promise<Said> {
    const { buttons } = await screen.settle({ ...ask, buttons: { save: main.save } });
    if (buttons['save']?.count !== 1 || !buttons['save'].enabled) return { kind: 'nothing' };
    return listen(trip, screen, ask, () =>
      screen.click(sight.frame, { what: 'button', texts: main.save }, 'save-disabled', main.save.join(' / ')),
    );
  }
}

function settingsOf(readings: Readings): CallbackSettings {
  const page = readings['page'] as Which;
  const url = typeof readings['url'] === 'string' && readings['url'] !== '' ? readings['url'] : null;
  const etag = createHash('sha256')
    .update(JSON.stringify([page, url]), 'utf8')
    .digest('hex')
    .slice(0, 16);
  return { page, url, etag, extra: {} };
}
