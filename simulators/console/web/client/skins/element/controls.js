// Text, select, switch and radio: each answers its node, and how its value is read and set.
import { h, mark, sleep } from '../../dom.js';

const OPENS_AFTER_MS = 120;

export const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

export function text({ value, readOnly, placeholder }) {
  const input = h('input.el-input__inner', {
    type: 'text',
    autocomplete: 'off',
    placeholder: placeholder ?? '请输入',
    readonly: readOnly,
    disabled: readOnly,
  });
  input.value = value ?? '';
  return {
    node: h(readOnly ? 'div.el-input.is-disabled' : 'div.el-input', input),
    get: () => input.value,
    set: (to) => (input.value = to),
  };
}

/** A read-only input; its list hangs under the body, opens late, and is never taken away. */
export function select({ value, options, before, readOnly }) {
  const input = h('input.el-input__inner', {
    type: 'text',
    readonly: true,
    autocomplete: 'off',
    placeholder: '请选择',
    disabled: readOnly,
  });
  const node = h(
    'div.el-select',
    h(
      'div.el-input.el-input--suffix',
      input,
      h(
        'span.el-input__suffix',
        h('span.el-input__suffix-inner', h('i.el-select__caret.el-input__icon.el-icon-arrow-up')),
      ),
    ),
  );
  let current = value;
  let list;
  const set = (to) => {
    current = to;
    input.value = options.find((option) => option.value === to)?.label ?? '';
  };
  const close = () => list && (list.style.display = 'none');

  async function pick(to) {
    const from = current;
    close();
    if (to === from) return;
    set(to);
    if (before && !(await before(to))) set(from);
  }

  async function open() {
    if (readOnly) return;
    if (list?.style.display === '') return close();
    await sleep(OPENS_AFTER_MS);
    const items = options.map((option) =>
      h(
        `li.el-select-dropdown__item${option.value === current ? '.selected' : ''}`,
        { onclick: () => void pick(option.value) },
        h('span', option.label),
      ),
    );
    const at = node.getBoundingClientRect();
    const place = `position:absolute;left:${at.left + scrollX}px;top:${at.bottom + scrollY}px;min-width:${at.width}px`;
    const inner = h(
      'div.el-scrollbar',
      h('div.el-select-dropdown__wrap.el-scrollbar__wrap', h('ul.el-scrollbar__view.el-select-dropdown__list', items)),
    );
    if (list === undefined) {
      list = h('div.el-select-dropdown.el-popper');
      document.addEventListener('click', ({ target }) => !node.contains(target) && !list.contains(target) && close());
      document.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
    }
    document.body.append(list);
    list.replaceChildren(inner);
    list.style.cssText = place;
  }

  node.addEventListener('click', () => void open());
  set(value);
  return { node, get: () => current, set };
}

/** The checkbox inside has no size, and does not follow. */
export function toggle({ value, readOnly }) {
  const inner = h('input.el-switch__input', { type: 'checkbox', disabled: readOnly });
  const node = h('div.el-switch', { role: 'switch' }, inner, h('span.el-switch__core'));
  let on;
  const set = (to) => {
    on = to === true || to === 'true';
    mark(node, 'is-checked', on);
    node.setAttribute('aria-checked', String(on));
  };
  mark(node, 'is-disabled', readOnly);
  node.addEventListener('click', () => !readOnly && set(!on));
  set(value);
  return { node, get: () => on, set };
}

export function radio({ value, options, readOnly }) {
  let current;
  const labels = options.map((option) => {
    const input = h('input.el-radio__original', {
      type: 'radio',
      'aria-hidden': 'true',
      tabindex: -1,
      value: option.value,
      disabled: readOnly,
    });
    const sign = h('span.el-radio__input', h('span.el-radio__inner'), input);
    const label = h('label.el-radio', { role: 'radio', tabindex: 0 }, sign, h('span.el-radio__label', option.label));
    label.addEventListener('click', (event) => {
      event.preventDefault();
      if (!readOnly) set(option.value);
    });
    return { option, label, sign, input };
  });
  const set = (to) => {
    current = to;
    for (const { option, label, sign, input } of labels) {
      const chosen = option.value === to;
      mark(label, 'is-checked', chosen);
      mark(sign, 'is-checked', chosen);
      label.setAttribute('aria-checked', String(chosen));
      input.checked = chosen;
    }
  };
  set(value);
  return {
    node: h(
      'div.el-radio-group',
      { role: 'radiogroup' },
      labels.map(({ label }) => label),
    ),
    get: () => current,
    set,
  };
}
