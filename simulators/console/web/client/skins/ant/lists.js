// Tables, and how one pages through them.
import { h } from '../../dom.js';

export function table({ columns, rows, actions, fixed }) {
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
export function pager({ page, size, total, unit, onPage }) {
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
