// A tree with boxes, loaded level by level.
import { h, mark } from '../../dom.js';

export function tree({ nodes, below, choice }) {
  const draws = [];
  const nodeOf = (unit) => {
    const input = h('input.ivu-checkbox-input', { type: 'checkbox' });
    const sign = h('span.ivu-checkbox', h('span.ivu-checkbox-inner'), input);
    const label = h('label.ivu-checkbox-wrapper.ivu-checkbox-default', sign);
    const arrow = h('span.ivu-tree-arrow', unit.leaf ? null : h('i.ivu-icon.ivu-icon-ios-arrow-forward'));
    const children = h('ul.ivu-tree-children', { style: 'display:none' });
    let isLoaded = false;
    draws.push(() => {
      const isChosen = choice.isChosen(unit.id);
      mark(sign, 'ivu-checkbox-checked', isChosen);
      mark(sign, 'ivu-checkbox-indeterminate', choice.isHalf(unit.id));
      mark(label, 'ivu-checkbox-wrapper-checked', isChosen);
      input.checked = isChosen;
    });
    draws.at(-1)();
    label.addEventListener('click', (event) => {
      event.preventDefault();
      choice.toggle(unit.id);
      draws.forEach((draw) => draw());
    });
    arrow.addEventListener('click', async () => {
      if (unit.leaf) return;
      const opens = arrow.classList.toggle('ivu-tree-arrow-open');
      children.style.display = opens ? '' : 'none';
      if (isLoaded) return;
      isLoaded = true;
      children.append(...(await below(unit.id)).map(nodeOf));
    });
    return h('ul.ivu-tree-children', h('li', arrow, label, h('span.ivu-tree-title', unit.name), children));
  };
  return h('div.ivu-tree', nodes.map(nodeOf));
}
