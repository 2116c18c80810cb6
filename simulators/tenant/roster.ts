import { createRandom, hash32 } from '../kernel/random.js';

/** Lists of people: those of the OA by page number, which edits shift, and that of Qiyuesuo. */
export type RosterName = 'e9' | 'e10' | 'qiyuesuo';

/** What the HR department does between two pages. */
export type StormEdit = 'add' | 'insert' | 'move' | 'remove';

/** Edits during paging: after every page of a list of people the next one, until so many were made. */
export interface Storm {
  edits: number;
  kinds: readonly StormEdit[];
  /** Where people are edited; the lists of the OA if absent. */
  lists?: readonly RosterName[];
  /** Draws the kind of an edit and its place by chance; else kinds come in turn, each at its own place. */
  seed?: number;
}

/** A storm over one list: told of every page, it edits the list behind it. */
export interface Weather {
  /** Somebody has read up to this position: now the next edit of the storm, if any is left. */
  pageWasRead(upTo: number): void;
  /** From now on nobody edits. */
  calm(): void;
}

/** `edit`: what a kind does to the list. `place`: between 0, the front, and 1; undefined for the usual place of this kind. */
export function createWeather(
  storm: Storm | null,
  list: RosterName,
  edit: (kind: StormEdit, upTo: number, place: number | undefined) => void,
): Weather {
  const isStruck = storm?.lists?.includes(list) ?? list !== 'qiyuesuo';
  const random = storm?.seed === undefined ? undefined : createRandom(hash32(storm.seed, list));
  let left = isStruck ? (storm?.edits ?? 0) : 0;
  let made = 0;

  return {
    pageWasRead(upTo) {
      if (storm === null || left <= 0) return;
      const turn = random ? Math.floor(random() * storm.kinds.length) : made % storm.kinds.length;
      const kind = storm.kinds[turn];
      if (kind !== undefined) edit(kind, upTo, random?.());
      left--;
      made++;
    },
    calm() {
      left = 0;
    },
  };
}

/** Who is in a list of the OA at the moment, by index in the organisation, and in which order. */
export interface Roster extends Weather {
  readonly length: number;
  at(position: number): number;
  /** The unit of somebody who has moved. */
  movedTo(index: number): number | undefined;
}

/**
 * Nobody is held as long as nobody edits: position and index are the same. The first edit of a storm makes a list of numbers.
 * `add` puts somebody at the end, `insert` at the front, `remove` takes away somebody who has been read, `move` gives the last
 * one another unit; where the place is drawn, `insert`, `remove` and `move` are about anybody.
 */
export function createRoster(storm: Storm | null, list: 'e9' | 'e10', size: number, units: number): Roster {
  let order: number[] | undefined;
  let edits = 0;
  let newest = size;
  const moved = new Map<number, number>();

  const weather = createWeather(storm, list, (kind, upTo, place) => {
    order ??= Array.from({ length: size }, (_, index) => index);
    const { length } = order;
    const at = (usual: number): number => (place === undefined ? usual : Math.floor(place * length));
    if (kind === 'add') order.push(newest++);
    if (kind === 'insert') order.splice(at(0), 0, newest++);
    if (kind === 'remove') order.splice(at(Math.max(0, Math.min(upTo, length) - 2)), 1);
    const mover = order[at(order.length - 1)];
    if (kind === 'move' && mover !== undefined) moved.set(mover, edits % units);
    edits++;
  });

  return {
    ...weather,
    get length() {
      return order?.length ?? size;
    },
    at: (position) => (order === undefined ? position : (order[position] ?? 0)),
    movedTo: (index) => moved.get(index),
  };
}

/**
 * The storm over Qiyuesuo's people, by index in the organisation: 0 absent, 1 active, 2 disabled. Nobody comes who left: `add` and
 * `insert` bring in those who were absent from the start, behind all others or among them. `move`: somebody is disabled.
 */
export function createPeopleWeather(storm: Storm | null, people: () => Uint8Array): Weather {
  let absent: number[] | undefined;

  return createWeather(storm, 'qiyuesuo', (kind, upTo, place = 0) => {
    const states = people();
    const there = [...states.keys()].filter((index) => states[index] !== 0);
    absent ??= [...states.keys()].filter((index) => states[index] === 0);
    const last = there.at(-1) ?? -1;
    const coming = absent.filter((index) => index > last === (kind === 'add'));
    const who =
      kind === 'add' || kind === 'insert'
        ? coming[Math.floor(place * coming.length)]
        : there[Math.floor(place * there.length)];
    if (who === undefined) return;
    absent = absent.filter((index) => index !== who);
    states[who] = kind === 'remove' ? 0 : kind === 'move' ? 2 : 1;
  });
}
