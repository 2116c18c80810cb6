// In the manner of Element UI 2.15: its classes and roles, written by hand.
import { h, mark, sleep } from '../dom.js';
import { otherPlatform, placeIn } from './menu-state.js';
import { written } from './words.js';

const OPENS_AFTER_MS = 120;
const TOAST_MS = 3000;

export function createUi(boot) {
  let height = 2000;

  const button = (text, onclick, { primary, disabled } = {}) =>
    h(
      `button.el-button.el-button--${primary ? 'primary' : 'default'}.el-button--small`,
      { type: 'button', onclick, disabled },
      h('span', text),
    );

  /** Opens a message box after `ms` and answers the text of the button that was clicked. */
  async function box({ title, text, buttons, ms = 0 }) {
    await sleep(ms);
    return new Promise((resolve) => {
      const end = (answer) => {
        wrapper.remove();
        shade.remove();
        resolve(answer);
      };
      const shade = h('div.v-modal', { style: `z-index:${++height}` });
      const wrapper = h(
        'div.el-message-box__wrapper',
        { role: 'dialog', 'aria-modal': 'true', 'aria-label': title, tabindex: -1, style: `z-index:${++height}` },
        h(
          'div.el-message-box',
          h(
            'div.el-message-box__header',
            h('div.el-message-box__title', h('span', title)),
            h(
              'button.el-message-box__headerbtn',
              { type: 'button', 'aria-label': 'Close', onclick: () => end('') },
              h('i.el-message-box__close.el-icon-close'),
            ),
          ),
          h(
            'div.el-message-box__content',
            h(
              'div.el-message-box__container',
              h('div.el-message-box__status.el-icon-warning'),
              h('div.el-message-box__message', h('p', text)),
            ),
          ),
          h(
            'div.el-message-box__btns',
            buttons.map((name, at) => button(name, () => end(name), { primary: at === buttons.length - 1 })),
          ),
        ),
      );
      document.body.append(shade, wrapper);
    });
  }

  function toast(kind, text) {
    const top = 20 + document.querySelectorAll('.el-message').length * 64;
    const node = h(
      `div.el-message.el-message--${kind}`,
      { role: 'alert', style: `top:${top}px;z-index:${++height}` },
      h(`i.el-message__icon.el-icon-${kind}`),
      h('p.el-message__content', text),
    );
    document.body.append(node);
    setTimeout(() => node.remove(), TOAST_MS);
  }

  const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

  function text({ value, readOnly, placeholder }) {
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
  function select({ value, options, before, readOnly }) {
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
      const place = `position:absolute;left:${at.left + scrollX}px;top:${at.bottom + scrollY}px;min-width:${at.width}px;z-index:${++height}`;
      const inner = h(
        'div.el-scrollbar',
        h(
          'div.el-select-dropdown__wrap.el-scrollbar__wrap',
          h('ul.el-scrollbar__view.el-select-dropdown__list', items),
        ),
      );
      if (list === undefined) {
        list = h('div.el-select-dropdown.el-popper');
        document.body.append(list);
        document.addEventListener('click', ({ target }) => !node.contains(target) && !list.contains(target) && close());
        document.addEventListener('keydown', ({ key }) => key === 'Escape' && close());
      }
      list.replaceChildren(inner);
      list.style.cssText = place;
    }

    node.addEventListener('click', () => void open());
    set(value);
    return { node, get: () => current, set };
  }

  /** The checkbox inside has no size, and does not follow. */
  function toggle({ value, readOnly }) {
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

  function radio({ value, options, readOnly }) {
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

  function item({ label, control: { node }, required, tip, decoys }) {
    const words = document.createTextNode(written(label, decoys));
    const sign = tip && decoys ? h('i.el-icon-question.el-tooltip', { title: '请在泛微系统中获取' }) : null;
    const outer = h(
      required ? 'div.el-form-item.is-required' : 'div.el-form-item',
      h('label.el-form-item__label', words, sign),
      h('div.el-form-item__content', node),
    );
    return { node: outer, setLabel: (to) => (words.data = written(to, decoys)) };
  }

  function table({ columns, rows, actions, fixed }) {
    const isFixed = fixed === true && actions !== undefined;
    const all = actions ? [...columns, { name: '操作', actions }] : columns;
    const cells = (row, inFixed) =>
      all.map((column, at) => {
        const hidden = isFixed && (column.actions !== undefined) !== inFixed;
        const content = column.actions
          ? column.actions.map(([name, act]) =>
              h(
                'button.el-button.el-button--text.el-button--small',
                { type: 'button', onclick: () => act(row) },
                h('span', name),
              ),
            )
          : String(column.of(row));
        return h(`td.el-table_1_column_${at + 1}.el-table__cell${hidden ? '.is-hidden' : ''}`, h('div.cell', content));
      });
    const heads = (inFixed) =>
      h(
        'thead',
        h(
          'tr',
          all.map((column) =>
            h(
              `th.el-table__cell.is-leaf${isFixed && (column.actions !== undefined) !== inFixed ? '.is-hidden' : ''}`,
              h('div.cell', column.name),
            ),
          ),
        ),
      );
    const body = (inFixed) =>
      h(
        'tbody',
        rows.map((row) => h('tr.el-table__row', cells(row, inFixed))),
      );
    const grid = (part, inner) =>
      h(
        `div.el-table__${part}-wrapper`,
        h(`table.el-table__${part}`, { cellspacing: 0, cellpadding: 0, border: 0 }, inner),
      );
    const empty = rows.length === 0 ? h('div.el-table__empty-block', h('span.el-table__empty-text', '暂无数据')) : null;
    const right = isFixed
      ? h(
          'div.el-table__fixed-right',
          h('div.el-table__fixed-header-wrapper', h('table.el-table__header', heads(true))),
          h('div.el-table__fixed-body-wrapper', h('table.el-table__body', body(true))),
        )
      : null;
    return h('div.el-table.el-table--fit', grid('header', heads(false)), grid('body', body(false)), empty, right);
  }

  function pager({ page, size, total, unit, onPage }) {
    const last = Math.max(1, Math.ceil(total / size));
    const numbers = Array.from({ length: last }, (_, at) => at + 1).map((number) =>
      h(`li.number${number === page ? '.active' : ''}`, { onclick: () => void onPage(number) }, number),
    );
    return h(
      'div.el-pagination',
      h('span.el-pagination__total', `共 ${total} ${unit}`),
      h(
        'button.btn-prev',
        { type: 'button', disabled: page <= 1, onclick: () => void onPage(page - 1) },
        h('span', '上一页'),
      ),
      h('ul.el-pager', numbers),
      h(
        'button.btn-next',
        { type: 'button', disabled: page >= last, onclick: () => void onPage(page + 1) },
        h('span', '下一页'),
      ),
    );
  }

  function drawer({ title, body, buttons }) {
    const close = () => {
      wrapper.remove();
      shade.remove();
    };
    const shade = h('div.v-modal', { style: `z-index:${++height}` });
    const wrapper = h(
      'div.el-drawer__wrapper',
      { tabindex: -1, style: `z-index:${++height}` },
      h(
        'div.el-drawer__container.el-drawer__open',
        { role: 'document', tabindex: -1 },
        h(
          'div.el-drawer.rtl',
          { role: 'dialog', 'aria-modal': 'true', 'aria-label': title, tabindex: -1 },
          h(
            'header.el-drawer__header',
            h('span', { role: 'heading', title }, title),
            h(
              'button.el-drawer__close-btn',
              { type: 'button', 'aria-label': `close ${title}`, onclick: close },
              h('i.el-dialog__close.el-icon.el-icon-close'),
            ),
          ),
          h('section.el-drawer__body', body, h('div.drawer-footer', buttons)),
        ),
      ),
    );
    document.body.append(shade, wrapper);
    return { close };
  }

  function tree({ nodes, below, choice }) {
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

  function shell({ to, go }) {
    const place = placeIn(boot.menu, to);
    const aside = h('aside.el-aside');
    const content = h('div.page-content.scrolls');
    const tops = boot.menu.map((entry) => {
      const node = h(
        `li.el-menu-item${entry === place.top ? '.is-active' : ''}`,
        { role: 'menuitem', tabindex: 0 },
        entry.name,
      );
      node.addEventListener('click', () => {
        if (entry.to) return go(entry.to);
        tops.forEach((one) => mark(one, 'is-active', one === node));
        side(entry);
      });
      return node;
    });
    const menu = (entries, depth) =>
      entries.map((entry) => {
        if (!entry.below)
          return h(
            `li.el-menu-item${place.holds(entry) ? '.is-active' : ''}`,
            { role: 'menuitem', tabindex: -1, style: `padding-left:${20 * depth}px`, onclick: () => go(entry.to) },
            entry.name,
          );
        const isOpen = boot.menuOpens === 'all-open' || place.holds(entry);
        const inner = h(
          'ul.el-menu.el-menu--inline',
          { role: 'menu', style: isOpen ? null : 'display:none' },
          menu(entry.below, depth + 1),
        );
        const title = h(
          'div.el-submenu__title',
          { style: `padding-left:${20 * depth}px` },
          entry.name,
          h('i.el-submenu__icon-arrow.el-icon-arrow-down'),
        );
        const node = h(
          `li.el-submenu${isOpen ? '.is-opened' : ''}`,
          { role: 'menuitem', 'aria-haspopup': 'true', 'aria-expanded': String(isOpen) },
          title,
          inner,
        );
        title.addEventListener('click', () => {
          const opens = !node.classList.contains('is-opened');
          if (opens && boot.menuOpens === 'accordion')
            [...node.parentElement.children].forEach((one) => one.classList.contains('el-submenu') && show(one, false));
          show(node, opens);
        });
        return node;
      });
    const show = (node, opens) => {
      mark(node, 'is-opened', opens);
      node.setAttribute('aria-expanded', String(opens));
      node.querySelector('ul').style.display = opens ? '' : 'none';
    };
    const side = (entry) =>
      aside.replaceChildren(...(entry?.below ? [h('ul.el-menu', { role: 'menubar' }, menu(entry.below, 1))] : []));
    side(place.top);
    const root = h(
      'section.el-container.is-vertical',
      h(
        'header.el-header',
        h('span.logo', '契约锁'),
        h('ul.el-menu.el-menu--horizontal', { role: 'menubar' }, tops),
        h('span.user', otherPlatform(boot), ' ', h('a', { href: `${boot.base}/logout` }, 'admin')),
      ),
      h('section.el-container', aside, h('main.el-main', content)),
    );
    return { root, content };
  }

  return {
    box,
    toast,
    button,
    control,
    item,
    table,
    pager,
    drawer,
    tree,
    shell,
    busy: (node, on) => {
      node.disabled = on;
      mark(node, 'is-loading', on);
    },
    link: (text, onclick) => h('a.el-link.el-link--primary', { onclick }, h('span.el-link--inner', text)),
    form: (nodes) => h('form.el-form', { onsubmit: (event) => event.preventDefault() }, nodes),
    formButtons: (nodes) => h('div.el-form-item', h('div.el-form-item__content', nodes)),
    hiddenLabel: (label) =>
      h(
        'div.el-form-item',
        { style: 'display:none' },
        h('label.el-form-item__label', label),
        h('div.el-form-item__content', h('input.el-input__inner')),
      ),
    plainItem: (label, content) =>
      h('div.el-form-item', h('label.el-form-item__label', label), h('div.el-form-item__content', h('span', content))),
    loading: () => h('div.el-loading-mask', h('p.el-loading-text', '加载中…')),
    empty: (text) => h('div.el-empty', h('p', text)),
    title: (text) => h('h2.page-title', text),
    breadcrumb: (names) =>
      h(
        'div.el-breadcrumb',
        { 'aria-label': 'Breadcrumb', role: 'navigation' },
        names.map((name) =>
          h(
            'span.el-breadcrumb__item',
            h('span.el-breadcrumb__inner', { role: 'link' }, name),
            h('span.el-breadcrumb__separator', '/'),
          ),
        ),
      ),
    tabs: (list, active, onPick) =>
      h(
        'div.el-tabs.el-tabs--top',
        h(
          'div.el-tabs__header',
          h(
            'div.el-tabs__nav-wrap',
            h(
              'div.el-tabs__nav-scroll',
              h(
                'div.el-tabs__nav',
                { role: 'tablist' },
                list.map(({ place, name }) =>
                  h(
                    `div.el-tabs__item.is-top${place === active ? '.is-active' : ''}`,
                    {
                      role: 'tab',
                      tabindex: 0,
                      'aria-selected': String(place === active),
                      onclick: () => onPick(place),
                    },
                    name,
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    steps: (names, active) =>
      h(
        'div.el-steps.el-steps--horizontal',
        names.map((name, at) =>
          h(
            'div.el-step.is-horizontal',
            h('div.el-step__head', h('div.el-step__icon', h('div.el-step__icon-inner', at + 1))),
            h(
              'div.el-step__main',
              h(`div.el-step__title.is-${at === active ? 'process' : at < active ? 'finish' : 'wait'}`, name),
            ),
          ),
        ),
      ),
  };
}
