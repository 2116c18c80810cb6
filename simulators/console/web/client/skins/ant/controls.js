// Text, select, switch and radio: each answers its node, and how its value is read and set.
import { h, mark } from '../../dom.js';

let ids = 0;

export const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

export function text({ value, readOnly, placeholder }) {
  const input = h('input.ant-input', { id: `form_${++ids}`, type: 'text', placeholder, disabled: readOnly });
  input.value = value ?? '';
  return { node: input, id: input.id, get: () => input.value, set: (to) => (input.value = to) };
}

/** The combobox is not to be seen; every option stands twice, once without size. */
export function select({ value, options, before, readOnly }) {
  const id = `form_${++ids}`;
  const input = h('input.ant-select-selection-search-input', {
    id,
    type: 'search',
    role: 'combobox',
    readonly: true,
    autocomplete: 'off',
    'aria-haspopup': 'listbox',
    'aria-expanded': 'false',
    'aria-controls': `${id}_list`,
    style: 'opacity:0',
  });
  const shown = h('span.ant-select-selection-item');
  const node = h(
    'div.ant-select.ant-select-outlined.ant-select-single.ant-select-show-arrow',
    h(
      'div.ant-select-selector',
      h('span.ant-select-selection-wrap', h('span.ant-select-selection-search', input), shown),
    ),
    h('span.ant-select-arrow', { unselectable: 'on', 'aria-hidden': 'true' }),
  );
  let current;
  let list;
  const set = (to) => {
    current = to;
    const label = options.find((option) => option.value === to)?.label ?? '';
    shown.textContent = label;
    shown.title = label;
  };
  const close = () => {
    if (!list) return;
    mark(list, 'ant-select-dropdown-hidden', true);
    input.setAttribute('aria-expanded', 'false');
  };

  async function pick(to) {
    const from = current;
    close();
    if (to === from) return;
    set(to);
    if (before && !(await before(to))) set(from);
  }

  function open() {
    if (readOnly) return;
    if (input.getAttribute('aria-expanded') === 'true') return close();
    if (!list) {
      list = h('div.ant-select-dropdown');
      document.body.append(h('div', list));
      document.addEventListener(
        'mousedown',
        ({ target }) => !node.contains(target) && !list.contains(target) && close(),
      );
      document.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
    }
    const at = node.getBoundingClientRect();
    list.style.cssText = `position:absolute;left:${at.left + scrollX}px;top:${at.bottom + scrollY + 4}px;width:${at.width}px`;
    const hidden = h(
      'div',
      { role: 'listbox', id: `${id}_list`, style: 'height:0;width:0;overflow:hidden' },
      options.map((option) =>
        h(
          'div',
          { role: 'option', 'aria-label': option.label, 'aria-selected': String(option.value === current) },
          option.label,
        ),
      ),
    );
    const items = options.map((option) =>
      h(
        `div.ant-select-item.ant-select-item-option${option.value === current ? '.ant-select-item-option-selected' : ''}`,
        {
          title: option.label,
          'aria-selected': String(option.value === current),
          onclick: () => void pick(option.value),
        },
        h('div.ant-select-item-option-content', option.label),
      ),
    );
    list.replaceChildren(
      h(
        'div',
        hidden,
        h(
          'div.rc-virtual-list',
          h('div.rc-virtual-list-holder', h('div', h('div.rc-virtual-list-holder-inner', items))),
        ),
      ),
    );
    mark(list, 'ant-select-dropdown-hidden', false);
    input.setAttribute('aria-expanded', 'true');
  }

  mark(node, 'ant-select-disabled', readOnly);
  node.addEventListener('mousedown', open);
  set(value);
  return { node, id, get: () => current, set };
}

export function toggle({ value, readOnly }) {
  const node = h(
    'button.ant-switch',
    { id: `form_${++ids}`, type: 'button', role: 'switch', disabled: readOnly },
    h('div.ant-switch-handle'),
    h('span.ant-switch-inner', h('span.ant-switch-inner-checked'), h('span.ant-switch-inner-unchecked')),
  );
  let on;
  const set = (to) => {
    on = to === true || to === 'true';
    node.setAttribute('aria-checked', String(on));
    mark(node, 'ant-switch-checked', on);
  };
  node.addEventListener('click', () => set(!on));
  set(value);
  return { node, id: node.id, get: () => on, set };
}

export function radio({ value, options, readOnly }) {
  const name = `radio_${++ids}`;
  let current;
  const labels = options.map((option) => {
    const input = h('input.ant-radio-input', { type: 'radio', name, value: option.value, disabled: readOnly });
    const sign = h('span.ant-radio', input, h('span.ant-radio-inner'));
    input.addEventListener('change', () => set(option.value));
    return {
      option,
      input,
      sign,
      label: h('label.ant-radio-wrapper', sign, h('span.ant-radio-label', option.label)),
    };
  });
  const set = (to) => {
    current = to;
    for (const { option, input, sign, label } of labels) {
      input.checked = option.value === to;
      mark(sign, 'ant-radio-checked', input.checked);
      mark(label, 'ant-radio-wrapper-checked', input.checked);
    }
  };
  set(value);
  const id = `form_${++ids}`;
  return {
    node: h(
      'div.ant-radio-group.ant-radio-group-outline',
      { id },
      labels.map(({ label }) => label),
    ),
    id,
    get: () => current,
    set,
  };
}
