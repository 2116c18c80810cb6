// A tree with boxes, loaded level by level.
import { h, mark } from '../../dom.js';

export function tree({ nodes, below, choice }) {
  const draws = [];
  const redraw = () => draws.forEach((draw) => draw());
  const nodeOf = (unit, depth) => {
    const box = h('input.el-checkbox__original', { type: 'checkbox', 'aria-hidden': 'false' });
    const sign = h('span.el-checkbox__input', h('span.el-checkbox__inner'), box);
    const check = h('label.el-checkbox', sign);
    const caret = h(`span.el-tree-node__expand-icon.el-icon-caret-right${unit.leaf ? '.is-leaf' : ''}`);
    const children = h('div.el-tree-node__children', { role: 'group', style: 'display:none' });
    const node = h(
      'div.el-tree-node',
      { role: 'treeitem', tabindex: -1, 'data-key': unit.id },
      h(
        'div.el-tree-node__content',
        { style: `padding-left:${depth * 18}px` },
        caret,
        check,
        h('span.el-tree-node__label', unit.name),
      ),
      children,
    );
    let isLoaded = false;
    const draw = () => {
      mark(sign, 'is-checked', choice.isChosen(unit.id));
      mark(sign, 'is-indeterminate', choice.isHalf(unit.id));
      box.checked = choice.isChosen(unit.id);
      node.setAttribute('aria-checked', String(choice.isChosen(unit.id)));
    };
    draws.push(draw);
    check.addEventListener('click', (event) => {
      event.preventDefault();
      choice.toggle(unit.id);
      redraw();
    });
    caret.addEventListener('click', async () => {
      if (unit.leaf) return;
      const isOpen = node.classList.toggle('is-expanded');
      mark(caret, 'expanded', isOpen);
      children.style.display = isOpen ? '' : 'none';
      node.setAttribute('aria-expanded', String(isOpen));
      if (isLoaded) return;
      isLoaded = true;
      mark(caret, 'is-loading', true);
      children.append(...(await below(unit.id)).map((child) => nodeOf(child, depth + 1)));
      mark(caret, 'is-loading', false);
    });
    draw();
    return node;
  };
  return h(
    'div.el-tree',
    { role: 'tree' },
    nodes.map((unit) => nodeOf(unit, 0)),
  );
}
