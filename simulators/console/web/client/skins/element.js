// In the manner of Element UI 2.15: its classes and roles, written by hand.
import * as form from './element/form.js';
import * as controls from './element/controls.js';
import * as layers from './element/layers.js';
import * as lists from './element/lists.js';
import * as tree from './element/tree.js';
import * as shell from './element/shell.js';

export function createUi(boot) {
  return { ...form, ...controls, ...layers, ...lists, ...tree, ...shell, shell: (place) => shell.shell(boot, place) };
}
