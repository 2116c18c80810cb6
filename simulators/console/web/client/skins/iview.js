// In the manner of View Design (iView) 4.7: its classes, and not one role.
import * as form from './iview/form.js';
import * as controls from './iview/controls.js';
import * as layers from './iview/layers.js';
import * as lists from './iview/lists.js';
import * as tree from './iview/tree.js';
import * as shell from './iview/shell.js';

export function createUi(boot) {
  return { ...form, ...controls, ...layers, ...lists, ...tree, ...shell, shell: (place) => shell.shell(boot, place) };
}
