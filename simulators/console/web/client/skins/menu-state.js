// What of the menu is shown: the same for every skin.

/** The top entry that a place belongs to, and the entries below it that are open. */
export function placeIn(menu, to) {
  const holds = (entry) => entry.to === to || (entry.to && to.startsWith(`${entry.to}/`)) || entry.below?.some(holds);
  return { top: menu.find(holds), holds: (entry) => Boolean(holds(entry)) };
}
