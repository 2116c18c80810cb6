// Header, menu and what stands above a page.
import { h, mark } from '../../dom.js';
import { otherPlatform, placeIn } from '../menu-state.js';

export function shell(boot, { to, go }) {
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

export const title = (text) =>
  h('div.ant-page-header-heading', h('span.ant-page-header-heading-title', { title: text }, text));

export const breadcrumb = (names) =>
  h(
    'nav.ant-breadcrumb',
    h(
      'ol',
      names.flatMap((name, at) => [
        h('li', h('span.ant-breadcrumb-link', name)),
        at < names.length - 1 ? h('li.ant-breadcrumb-separator', { 'aria-hidden': 'true' }, '/') : null,
      ]),
    ),
  );

export const tabs = (list, active, onPick) =>
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
              h('div.ant-tabs-tab-btn', { role: 'tab', 'aria-selected': String(place === active), tabindex: 0 }, name),
            ),
          ),
        ),
      ),
    ),
  );

export const steps = (names, active) =>
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
  );
