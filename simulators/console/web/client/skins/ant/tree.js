// A tree with boxes, loaded level by level.
import { h, mark } from '../../dom.js';

/** A flat list of rows; what is below what is told by the indent only. */
export function tree({ nodes, below, choice }) {
  const holder = h('div.ant-tree-list-holder-inner');
  let rows = nodes.map((unit) => ({ unit, depth: 0, isOpen: false, children: undefined }));
  const draw = () => holder.replaceChildren(...rows.flatMap(drawn));
  const drawn = (line) => [lineOf(line), ...(line.isOpen ? (line.children ?? []).flatMap(drawn) : [])];

  function lineOf(line) {
    const { unit, depth, isOpen } = line;
    const state = choice.isChosen(unit.id) ? 'true' : choice.isHalf(unit.id) ? 'mixed' : 'false';
    const box = h(
      'span.ant-tree-checkbox',
      { role: 'checkbox', 'aria-checked': state },
      h('span.ant-tree-checkbox-inner'),
    );
    mark(box, 'ant-tree-checkbox-checked', state === 'true');
    mark(box, 'ant-tree-checkbox-indeterminate', state === 'mixed');
    box.addEventListener('click', () => {
      choice.toggle(unit.id);
      draw();
    });
    const side = unit.leaf ? 'noop' : isOpen ? 'open' : 'close';
    const switcher = h(`span.ant-tree-switcher.ant-tree-switcher_${side}`, { onclick: () => void open(line) });
    const indent = h(
      'span.ant-tree-indent',
      { 'aria-hidden': 'true' },
      Array.from({ length: depth }, () => h('span.ant-tree-indent-unit')),
    );
    return h(
      `div.ant-tree-treenode.ant-tree-treenode-switcher-${side}`,
      { draggable: 'false' },
      indent,
      switcher,
      box,
      h('span.ant-tree-node-content-wrapper', { title: unit.name }, h('span.ant-tree-title', unit.name)),
    );
  }

  async function open(line) {
    if (line.unit.leaf) return;
    line.children ??= (await below(line.unit.id)).map((unit) => ({ unit, depth: line.depth + 1, isOpen: false }));
    line.isOpen = !line.isOpen;
    draw();
  }

  draw();
  return h(
    'div.ant-tree.ant-tree-icon-hide',
    { role: 'tree' },
    h('div.ant-tree-list', h('div.ant-tree-list-holder', h('div', holder))),
  );
}
