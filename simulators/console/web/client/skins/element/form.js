// Items of a form and its buttons.
import { h, mark } from '../../dom.js';
import { written } from '../words.js';

export const button = (text, onclick, { primary, disabled } = {}) =>
  h(
    `button.el-button.el-button--${primary ? 'primary' : 'default'}.el-button--small`,
    { type: 'button', onclick, disabled },
    h('span', text),
  );

export const busy = (node, on) => {
  node.disabled = on;
  mark(node, 'is-loading', on);
};

export const link = (text, onclick) => h('a.el-link.el-link--primary', { onclick }, h('span.el-link--inner', text));

export const form = (nodes) => h('form.el-form', { onsubmit: (event) => event.preventDefault() }, nodes);

export const formButtons = (nodes) => h('div.el-form-item', h('div.el-form-item__content', nodes));

export function item({ label, control: { node }, required, tip, decoys }) {
  const words = document.createTextNode(written(label, decoys));
  const sign = tip && decoys ? h('i.el-icon-question.el-tooltip', { title: '请在泛微系统中获取' }) : null;
  const outer = h(
    required ? 'div.el-form-item.is-required' : 'div.el-form-item',
    h('label.el-form-item__label', words, sign),
    h('div.el-form-item__content', node),
  );
  return { node: outer, setLabel: (to) => (words.data = written(to, decoys)) };
}

export const hiddenLabel = (label) =>
  h(
    'div.el-form-item',
    { style: 'display:none' },
    h('label.el-form-item__label', label),
    h('div.el-form-item__content', h('input.el-input__inner')),
  );

export const plainItem = (label, content) =>
  h('div.el-form-item', h('label.el-form-item__label', label), h('div.el-form-item__content', h('span', content)));
