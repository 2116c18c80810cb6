// What of the menu is shown: the same for every skin.
import { h } from '../dom.js';

/** The top entry that a place belongs to, and the entries below it that are open. */
export function placeIn(menu, to) {
  const holds = (entry) => entry.to === to || (entry.to && to.startsWith(`${entry.to}/`)) || entry.below?.some(holds);
  return { top: menu.find(holds), holds: (entry) => Boolean(holds(entry)) };
}

/** From the console to the signing platform, which is another origin. */
export function otherPlatform({ platform, signing, deployment }) {
  return platform === 'web' && deployment === 'private' ? h('a', { href: signing }, '签署平台') : null;
}
