// Items of a form and its buttons.
import { h, mark } from '../../dom.js';
import { written } from '../words.js';

export const button = (text, onclick, { primary, disabled } = {}) =>
  h(
    `button.ivu-btn.ivu-btn-${primary ? 'primary' : 'default'}`,
    { type: 'button', onclick, disabled },
    h('span', text),
  );

export const busy = (node, on) => {
  node.disabled = on;
  mark(node, 'ivu-btn-loading', on);
};

export const link = (text, onclick) => h('a', { onclick }, text);

export const form = (nodes) =>
  h('form.ivu-form.ivu-form-label-right', { onsubmit: (event) => event.preventDefault() }, nodes);

export const formButtons = (nodes) => h('div.ivu-form-item', h('div.ivu-form-item-content', nodes));

export function item({ label, control: { node }, required, tip, decoys }) {
  const words = document.createTextNode(written(label, decoys));
  const sign =
    tip && decoys
      ? h(
          'div.ivu-tooltip',
          h('div.ivu-tooltip-rel', h('i.ivu-icon.ivu-icon-ios-help-circle')),
          h('div.ivu-tooltip-popper', { style: 'display:none' }, '请在泛微系统中获取'),
        )
      : null;
  const outer = h(
    `div.ivu-form-item${required ? '.ivu-form-item-required' : ''}`,
    h('label.ivu-form-item-label', words),
    h('div.ivu-form-item-content', node, sign),
  );
  return { node: outer, setLabel: (to) => (words.data = written(to, decoys)) };
}

export const hiddenLabel = (label) =>
  h(
    'div.ivu-form-item',
    { style: 'display:none' },
    h('label.ivu-form-item-label', label),
    h('div.ivu-form-item-content', h('input.ivu-input')),
  );

export const plainItem = (label, content) => rowOf(label, h('span', content));

export const rowOf = (label, content) =>
  h('div.ivu-form-item', h('label.ivu-form-item-label', label), h('div.ivu-form-item-content', content));
