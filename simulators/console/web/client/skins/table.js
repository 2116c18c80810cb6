// An old page: tables for layout, the browser's own controls and dialogs, each page a document.
import { h, sleep } from '../dom.js';
import { otherPlatform, placeIn } from './menu-state.js';

let ids = 0;

export function createUi(boot) {
  const button = (text, onclick, { disabled } = {}) =>
    h('input.btn', { type: 'button', value: text, onclick, disabled });
  const void0 = 'javascript:void(0)';

  /** The browser's own box: the last button is its OK. */
  async function box({ text, buttons, ms = 0 }) {
    await sleep(ms);
    if (buttons.length === 1) {
      window.alert(text);
      return buttons[0];
    }
    return window.confirm(text) ? buttons.at(-1) : buttons[0];
  }

  function toast(kind, text) {
    if (kind === 'error') return window.alert(text);
    document.querySelector('.msg')?.remove();
    const node = h('div.msg', text);
    document.body.append(node);
    setTimeout(() => node.remove(), 3000);
  }

  const control = ({ kind, ...given }) => ({ text, select, switch: toggle, radio })[kind](given);

  function text({ value, readOnly, placeholder }) {
    const node = h('input.txt', { type: 'text', size: 60, placeholder, readonly: readOnly, disabled: readOnly });
    node.value = value ?? '';
    return { node, get: () => node.value, set: (to) => (node.value = to) };
  }

  function select({ value, options, before, readOnly }) {
    const node = h(
      'select',
      { disabled: readOnly },
      options.map((option) => h('option', { value: option.value }, option.label)),
    );
    let current = value;
    node.value = value;
    node.addEventListener('change', async () => {
      const to = node.value;
      if (!before || (await before(to))) current = to;
      else node.value = current;
    });
    return { node, get: () => node.value, set: (to) => (node.value = current = to) };
  }

  function toggle({ value, readOnly }) {
    const node = h('input', { type: 'checkbox', disabled: readOnly });
    const set = (to) => (node.checked = to === true || to === 'true');
    set(value);
    return { node, get: () => node.checked, set };
  }

  function radio({ value, options, readOnly }) {
    const name = `r${++ids}`;
    const inputs = options.map((option) => ({
      option,
      input: h('input', {
        type: 'radio',
        name,
        id: `${name}-${option.value}`,
        value: option.value,
        disabled: readOnly,
      }),
    }));
    const set = (to) => inputs.forEach(({ option, input }) => (input.checked = option.value === to));
    set(value);
    const node = h(
      'span',
      inputs.map(({ option, input }) => [input, h('label', { for: input.id }, option.label), ' ']),
    );
    return { node, get: () => inputs.find(({ input }) => input.checked)?.option.value ?? '', set };
  }

  /** A row of the form's table; star and colon stand in the text. */
  function item({ label, control: { node }, required }) {
    const written = (to) => (to === '' ? '' : `${required ? '* ' : ''}${to}：`);
    const cell = h('td.td-label', written(label));
    return { node: h('tr', cell, h('td.td-value', node)), setLabel: (to) => (cell.textContent = written(to)) };
  }

  const rowOf = (name, content) => h('tr', h('td.td-label', name), h('td.td-value', content));

  function table({ columns, rows, actions }) {
    const all = actions ? [...columns, { name: '操作', actions }] : columns;
    const cell = (column, row) =>
      column.actions
        ? column.actions.map(([name, act]) => [h('a', { href: void0, onclick: () => act(row) }, name), ' '])
        : String(column.of(row));
    const lines = rows.map((row, at) =>
      h(
        `tr${at % 2 ? '.odd' : ''}`,
        all.map((column) => h('td', cell(column, row))),
      ),
    );
    return h(
      'table.list',
      { width: '100%', border: 1, cellspacing: 0 },
      h(
        'tr',
        all.map(({ name }) => h('th', name)),
      ),
      lines,
      rows.length === 0 ? h('tr', h('td', { colspan: all.length }, '暂无数据')) : null,
    );
  }

  function pager({ page, size, total, unit, onPage }) {
    const last = Math.max(1, Math.ceil(total / size));
    const link = (name, to) =>
      to < 1 || to > last ? h('span.disabled', name) : h('a', { href: void0, onclick: () => void onPage(to) }, name);
    return h(
      'div.pages',
      h('span', `共 ${total} ${unit}`),
      h('span', `第 ${page}/${last} 页`),
      link('首页', page > 1 ? 1 : 0),
      link('上一页', page - 1),
      link('下一页', page + 1),
      link('末页', page < last ? last : 0),
    );
  }

  function drawer({ title, body, buttons }) {
    const close = () => layer.remove();
    const layer = h(
      'div.layer',
      h('div.layer-title', h('b', title), h('a', { href: void0, onclick: close }, '关闭')),
      body,
      h('div.layer-buttons', buttons),
    );
    document.body.append(layer);
    return { close };
  }

  function tree({ nodes, below, choice }) {
    const draws = [];
    const nodeOf = (unit) => {
      const check = h('input', { type: 'checkbox' });
      const sign = h('a.tree-toggle', { href: void0 }, unit.leaf ? '' : '[+]');
      const children = h('ul', { style: 'display:none' });
      let isLoaded = false;
      draws.push(() => {
        check.checked = choice.isChosen(unit.id);
        check.indeterminate = choice.isHalf(unit.id);
      });
      draws.at(-1)();
      check.addEventListener('change', () => {
        choice.toggle(unit.id);
        draws.forEach((draw) => draw());
      });
      sign.addEventListener('click', async () => {
        const opens = children.style.display === 'none';
        children.style.display = opens ? '' : 'none';
        sign.textContent = opens ? '[-]' : '[+]';
        if (isLoaded || unit.leaf) return;
        isLoaded = true;
        children.append(...(await below(unit.id)).map(nodeOf));
      });
      return h('li', sign, ' ', check, h('span', unit.name), children);
    };
    return h('ul.tree', nodes.map(nodeOf));
  }

  /** Links in lists, no roles. */
  function shell({ to, addressOf }) {
    const place = placeIn(boot.menu, to);
    const left = h('div', { id: 'left' });
    const content = h('div.page-content.scrolls', { id: 'right' });
    const link = (entry, onclick) =>
      h(
        `a${place.holds(entry) ? '.current' : ''}`,
        { href: entry.to ? addressOf(entry.to) : void0, onclick },
        entry.name,
      );
    const menu = (entries) =>
      entries.map((entry) => {
        if (!entry.below) return h('li', link(entry));
        const isOpen = boot.menuOpens === 'all-open' || place.holds(entry);
        const inner = h('ul', { style: isOpen ? null : 'display:none' }, menu(entry.below));
        const node = h(
          'li.folder',
          link(entry, () => {
            const opens = inner.style.display === 'none';
            if (opens && boot.menuOpens === 'accordion')
              node.parentElement
                .querySelectorAll(':scope > .folder > ul')
                .forEach((one) => (one.style.display = 'none'));
            inner.style.display = opens ? '' : 'none';
          }),
          inner,
        );
        return node;
      });
    const side = (entry) => left.replaceChildren(...(entry?.below ? [h('ul', menu(entry.below))] : []));
    side(place.top);
    const tops = boot.menu.map((entry) =>
      h(
        'li',
        link(entry, () => !entry.to && side(entry)),
      ),
    );
    const root = h(
      'div',
      h(
        'div.top-bar',
        h('b', '契约锁'),
        h('ul', { id: 'nav' }, tops),
        otherPlatform(boot),
        h('a', { href: `${boot.base}/logout` }, '退出'),
      ),
      h(
        'table.layout',
        { width: '100%' },
        h('tr', h('td', { width: 200, valign: 'top' }, left), h('td', { valign: 'top' }, content)),
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
    },
    link: (text, onclick) => h('a', { href: void0, onclick }, text),
    form: (nodes) => h('table.form', { cellpadding: 4 }, h('tbody', nodes)),
    formButtons: (nodes) =>
      h(
        'tr',
        h('td'),
        h(
          'td',
          nodes.flatMap((node) => [node, ' ']),
        ),
      ),
    hiddenLabel: (label) => h('tr', { style: 'display:none' }, h('td.td-label', `${label}：`), h('td', h('input.txt'))),
    plainItem: (label, content) => rowOf(`${label}：`, content),
    loading: () => h('p', '加载中…'),
    empty: (text) => h('p.none', text),
    title: (text) => h('h3', text),
    breadcrumb: (names) =>
      h(
        'p.where',
        '当前位置：',
        names.map((name, at) => [at > 0 ? ' > ' : '', h('span', name)]),
      ),
    tabs: (list, active, onPick) =>
      h(
        'ul.tab',
        list.map(({ place, name }) =>
          h('li', h(`a${place === active ? '.current' : ''}`, { href: void0, onclick: () => onPick(place) }, name)),
        ),
      ),
    steps: (names, active) =>
      h(
        'p.steps',
        names.map((name, at) => [h(at === active ? 'b' : 'span', `${at + 1}. ${name}`), ' ']),
      ),
  };
}
