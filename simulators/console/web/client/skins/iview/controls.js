// Text, select, switch and radio: each answers its node, and how its value is read and set.
import { h, mark } from '../../dom.js';

export const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

export function text({ value, readOnly, placeholder }) {
  const input = h('input.ivu-input.ivu-input-default', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder,
    disabled: readOnly,
  });
  input.value = value ?? '';
  return {
    node: h('div.ivu-input-wrapper.ivu-input-wrapper-default.ivu-input-type-text', input),
    get: () => input.value,
    set: (to) => (input.value = to),
  };
}

export function select({ value, options, before, readOnly }) {
  const hidden = h('input', { type: 'hidden' });
  const shown = h('span.ivu-select-selected-value');
  const list = h('div.ivu-select-dropdown', { style: 'display:none' });
  const selection = h(
    'div.ivu-select-selection',
    { tabindex: 0 },
    hidden,
    h('div', shown, h('i.ivu-icon.ivu-icon-ios-arrow-down.ivu-select-arrow')),
  );
  const node = h('div.ivu-select.ivu-select-single.ivu-select-default', selection, list);
  let current;
  const set = (to) => {
    current = to;
    hidden.value = to ?? '';
    shown.textContent = options.find((option) => option.value === to)?.label ?? '';
  };
  const close = () => (list.style.display = 'none');

  async function pick(to) {
    const from = current;
    close();
    if (to === from) return;
    set(to);
    if (before && !(await before(to))) set(from);
  }

  selection.addEventListener('click', () => {
    if (readOnly) return;
    const items = options.map((option) =>
      h(
        `li.ivu-select-item${option.value === current ? '.ivu-select-item-selected' : ''}`,
        { onclick: () => void pick(option.value) },
        option.label,
      ),
    );
    list.replaceChildren(h('ul.ivu-select-dropdown-list', items));
    list.style.display = list.style.display === 'none' ? '' : 'none';
  });
  document.addEventListener('click', ({ target }) => !node.contains(target) && close());
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
  mark(node, 'ivu-select-disabled', readOnly);
  set(value);
  return { node, get: () => current, set };
}

export function toggle({ value, readOnly }) {
  const hidden = h('input', { type: 'hidden' });
  const node = h('span.ivu-switch.ivu-switch-default', { tabindex: 0 }, hidden, h('span.ivu-switch-inner'));
  let on;
  const set = (to) => {
    on = to === true || to === 'true';
    hidden.value = String(on);
    mark(node, 'ivu-switch-checked', on);
  };
  mark(node, 'ivu-switch-disabled', readOnly);
  node.addEventListener('click', () => !readOnly && set(!on));
  set(value);
  return { node, get: () => on, set };
}

/** The words of an option are bare text inside its label. */
export function radio({ value, options, readOnly }) {
  let current;
  const labels = options.map((option) => {
    const input = h('input.ivu-radio-input', { type: 'radio', disabled: readOnly });
    const sign = h('span.ivu-radio', h('span.ivu-radio-inner'), input);
    input.addEventListener('change', () => set(option.value));
    return {
      option,
      input,
      sign,
      label: h('label.ivu-radio-wrapper.ivu-radio-group-item.ivu-radio-default', sign, option.label),
    };
  });
  const set = (to) => {
    current = to;
    for (const { option, input, sign, label } of labels) {
      input.checked = option.value === to;
      mark(sign, 'ivu-radio-checked', input.checked);
      mark(label, 'ivu-radio-wrapper-checked', input.checked);
    }
  };
  set(value);
  return {
    node: h(
      'div.ivu-radio-group.ivu-radio-group-default',
      labels.map(({ label }) => label),
    ),
    get: () => current,
    set,
  };
}
