import { isAlias, isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import type { Alias, Document, LineCounter, Pair } from 'yaml';

export interface Place {
  line: number;
  column: number;
}

/** Finds the place of a path in a parsed file, or of its nearest parent where the path leads to nothing. */
export type Locate = (path: readonly PropertyKey[], at?: 'key') => Place;

export function createLocate(document: Document.Parsed, lines: LineCounter): Locate {
  const anchors = anchorsOf(document);

  return function locate(path, at) {
    let node: unknown = document.contents;
    let key = offsetOf(node) ?? 0;
    for (const segment of path) {
      const parent = resolved(node);
      if (isSeq(parent) && typeof segment === 'number' && segment < parent.items.length) {
        node = parent.items[segment];
        key = offsetOf(node) ?? key;
        continue;
      }
      const pair = pairOf(parent, String(segment));
      if (pair === undefined) return placeOf(key);
      key = offsetOf(pair.key) ?? key;
      node = pair.value;
    }
    const written = isAlias(node) || (isScalar(node) && node.value !== null);
    return placeOf(at !== 'key' && written ? (offsetOf(node) ?? key) : key);
  };

  function placeOf(offset: number): Place {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Not `Alias.resolve`: that reads the whole document for every question. */
  function resolved(node: unknown): unknown {
    if (!isAlias(node)) return node;
    const before = offsetOf(node) ?? 0;
    return (anchors.get(node.source) ?? []).filter((target) => (offsetOf(target) ?? 0) < before).at(-1);
  }

  function pairOf(node: unknown, key: string): Pair | undefined {
    if (!isMap(node)) return undefined;
    const own = node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
    return (
      own ??
      node.items
        .flatMap(merged)
        .map((source) => pairOf(resolved(source), key))
        .find(isPair)
    );
  }

  function merged(pair: Pair): unknown[] {
    if (!isScalar(pair.key) || pair.key.source !== '<<') return [];
    return isSeq(pair.value) ? pair.value.items : [pair.value];
  }
}

function anchorsOf(document: Document.Parsed): ReadonlyMap<string, unknown[]> {
  const anchors = new Map<string, unknown[]>();
  visit(document, {
    Node(_, node) {
      const { anchor } = node as Exclude<typeof node, Alias>;
      if (anchor !== undefined) anchors.set(anchor, [...(anchors.get(anchor) ?? []), node]);
    },
  });
  return anchors;
}

function offsetOf(node: unknown): number | undefined {
  const { range } = (node ?? {}) as { range?: readonly number[] | null };
  return range?.[0];
}
