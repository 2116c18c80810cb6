// Tables, and how one pages through them.
import { h } from '../../dom.js';

export function table({ columns, rows, actions, fixed }) {
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
          h(`th${hides(column, inFixed) ? '.ivu-table-hidden' : ''}`, h('div.ivu-table-cell', h('span', column.name))),
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

export function pager({ page, size, total, unit, onPage }) {
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
