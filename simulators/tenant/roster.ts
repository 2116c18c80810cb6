/** Lists of people by page number, which edits shift. */
export type RosterName = 'e9' | 'e10';

/** What the HR department does between two pages. */
export type StormEdit = 'add' | 'insert' | 'move' | 'remove';

/** Edits during paging: after every page of a list of people the next one, until so many were made. */
export interface Storm {
  edits: number;
  kinds: readonly StormEdit[];
}

/** Who is in a list at the moment, by index in the organisation, and in which order. */
export interface Roster {
  readonly length: number;
  at(position: number): number;
  /** The unit of somebody who has moved. */
  movedTo(index: number): number | undefined;
  /** Somebody has read up to this position: now the next edit of the storm, if any is left. */
  pageWasRead(upTo: number): void;
}

/**
 * Nobody is held as long as nobody edits: position and index are the same. The first edit of a storm makes a list of numbers.
 * `add` puts somebody at the end, `insert` at the front, `remove` takes away somebody who has been read, `move` gives the last
 * one another unit.
 */
export function createRoster(storm: Storm | null, size: number, units: number): Roster {
  let order: number[] | undefined;
  let edits = 0;
  let newest = size;
  const moved = new Map<number, number>();

  function edit(kind: StormEdit, upTo: number): void {
    order ??= Array.from({ length: size }, (_, index) => index);
    if (kind === 'add') order.push(newest++);
    if (kind === 'insert') order.unshift(newest++);
    if (kind === 'remove') order.splice(Math.max(0, Math.min(upTo, order.length) - 2), 1);
    const last = order.at(-1);
    if (kind === 'move' && last !== undefined) moved.set(last, edits % units);
  }

  return {
    get length() {
      return order?.length ?? size;
    },
    at: (position) => (order === undefined ? position : (order[position] ?? 0)),
    movedTo: (index) => moved.get(index),
    pageWasRead(upTo) {
      if (storm === null || edits >= storm.edits) return;
      const kind = storm.kinds[edits % storm.kinds.length];
      if (kind !== undefined) edit(kind, upTo);
      edits++;
    },
  };
}
