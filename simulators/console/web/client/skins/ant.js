// In the manner of Ant Design 5: its classes and roles, written by hand.
import * as form from './ant/form.js';
import * as controls from './ant/controls.js';
import * as layers from './ant/layers.js';
import * as lists from './ant/lists.js';
import * as tree from './ant/tree.js';
import * as shell from './ant/shell.js';

export function createUi(boot) {
  return { ...form, ...controls, ...layers, ...lists, ...tree, ...shell, shell: (place) => shell.shell(boot, place) };
}
