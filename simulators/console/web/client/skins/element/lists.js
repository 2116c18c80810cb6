// Tables, and how one pages through them.
import { h } from '../../dom.js';

export function table({ columns, rows, actions, fixed }) {
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

export function pager({ page, size, total, unit, onPage }) {
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
