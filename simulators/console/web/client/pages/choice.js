// Which units of a lazily loaded tree are chosen. A chosen unit stands for everything below it.

export function createChoice(scope) {
  const wanted = new Set(scope);
  const parents = new Map();
  const children = new Map();
  /** Chosen units below a node, which may never be loaded. */
  const below = new Map();

  function isChosen(id) {
    for (let at = id; at !== undefined; at = parents.get(at)) if (wanted.has(at)) return true;
    return false;
  }

  function isHalf(id) {
    if (isChosen(id)) return false;
    if ((below.get(id) ?? []).some((one) => wanted.has(one))) return true;
    return (children.get(id) ?? []).some((child) => isChosen(child) || isHalf(child));
  }

  return {
    isChosen,
    isHalf,
    /** Units that were loaded; `parent` is undefined at the top. */
    know(parent, nodes) {
      if (parent !== undefined)
        children.set(
          parent,
          nodes.map(({ id }) => id),
        );
      for (const { id, chosenBelow } of nodes) {
        parents.set(id, parent);
        below.set(id, chosenBelow);
      }
    },
    toggle(id) {
      if (!isChosen(id)) {
        for (const one of below.get(id) ?? []) wanted.delete(one);
        for (const [node] of parents) if (node !== id && isBelow(node, id)) wanted.delete(node);
        wanted.add(id);
        return;
      }
      // Everything above it that was chosen as a whole is so no longer.
      for (let at = id; !wanted.delete(at); at = parents.get(at)) {
        for (const sibling of children.get(parents.get(at)) ?? []) if (sibling !== at) wanted.add(sibling);
      }
    },
    /** Only units that the tree knows: ids of the other OA version are lost here, as in the original. */
    chosen() {
      const known = new Set([...parents.keys(), ...[...below.values()].flat()]);
      return scope.every((id) => wanted.has(id)) && wanted.size === scope.length && scope.every((id) => known.has(id))
        ? scope
        : [...wanted].filter((id) => known.has(id));
    },
  };

  function isBelow(node, top) {
    for (let at = parents.get(node); at !== undefined; at = parents.get(at)) if (at === top) return true;
    return false;
  }
}
