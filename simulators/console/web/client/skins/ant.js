// In the manner of Ant Design 5: its classes and roles, written by hand.
import { h, mark, sleep } from '../dom.js';
import { otherPlatform, placeIn } from './menu-state.js';

const TOAST_MS = 3000;
let ids = 0;

/** Two Chinese characters are set apart in buttons. */
function spaced(text) {
  return /^[\u4e00-\u9fff]{2}$/.test(text) ? `${text[0]} ${text[1]}` : text;
}

export function createUi(boot) {
  const button = (text, onclick, { primary, disabled } = {}) =>
    h(
      `button.ant-btn.ant-btn-${primary ? 'primary' : 'default'}`,
      { type: 'button', onclick, disabled },
      h('span', spaced(text)),
    );

  /** A closed modal stays in the document, without being shown. */
  async function box({ title, text, buttons, ms = 0 }) {
    await sleep(ms);
    return new Promise((resolve) => {
      const end = (answer) => {
        wrap.style.display = 'none';
        shade.style.display = 'none';
        resolve(answer);
      };
      const shade = h('div.ant-modal-mask');
      const footer = h(
        'div.ant-modal-confirm-btns',
        buttons.map((name, at) => button(name, () => end(name), { primary: at === buttons.length - 1 })),
      );
      const body = h(
        'div.ant-modal-confirm-body',
        h('span.anticon', { role: 'img' }),
        h(
          'div.ant-modal-confirm-paragraph',
          h('span.ant-modal-confirm-title', title),
          h('div.ant-modal-confirm-content', text),
        ),
      );
      const wrap = h(
        'div.ant-modal-wrap',
        { tabindex: -1 },
        h(
          'div.ant-modal.ant-modal-confirm',
          { role: 'dialog', 'aria-modal': 'true' },
          h('div.ant-modal-content', h('div.ant-modal-body', h('div.ant-modal-confirm-body-wrapper', body, footer))),
        ),
      );
      document.body.append(h('div', h('div.ant-modal-root', shade, wrap)));
    });
  }

  function toast(kind, text) {
    let holder = document.querySelector('body > .ant-message');
    if (!holder) {
      holder = h('div.ant-message', h('div'));
      document.body.append(holder);
    }
    const notice = h(
      'div.ant-message-notice-wrapper',
      h(
        'div.ant-message-notice',
        h(
          'div.ant-message-notice-content',
          h(`div.ant-message-custom-content.ant-message-${kind}`, h('span.anticon', { role: 'img' }), h('span', text)),
        ),
      ),
    );
    holder.append(notice);
    setTimeout(() => notice.remove(), TOAST_MS);
  }

  const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

  function text({ value, readOnly, placeholder }) {
    const input = h('input.ant-input', { id: `form_${++ids}`, type: 'text', placeholder, disabled: readOnly });
    input.value = value ?? '';
    return { node: input, id: input.id, get: () => input.value, set: (to) => (input.value = to) };
  }

  /** The combobox is not to be seen; every option stands twice, once without size. */
  function select({ value, options, before, readOnly }) {
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

  function toggle({ value, readOnly }) {
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

  function radio({ value, options, readOnly }) {
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

  /** The colon after a label is the style sheet's. */
  function item({ label, control: { node, id }, required, tip, decoys }) {
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

  function row(label, content) {
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

  function table({ columns, rows, actions, fixed }) {
    const all = actions ? [...columns, { name: '操作', actions }] : columns;
    const content = (column, line) =>
      column.actions
        ? h(
            'div.ant-space',
            column.actions.map(([name, act]) => h('div.ant-space-item', h('a', { onclick: () => act(line) }, name))),
          )
        : String(column.of(line));
    const measure = fixed
      ? h(
          'tr.ant-table-measure-row',
          { 'aria-hidden': 'true', style: 'height:0' },
          all.map(({ name }) =>
            h('td', { style: 'padding:0;height:0' }, h('div', { style: 'height:0;overflow:hidden' }, name)),
          ),
        )
      : null;
    const lines = rows.map((line, at) =>
      h(
        'tr.ant-table-row.ant-table-row-level-0',
        { 'data-row-key': at },
        all.map((column) =>
          h(`td.ant-table-cell${fixed && column.actions ? '.ant-table-cell-fix-right' : ''}`, content(column, line)),
        ),
      ),
    );
    const none =
      rows.length === 0
        ? h(
            'tr.ant-table-placeholder',
            h('td.ant-table-cell', { colspan: all.length }, h('div.ant-empty-description', '暂无数据')),
          )
        : null;
    return h(
      'div.ant-table-wrapper',
      h(
        'div.ant-spin-nested-loading',
        h(
          'div.ant-spin-container',
          h(
            'div.ant-table',
            h(
              'div.ant-table-container',
              h(
                'div.ant-table-content',
                h(
                  'table',
                  h(
                    'thead.ant-table-thead',
                    h(
                      'tr',
                      all.map(({ name }) => h('th.ant-table-cell', { scope: 'col' }, name)),
                    ),
                  ),
                  h('tbody.ant-table-tbody', measure, lines, none),
                ),
              ),
            ),
          ),
        ),
      ),
    );
  }

  /** Previous and next have a title and an icon, no words. */
  function pager({ page, size, total, unit, onPage }) {
    const last = Math.max(1, Math.ceil(total / size));
    const step = (title, side, to) => {
      const disabled = to < 1 || to > last;
      return h(
        `li.ant-pagination-${side}${disabled ? '.ant-pagination-disabled' : ''}`,
        { title, 'aria-disabled': String(disabled), onclick: () => !disabled && void onPage(to) },
        h(
          'button.ant-pagination-item-link',
          { type: 'button', tabindex: -1, disabled },
          h(`span.anticon.anticon-${side === 'prev' ? 'left' : 'right'}`, { role: 'img' }),
        ),
      );
    };
    const numbers = Array.from({ length: last }, (_, at) => at + 1).map((number) =>
      h(
        `li.ant-pagination-item.ant-pagination-item-${number}${number === page ? '.ant-pagination-item-active' : ''}`,
        { title: number, tabindex: 0, onclick: () => void onPage(number) },
        h('a', { rel: 'nofollow' }, number),
      ),
    );
    return h(
      'ul.ant-pagination',
      h('li.ant-pagination-total-text', `共 ${total} ${unit}`),
      step('上一页', 'prev', page - 1),
      numbers,
      step('下一页', 'next', page + 1),
    );
  }

  function drawer({ title, body, buttons }) {
    const close = () => root.remove();
    const root = h(
      'div.ant-drawer.ant-drawer-right.ant-drawer-open',
      { tabindex: -1 },
      h('div.ant-drawer-mask'),
      h(
        'div.ant-drawer-content-wrapper',
        h(
          'div.ant-drawer-content',
          { role: 'dialog', 'aria-modal': 'true' },
          h(
            'div.ant-drawer-wrapper-body',
            h(
              'div.ant-drawer-header',
              h(
                'div.ant-drawer-header-title',
                h('button.ant-drawer-close', { type: 'button', 'aria-label': 'Close', onclick: close }, '×'),
                h('div.ant-drawer-title', title),
              ),
            ),
            h('div.ant-drawer-body', body),
            h('div.ant-drawer-footer', buttons),
          ),
        ),
      ),
    );
    document.body.append(root);
    return { close };
  }

  /** A flat list of rows; what is below what is told by the indent only. */
  function tree({ nodes, below, choice }) {
    const holder = h('div.ant-tree-list-holder-inner');
    let rows = nodes.map((unit) => ({ unit, depth: 0, isOpen: false, children: undefined }));
    const draw = () => holder.replaceChildren(...rows.flatMap(drawn));
    const drawn = (line) => [lineOf(line), ...(line.isOpen ? (line.children ?? []).flatMap(drawn) : [])];

    function lineOf(line) {
      const { unit, depth, isOpen } = line;
      const state = choice.isChosen(unit.id) ? 'true' : choice.isHalf(unit.id) ? 'mixed' : 'false';
      const box = h(
        'span.ant-tree-checkbox',
        { role: 'checkbox', 'aria-checked': state },
        h('span.ant-tree-checkbox-inner'),
      );
      mark(box, 'ant-tree-checkbox-checked', state === 'true');
      mark(box, 'ant-tree-checkbox-indeterminate', state === 'mixed');
      box.addEventListener('click', () => {
        choice.toggle(unit.id);
        draw();
      });
      const side = unit.leaf ? 'noop' : isOpen ? 'open' : 'close';
      const switcher = h(`span.ant-tree-switcher.ant-tree-switcher_${side}`, { onclick: () => void open(line) });
      const indent = h(
        'span.ant-tree-indent',
        { 'aria-hidden': 'true' },
        Array.from({ length: depth }, () => h('span.ant-tree-indent-unit')),
      );
      return h(
        `div.ant-tree-treenode.ant-tree-treenode-switcher-${side}`,
        { draggable: 'false' },
        indent,
        switcher,
        box,
        h('span.ant-tree-node-content-wrapper', { title: unit.name }, h('span.ant-tree-title', unit.name)),
      );
    }

    async function open(line) {
      if (line.unit.leaf) return;
      line.children ??= (await below(line.unit.id)).map((unit) => ({ unit, depth: line.depth + 1, isOpen: false }));
      line.isOpen = !line.isOpen;
      draw();
    }

    draw();
    return h(
      'div.ant-tree.ant-tree-icon-hide',
      { role: 'tree' },
      h('div.ant-tree-list', h('div.ant-tree-list-holder', h('div', holder))),
    );
  }

  function shell({ to, go }) {
    const place = placeIn(boot.menu, to);
    const sider = h('div.ant-layout-sider-children');
    const content = h('div.page-content.scrolls');
    const words = (name) => h('span.ant-menu-title-content', name);
    const tops = boot.menu.map((entry) => {
      const node = h(
        `li.ant-menu-item${entry === place.top ? '.ant-menu-item-selected' : ''}`,
        { role: 'menuitem', tabindex: -1 },
        words(entry.name),
      );
      node.addEventListener('click', () => {
        if (entry.to) return go(entry.to);
        tops.forEach((one) => mark(one, 'ant-menu-item-selected', one === node));
        side(entry);
      });
      return node;
    });
    const menu = (entries, depth) =>
      entries.map((entry) => {
        const style = `padding-left:${24 * depth}px`;
        if (!entry.below)
          return h(
            `li.ant-menu-item${place.holds(entry) ? '.ant-menu-item-selected' : ''}`,
            { role: 'menuitem', tabindex: -1, style, onclick: () => go(entry.to) },
            words(entry.name),
          );
        const isOpen = boot.menuOpens === 'all-open' || place.holds(entry);
        const inner = h(
          `ul.ant-menu.ant-menu-sub.ant-menu-inline${isOpen ? '' : '.ant-menu-hidden'}`,
          { role: 'menu' },
          menu(entry.below, depth + 1),
        );
        const title = h(
          'div.ant-menu-submenu-title',
          { role: 'menuitem', tabindex: -1, style, 'aria-expanded': String(isOpen), 'aria-haspopup': 'true' },
          words(entry.name),
          h('i.ant-menu-submenu-arrow'),
        );
        const node = h(
          `li.ant-menu-submenu.ant-menu-submenu-inline${isOpen ? '.ant-menu-submenu-open' : ''}`,
          { role: 'none' },
          title,
          inner,
        );
        title.addEventListener('click', () => {
          const opens = title.getAttribute('aria-expanded') !== 'true';
          if (opens && boot.menuOpens === 'accordion')
            [...node.parentElement.children].forEach(
              (one) => one.classList.contains('ant-menu-submenu') && show(one, false),
            );
          show(node, opens);
        });
        return node;
      });
    const show = (node, opens) => {
      mark(node, 'ant-menu-submenu-open', opens);
      node.firstChild.setAttribute('aria-expanded', String(opens));
      mark(node.lastChild, 'ant-menu-hidden', !opens);
    };
    const side = (entry) =>
      sider.replaceChildren(
        ...(entry?.below
          ? [h('ul.ant-menu.ant-menu-root.ant-menu-inline.ant-menu-light', { role: 'menu' }, menu(entry.below, 1))]
          : []),
      );
    side(place.top);
    const root = h(
      'section.ant-layout',
      h(
        'header.ant-layout-header',
        h('span.logo', '契约锁'),
        h('ul.ant-menu.ant-menu-root.ant-menu-horizontal', { role: 'menu' }, tops),
        h('span.user', otherPlatform(boot), ' ', h('a', { href: `${boot.base}/logout` }, 'admin')),
      ),
      h(
        'section.ant-layout.ant-layout-has-sider',
        h('aside.ant-layout-sider', sider),
        h('main.ant-layout-content', content),
      ),
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
      mark(node, 'ant-btn-loading', on);
    },
    link: (text, onclick) => h('a.ant-typography', { onclick }, text),
    form: (nodes) => h('form.ant-form.ant-form-horizontal', { onsubmit: (event) => event.preventDefault() }, nodes),
    formButtons: (nodes) => row('', nodes),
    hiddenLabel: (label) =>
      h('div.ant-form-item.ant-form-item-hidden', h('label', { title: label }, label), h('input.ant-input')),
    plainItem: (label, content) => row(h('label', { title: label }, label), h('span.ant-form-text', content)),
    loading: () => h('div.ant-spin.ant-spin-spinning', { 'aria-busy': 'true' }, h('div.ant-spin-text', '加载中…')),
    empty: (text) => h('div.ant-empty', h('div.ant-empty-description', text)),
    title: (text) => h('div.ant-page-header-heading', h('span.ant-page-header-heading-title', { title: text }, text)),
    breadcrumb: (names) =>
      h(
        'nav.ant-breadcrumb',
        h(
          'ol',
          names.flatMap((name, at) => [
            h('li', h('span.ant-breadcrumb-link', name)),
            at < names.length - 1 ? h('li.ant-breadcrumb-separator', { 'aria-hidden': 'true' }, '/') : null,
          ]),
        ),
      ),
    tabs: (list, active, onPick) =>
      h(
        'div.ant-tabs.ant-tabs-top',
        h(
          'div.ant-tabs-nav',
          { role: 'tablist' },
          h(
            'div.ant-tabs-nav-wrap',
            h(
              'div.ant-tabs-nav-list',
              list.map(({ place, name }) =>
                h(
                  `div.ant-tabs-tab${place === active ? '.ant-tabs-tab-active' : ''}`,
                  { onclick: () => onPick(place) },
                  h(
                    'div.ant-tabs-tab-btn',
                    { role: 'tab', 'aria-selected': String(place === active), tabindex: 0 },
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
        'div.ant-steps.ant-steps-horizontal',
        names.map((name, at) =>
          h(
            `div.ant-steps-item.ant-steps-item-${at === active ? 'process' : at < active ? 'finish' : 'wait'}`,
            h(
              'div.ant-steps-item-container',
              h('div.ant-steps-item-icon', h('span.ant-steps-icon', at + 1)),
              h('div.ant-steps-item-content', h('div.ant-steps-item-title', name)),
            ),
          ),
        ),
      ),
  };
}
