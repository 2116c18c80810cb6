// Items of a form and its buttons.
import { h, mark } from '../../dom.js';

export const button = (text, onclick, { primary, disabled } = {}) =>
  h(
    `button.ant-btn.ant-btn-${primary ? 'primary' : 'default'}`,
    { type: 'button', onclick, disabled },
    h('span', spaced(text)),
  );

export const busy = (node, on) => {
  node.disabled = on;
  mark(node, 'ant-btn-loading', on);
};

export const link = (text, onclick) => h('a.ant-typography', { onclick }, text);

export const form = (nodes) =>
  h('form.ant-form.ant-form-horizontal', { onsubmit: (event) => event.preventDefault() }, nodes);

export const formButtons = (nodes) => row('', nodes);

/** The colon after a label is the style sheet's. */
export function item({ label, control: { node, id }, required, tip, decoys }) {
  const words = document.createTextNode(label);
  const sign =
    tip && decoys
      ? h('span.anticon.anticon-question-circle.ant-form-item-tooltip', { role: 'img', title: '请在泛微系统中获取' })
      : null;
  const name = h(required ? 'label.ant-form-item-required' : 'label', { for: id, title: label }, words, sign);
  const outer = row(name, node);
  const setLabel = (to) => {
    words.data = to;
    name.title = to;
  };
  return { node: outer, setLabel };
}

export const hiddenLabel = (label) =>
  h('div.ant-form-item.ant-form-item-hidden', h('label', { title: label }, label), h('input.ant-input'));

export const plainItem = (label, content) => row(h('label', { title: label }, label), h('span.ant-form-text', content));

export function row(label, content) {
  return h(
    'div.ant-form-item',
    h(
      'div.ant-row.ant-form-item-row',
      h('div.ant-col.ant-form-item-label', label),
      h(
        'div.ant-col.ant-form-item-control',
        h('div.ant-form-item-control-input', h('div.ant-form-item-control-input-content', content)),
      ),
    ),
  );
}

/** Two Chinese characters are set apart in buttons. */
export function spaced(text) {
  return /^[\u4e00-\u9fff]{2}$/.test(text) ? `${text[0]} ${text[1]}` : text;
}
