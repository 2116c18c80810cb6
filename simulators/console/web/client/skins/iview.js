// In the manner of View Design (iView) 4.7: its classes, and not one role.
import { h, mark, sleep } from '../dom.js';
import { otherPlatform, placeIn } from './menu-state.js';
import { written } from './words.js';

const TOAST_MS = 3000;

export function createUi(boot) {
  const button = (text, onclick, { primary, disabled } = {}) =>
    h(
      `button.ivu-btn.ivu-btn-${primary ? 'primary' : 'default'}`,
      { type: 'button', onclick, disabled },
      h('span', text),
    );

  async function box({ title, text, buttons, ms = 0 }) {
    await sleep(ms);
    return new Promise((resolve) => {
      const end = (answer) => {
        mark(wrap, 'ivu-modal-hidden', true);
        shade.style.display = 'none';
        resolve(answer);
      };
      const shade = h('div.ivu-modal-mask');
      const footer = h(
        'div.ivu-modal-confirm-footer',
        buttons.map((name, at) => button(name, () => end(name), { primary: at === buttons.length - 1 })),
      );
      const head = h('div.ivu-modal-confirm-head', h('div.ivu-modal-confirm-head-title', title));
      const wrap = h(
        'div.ivu-modal-wrap',
        h(
          'div.ivu-modal',
          h(
            'div.ivu-modal-content',
            h(
              'div.ivu-modal-body',
              h('div.ivu-modal-confirm', head, h('div.ivu-modal-confirm-body', h('div', text)), footer),
            ),
          ),
        ),
      );
      document.body.append(h('div.v-transfer-dom', shade, wrap));
    });
  }

  function toast(kind, text) {
    let holder = document.querySelector('body > .ivu-message');
    if (!holder) {
      holder = h('div.ivu-message', h('div'));
      document.body.append(holder);
    }
    const notice = h(
      'div.ivu-message-notice',
      h(
        'div.ivu-message-notice-content',
        h('div.ivu-message-notice-content-text', h(`div.ivu-message-${kind}`, h('i.ivu-icon'), h('span', text))),
      ),
    );
    holder.append(notice);
    setTimeout(() => notice.remove(), TOAST_MS);
  }

  const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

  function text({ value, readOnly, placeholder }) {
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

  function select({ value, options, before, readOnly }) {
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

  function toggle({ value, readOnly }) {
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
  function radio({ value, options, readOnly }) {
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

  function item({ label, control: { node }, required, tip, decoys }) {
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

  const rowOf = (label, content) =>
    h('div.ivu-form-item', h('label.ivu-form-item-label', label), h('div.ivu-form-item-content', content));

  function table({ columns, rows, actions, fixed }) {
    const isFixed = fixed === true && actions !== undefined;
    const all = actions ? [...columns, { name: '操作', actions }] : columns;
    const hides = (column, inFixed) => isFixed && (column.actions !== undefined) !== inFixed;
    const content = (column, row) =>
      column.actions
        ? column.actions.map(([name, act]) => h('a', { onclick: () => act(row) }, name))
        : h('span', String(column.of(row)));
    const cells = (row, inFixed) =>
      all.map((column) =>
        h(`td${hides(column, inFixed) ? '.ivu-table-hidden' : ''}`, h('div.ivu-table-cell', content(column, row))),
      );
    const heads = (inFixed) =>
      h(
        'thead',
        h(
          'tr',
          all.map((column) =>
            h(
              `th${hides(column, inFixed) ? '.ivu-table-hidden' : ''}`,
              h('div.ivu-table-cell', h('span', column.name)),
            ),
          ),
        ),
      );
    const body = (inFixed) =>
      h(
        'tbody.ivu-table-tbody',
        rows.map((row) => h('tr.ivu-table-row', cells(row, inFixed))),
      );
    const right = isFixed
      ? h(
          'div.ivu-table-fixed-right',
          h('div.ivu-table-fixed-header', h('table', heads(true))),
          h('div.ivu-table-fixed-body', h('table', body(true))),
        )
      : null;
    const none = rows.length === 0 ? h('div.ivu-table-tip', h('span', '暂无数据')) : null;
    return h(
      'div.ivu-table-wrapper',
      h(
        'div.ivu-table.ivu-table-default',
        h('div.ivu-table-header', h('table', heads(false))),
        h('div.ivu-table-body', h('table', body(false))),
        none,
        right,
      ),
    );
  }

  function pager({ page, size, total, unit, onPage }) {
    const last = Math.max(1, Math.ceil(total / size));
    const step = (title, side, to) => {
      const disabled = to < 1 || to > last;
      return h(
        `li.ivu-page-${side}${disabled ? '.ivu-page-disabled' : ''}`,
        { title, onclick: () => !disabled && void onPage(to) },
        h('a', h(`i.ivu-icon.ivu-icon-ios-arrow-${side === 'prev' ? 'back' : 'forward'}`)),
      );
    };
    const numbers = Array.from({ length: last }, (_, at) => at + 1).map((number) =>
      h(
        `li.ivu-page-item${number === page ? '.ivu-page-item-active' : ''}`,
        { title: number, onclick: () => void onPage(number) },
        h('a', number),
      ),
    );
    return h(
      'ul.ivu-page',
      h('span.ivu-page-total', `共 ${total} ${unit}`),
      step('上一页', 'prev', page - 1),
      numbers,
      step('下一页', 'next', page + 1),
    );
  }

  function drawer({ title, body, buttons }) {
    const close = () => root.remove();
    const inner = h(
      'div.ivu-drawer-content',
      h('a.ivu-drawer-close', { onclick: close }, h('i.ivu-icon.ivu-icon-ios-close')),
      h('div.ivu-drawer-header', h('div.ivu-drawer-header-inner', title)),
      h('div.ivu-drawer-body', body, h('div.drawer-footer', buttons)),
    );
    const root = h(
      'div.v-transfer-dom',
      h('div.ivu-drawer-mask'),
      h('div.ivu-drawer-wrap', h('div.ivu-drawer.ivu-drawer-right', inner)),
    );
    document.body.append(root);
    return { close };
  }

  function tree({ nodes, below, choice }) {
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

  function shell({ to, go }) {
    const place = placeIn(boot.menu, to);
    const sider = h('div.ivu-layout-sider-children');
    const content = h('div.page-content.scrolls');
    const tops = boot.menu.map((entry) => {
      const node = h(`li.ivu-menu-item${entry === place.top ? '.ivu-menu-item-active' : ''}`, entry.name);
      node.addEventListener('click', () => {
        if (entry.to) return go(entry.to);
        tops.forEach((one) => mark(one, 'ivu-menu-item-active', one === node));
        side(entry);
      });
      return node;
    });
    const menu = (entries) =>
      entries.map((entry) => {
        if (!entry.below)
          return h(
            `li.ivu-menu-item${place.holds(entry) ? '.ivu-menu-item-active' : ''}`,
            { onclick: () => go(entry.to) },
            entry.name,
          );
        const isOpen = boot.menuOpens === 'all-open' || place.holds(entry);
        const title = h(
          'div.ivu-menu-submenu-title',
          entry.name,
          h('i.ivu-icon.ivu-icon-ios-arrow-down.ivu-menu-submenu-title-icon'),
        );
        const node = h(
          `li.ivu-menu-submenu${isOpen ? '.ivu-menu-opened' : ''}`,
          title,
          h('ul.ivu-menu', { style: isOpen ? null : 'display:none' }, menu(entry.below)),
        );
        title.addEventListener('click', () => {
          const opens = !node.classList.contains('ivu-menu-opened');
          if (opens && boot.menuOpens === 'accordion')
            [...node.parentElement.children].forEach(
              (one) => one.classList.contains('ivu-menu-submenu') && show(one, false),
            );
          show(node, opens);
        });
        return node;
      });
    const show = (node, opens) => {
      mark(node, 'ivu-menu-opened', opens);
      node.lastChild.style.display = opens ? '' : 'none';
    };
    const side = (entry) =>
      sider.replaceChildren(
        ...(entry?.below ? [h('ul.ivu-menu.ivu-menu-light.ivu-menu-vertical', menu(entry.below))] : []),
      );
    side(place.top);
    const root = h(
      'div.ivu-layout',
      h(
        'div.ivu-layout-header.top-bar',
        h('b', '契约锁'),
        h('ul.ivu-menu.ivu-menu-dark.ivu-menu-horizontal', tops),
        otherPlatform(boot),
        h('a', { href: `${boot.base}/logout` }, 'admin'),
      ),
      h('div.ivu-layout.ivu-layout-has-sider', h('div.ivu-layout-sider', sider), h('div.ivu-layout-content', content)),
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
      mark(node, 'ivu-btn-loading', on);
    },
    link: (text, onclick) => h('a', { onclick }, text),
    form: (nodes) => h('form.ivu-form.ivu-form-label-right', { onsubmit: (event) => event.preventDefault() }, nodes),
    formButtons: (nodes) => h('div.ivu-form-item', h('div.ivu-form-item-content', nodes)),
    hiddenLabel: (label) =>
      h(
        'div.ivu-form-item',
        { style: 'display:none' },
        h('label.ivu-form-item-label', label),
        h('div.ivu-form-item-content', h('input.ivu-input')),
      ),
    plainItem: (label, content) => rowOf(label, h('span', content)),
    loading: () => h('div.ivu-spin', h('div.ivu-spin-text', '加载中…')),
    empty: (text) => h('div.ivu-empty', text),
    title: (text) => h('p.ivu-card-title', text),
    breadcrumb: (names) =>
      h(
        'div.ivu-breadcrumb',
        names.map((name) =>
          h('span', h('span.ivu-breadcrumb-item-link', name), h('span.ivu-breadcrumb-item-separator', '/')),
        ),
      ),
    tabs: (list, active, onPick) =>
      h(
        'div.ivu-tabs',
        h(
          'div.ivu-tabs-bar',
          h(
            'div.ivu-tabs-nav-container',
            h(
              'div.ivu-tabs-nav-wrap',
              h(
                'div.ivu-tabs-nav-scroll',
                h(
                  'div.ivu-tabs-nav',
                  list.map(({ place, name }) =>
                    h(
                      `div.ivu-tabs-tab${place === active ? '.ivu-tabs-tab-active' : ''}`,
                      { onclick: () => onPick(place) },
                      name,
                    ),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    steps: (names, active) =>
      h(
        'div.ivu-steps',
        names.map((name, at) =>
          h(
            `div.ivu-steps-item.ivu-steps-status-${at === active ? 'process' : at < active ? 'finish' : 'wait'}`,
            h('div.ivu-steps-head', h('div.ivu-steps-head-inner', h('span', at + 1))),
            h('div.ivu-steps-main', h('div.ivu-steps-title', name)),
          ),
        ),
      ),
  };
}
