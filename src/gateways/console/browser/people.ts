import { createHash } from 'node:crypto';
import { sameScope } from '../../../domain/people.js';
import type { PeopleSyncSettings, Unit } from '../../../domain/settings.js';
import { TREE_EMPTY, type Organisation, type PeopleCount } from '../driver.js';
import { fieldAsk, type LookAsk, type LookSeen } from './engine.js';
import { setField, type Target } from './fields.js';
import { askFor, refuseMisfits, restFor } from './form.js';
import { listen } from './listen.js';
import type { MapField, PeoplePage } from './page-map.js';
import { fieldsFor, readingsOf, type Readings } from './reading.js';
import { runsOf, type RunSeen } from './runs.js';
import type { Screen, Sight } from './screen.js';
import type { Trip } from './trip.js';
import { warningOf, type Said } from './verdict.js';
import { failed, walkTo } from './walk.js';

const NAME = 'people';
const DEEPEST = 30;
const SEPARATOR = ' / ';

/** 组织人员同步: the wizard of settings, tree and schedule; the list of runs; the number of people. */
export interface PeopleOperations {
  look(trip: Trip): Promise<PeopleLook>;
  save(trip: Trip, wanted: PeopleSyncSettings, seen: PeopleSyncSettings): Promise<void>;
  /** The runs that the page lists. */
  runs(trip: Trip): Promise<RunSeen[]>;
  /** Starts a run by the page's button, or by finishing the wizard where it has none. */
  start(trip: Trip): Promise<Said>;
  count(trip: Trip): Promise<PeopleCount>;
}

/** What one walk through the wizard saw. */
export interface PeopleLook {
  /** Throws where the page shows no tree: an unknown scope is never an empty one. */
  settings(): PeopleSyncSettings;
  organisation: Organisation;
}

type Tree = NonNullable<LookSeen['tree']>;

/** The wizard while it is walked: what its steps showed so far. */
interface Walked {
  screen: Screen;
  readings: Readings;
  tree: Tree;
  reason: string | undefined;
  /** Whether the last step, with the button to finish, stands there. */
  atEnd: boolean;
}

export function createPeople(page: PeoplePage): PeopleOperations {
  const all = fieldsFor(page.fields, undefined);
  const last = Math.max(page.tree.step, ...all.map(([, { step }]) => step));
  const on = (step: number): [string, MapField][] => all.filter(([, field]) => field.step === step);
  const buttons = { next: page.next, finish: page.finish };

  /**
   * Walks the wizard from its first step as far as it goes. `change` may set something on a step before it is left. Without a tree, or
   * with nothing chosen in it, a wizard may not go on: then the later steps are not read.
   */
  async function walk(
    trip: Trip,
    change?: (step: number, screen: Screen, sight: Sight) => Promise<void>,
  ): Promise<Walked> {
    const first = on(1);
    const rest = restFor(page, first);
    const { screen, sight } = await walkTo(trip, NAME, page, { ask: { ...askFor(first), buttons }, ...rest });
    const walked: Walked = { screen, readings: {}, tree: [], reason: undefined, atEnd: false };
    try {
      let now = sight;
      for (let step = 1; step <= last; step++) {
        now = await settleStep(screen, step, walked, now);
        await change?.(step, screen, now);
        if (change)
          Object.assign(walked.readings, readingsOf(on(step), (await screen.look(askFor(on(step))))?.fields ?? {}));
        if (step === last) break;
        if (!(await goOn(screen, step, now))) return walked;
      }
      walked.atEnd = true;
      return walked;
    } catch (error) {
      await failed(trip, screen, NAME, page, error);
      throw error;
    }
  }

  async function settleStep(screen: Screen, step: number, walked: Walked, arrived: Sight): Promise<Sight> {
    screen.phase = 'check';
    const fields = on(step);
    let sight = arrived;
    if (step > 1 && fields.length > 0)
      sight = await screen.settle({ ...askFor(fields), buttons }, restFor(page, fields));
    if (fields.length > 0) refuseMisfits(screen, fields, sight);
    Object.assign(walked.readings, readingsOf(fields, sight.fields));
    if (step !== page.tree.step) return sight;
    const seen = await wholeTree(screen, fields);
    walked.tree = seen.tree ?? [];
    walked.reason = walked.tree.length > 0 ? undefined : seen.said.find(({ text }) => isEmptyWord(text))?.text;
    return seen;
  }

  /** Opens nodes until none is closed: units are loaded as they are opened. */
  async function wholeTree(screen: Screen, fields: [string, MapField][]): Promise<Sight> {
    const ask: LookAsk = { ...askFor(fields), buttons, words: page.tree.empty };
    const there = (sight: Sight): boolean =>
      (sight.tree?.length ?? 0) > 0 || sight.said.some(({ text }) => isEmptyWord(text));
    let sight = await screen.settle({ ...ask, tree: { expand: false } }, { until: there });
    for (let depth = 0; depth < DEEPEST && sight.tree?.some(({ open }) => open === 'closed'); depth++) {
      await screen.look({ tree: { expand: true } });
      sight = await screen.settle({ ...ask, tree: { expand: false } }, { until: there });
    }
    return sight;
  }

  function isEmptyWord(text: string): boolean {
    return page.tree.empty.some((word) => text.includes(word));
  }

  /** Undone where the page does not go on: nothing is chosen. */
  async function goOn(screen: Screen, step: number, { frame }: Sight): Promise<boolean> {
    await screen.click(frame, { what: 'button', texts: page.next }, 'label-missing', page.next.join(SEPARATOR));
    const fields = on(step + 1);
    const ask: LookAsk = { ...askFor(fields), buttons, tree: { expand: false }, words: page.tree.empty };
    const isTree = step + 1 === page.tree.step;
    const isThere = (sight: Sight): boolean => {
      if (isTree) return (sight.tree?.length ?? 0) > 0 || sight.said.some(({ text }) => isEmptyWord(text));
      return fields.some(([key]) => sight.fields[key]?.controls === 1) || sight.buttons['finish']?.count === 1;
    };
    const patienceMs = isTree ? undefined : 4_000;
    const sight = await screen.settle(ask, { until: isThere, ...(patienceMs === undefined ? {} : { patienceMs }) });
    return isThere(sight);
  }

  async function finish(trip: Trip, { screen, atEnd, reason }: Walked): Promise<Said> {
    if (!atEnd) throw screen.trouble('not-offered', { text: reason ?? 'the wizard does not go on to its end' });
    const asked = { ...askFor(on(last)), buttons };
    const { frame, buttons: shown } = await screen.settle(asked);
    if (shown['finish']?.count !== 1) throw screen.trouble('label-missing', { fields: page.finish });
    if (!shown['finish'].enabled) throw screen.trouble('save-disabled', { fields: page.finish });
    screen.phase = 'save';
    await trip.picture(screen, NAME, page, 'filled');
    const said = await listen(trip, screen, asked, () =>
      screen.click(frame, { what: 'button', texts: page.finish }, 'save-disabled', page.finish.join(SEPARATOR)),
    );
    await trip.picture(screen, NAME, page, 'said');
    if (said.kind === 'login') throw screen.trouble('needs-login');
    await screen.close();
    return said;
  }

  async function openRuns(trip: Trip): Promise<{ screen: Screen; sight: Sight }> {
    const { path, total, done, created, updated, disabled, failed: failures, state, started, start } = page.runs;
    const columns = { state, total, done, created, updated, disabled, failed: failures };
    const more = Object.fromEntries(Object.entries(columns).filter((entry): entry is [string, string[]] => !!entry[1]));
    const ask: LookAsk = { table: { row: started, more, next: [] }, buttons: { start } };
    const opened = await walkTo(trip, NAME, page, { ask, path, until: ({ table }) => table !== null });
    opened.screen.phase = 'check';
    if (opened.sight.table === null) throw opened.screen.trouble('label-missing', { fields: started });
    return opened;
  }

  return {
    async look(trip) {
      const walked = await walk(trip);
      await walked.screen.close();
      const { tree, reason } = walked;
      const why = tree.length === 0 && reason !== undefined ? { reason: trip.mask(reason) } : {};
      return { settings: () => settingsOf(walked), organisation: { units: unitsOf(tree), ...why } };
    },
    async save(trip, wanted, seen) {
      const now = await walk(trip);
      await now.screen.close();
      const found = settingsOf(now);
      if (found.etag !== seen.etag) throw now.screen.trouble('changed-meanwhile', { fields: differing(found, seen) });
      const targets: Record<string, Target> = {
        enabled: wanted.enabled,
        ...(wanted.schedule === '' ? {} : { schedule: wanted.schedule }),
        ...(wanted.includePeople === undefined ? {} : { includePeople: wanted.includePeople }),
      };
      const walked = await walk(trip, async (step, screen, sight) => {
        screen.phase = 'fill';
        for (const [key, field] of on(step)) {
          const to = targets[key];
          const from = readingsOf([[key, field]], sight.fields)[key];
          if (to !== undefined && from !== undefined && from !== to) await setField(screen, sight, key, field, to);
        }
        if (step === page.tree.step && !sameScope(scopeOf(sight.tree ?? []), wanted.scope)) {
          await tick(screen, sight, wanted.scope);
        }
      });
      const said = await finish(trip, walked);
      await settingsKept(trip, wanted, found, said);
    },
    async runs(trip) {
      const { screen, sight } = await openRuns(trip);
      await screen.close();
      return runsOf(page.runs, sight.table);
    },
    async start(trip) {
      const { screen, sight } = await openRuns(trip);
      if (sight.buttons['start']?.count !== 1) {
        await screen.close();
        return finish(trip, await walk(trip));
      }
      if (!sight.buttons['start'].enabled) throw screen.trouble('save-disabled', { fields: page.runs.start });
      screen.phase = 'save';
      const said = await listen(trip, screen, {}, () =>
        screen.click(
          sight.frame,
          { what: 'button', texts: page.runs.start },
          'save-disabled',
          page.runs.start.join(SEPARATOR),
        ),
      );
      if (said.kind === 'login') throw screen.trouble('needs-login');
      await screen.close();
      return said;
    },
    async count(trip) {
      const { path, total: pattern, active, choose } = page.counts;
      const ask: LookAsk = {
        table: { row: [], more: {}, total: pattern, next: [] },
        ...(active ? { fields: { active: fieldAsk(active) } } : {}),
      };
      const known = (sight: Sight): boolean => typeof sight.total === 'number';
      const { screen, sight } = await walkTo(trip, NAME, page, { ask, path, until: known });
      screen.phase = 'check';
      if (!known(sight)) throw screen.trouble('rows-missing', { text: pattern });
      const total = sight.total ?? 0;
      if (!active || choose === undefined || sight.fields['active']?.controls !== 1) {
        await screen.close();
        return { total, active: total };
      }
      await setField(screen, sight, 'active', active, choose);
      const chosen = await screen.settle(ask, { until: known });
      await screen.close();
      return { total, active: chosen.total ?? total };
    },
  };

  /** Ticks and unticks until exactly the wanted units are chosen; a unit stands for everything below it. */
  async function tick(screen: Screen, { frame }: Sight, wanted: readonly string[]): Promise<void> {
    const ask: LookAsk = { tree: { expand: false } };
    for (const turn of ['off', 'on'] as const) {
      const tree = (await screen.settle(ask)).tree ?? [];
      const chosen = scopeOf(tree);
      const missing = wanted.filter((id) => !tree.some(({ path }) => idOf(path) === id));
      if (missing.length > 0) throw screen.trouble('option-missing', { fields: missing });
      const ids =
        turn === 'off' ? chosen.filter((id) => !wanted.includes(id)) : wanted.filter((id) => !chosen.includes(id));
      for (const id of ids) {
        const { path } = tree.find((node) => idOf(node.path) === id) ?? { path: [] };
        await screen.click(frame, { what: 'tree-box', path }, 'option-ambiguous', id);
      }
    }
    const now = scopeOf((await screen.settle(ask)).tree ?? []);
    if (!sameScope(now, wanted)) throw screen.trouble('value-not-taken', { fields: ['scope'] });
  }

  async function settingsKept(
    trip: Trip,
    wanted: PeopleSyncSettings,
    before: PeopleSyncSettings,
    said: Said,
  ): Promise<void> {
    let { screen, ...walked } = await walk(trip);
    screen.phase = 'read-back';
    await trip.picture(screen, NAME, page, 'after');
    let now = settingsOf({ screen, ...walked });
    await screen.close();
    if (differing(now, wanted).length > 0) {
      // One unequal look proves nothing yet: it may be an old copy.
      ({ screen, ...walked } = await walk(trip));
      screen.phase = 'read-back';
      now = settingsOf({ screen, ...walked });
      await screen.close();
    }
    const left = differing(now, wanted);
    if (left.length === 0) {
      const warning = warningOf(said);
      if (warning !== undefined) trip.warn({ page: NAME, text: warning });
      return;
    }
    const text = said.text === undefined ? {} : { text: said.text };
    if (differing(now, before).length > 0) throw screen.trouble('partly-kept', { fields: left, ...text });
    const code = {
      ok: 'not-kept',
      error: 'save-rejected',
      busy: 'busy',
      denied: 'no-right',
      login: 'needs-login',
      nothing: 'answer-lost',
    } as const;
    throw screen.trouble(code[said.kind], { fields: left, ...text });
  }
}

function settingsOf({ screen, readings, tree, reason }: Walked): PeopleSyncSettings {
  if (tree.length === 0) throw screen.trouble(TREE_EMPTY, reason === undefined ? {} : { text: reason });
  const enabled = readings['enabled'] === true;
  const scope = scopeOf(tree);
  // Where nothing is chosen the wizard may not lead to its schedule.
  const schedule = typeof readings['schedule'] === 'string' ? readings['schedule'] : '';
  const people = readings['includePeople'];
  const told = { enabled, scope, schedule, ...(typeof people === 'boolean' ? { includePeople: people } : {}) };
  const etag = createHash('sha256').update(JSON.stringify(told), 'utf8').digest('hex').slice(0, 16);
  return { ...told, etag, extra: {} };
}

function differing(one: PeopleSyncSettings, other: PeopleSyncSettings): string[] {
  return [
    ...(one.enabled === other.enabled ? [] : ['enabled']),
    ...(sameScope(one.scope, other.scope) ? [] : ['scope']),
    ...(one.schedule === other.schedule ? [] : ['schedule']),
  ];
}

/** The topmost units that are chosen. Pages show no ids: a unit is known by its names from the root down. */
function scopeOf(tree: Tree): string[] {
  const on = new Set(tree.filter(({ ticked }) => ticked === 'on').map(({ path }) => idOf(path)));
  return tree
    .filter(({ path, ticked }) => ticked === 'on' && !on.has(idOf(path.slice(0, -1))))
    .map(({ path }) => idOf(path));
}

function unitsOf(tree: Tree): Unit[] {
  return tree.map(({ path }) => {
    const parent = path.slice(0, -1);
    return { id: idOf(path), name: path.at(-1) ?? '', ...(parent.length > 0 ? { parentId: idOf(parent) } : {}) };
  });
}

function idOf(path: readonly string[]): string {
  return path.join(SEPARATOR);
}
