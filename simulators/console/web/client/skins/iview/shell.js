// Header, menu and what stands above a page.
import { h, mark } from '../../dom.js';
import { otherPlatform, placeIn } from '../menu-state.js';

export function shell(boot, { to, go }) {
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

export const title = (text) => h('p.ivu-card-title', text);

export const breadcrumb = (names) =>
  h(
    'div.ivu-breadcrumb',
    names.map((name) =>
      h('span', h('span.ivu-breadcrumb-item-link', name), h('span.ivu-breadcrumb-item-separator', '/')),
    ),
  );

export const tabs = (list, active, onPick) =>
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
  );

export const steps = (names, active) =>
  h(
    'div.ivu-steps',
    names.map((name, at) =>
      h(
        `div.ivu-steps-item.ivu-steps-status-${at === active ? 'process' : at < active ? 'finish' : 'wait'}`,
        h('div.ivu-steps-head', h('div.ivu-steps-head-inner', h('span', at + 1))),
        h('div.ivu-steps-main', h('div.ivu-steps-title', name)),
      ),
    ),
  );
