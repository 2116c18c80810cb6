// Header, menu and what stands above a page.
import { h, mark } from '../../dom.js';
import { otherPlatform, placeIn } from '../menu-state.js';

export function shell(boot, { to, go }) {
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

export const title = (text) => h('h2.page-title', text);

export const breadcrumb = (names) =>
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
  );

export const tabs = (list, active, onPick) =>
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
  );

export const steps = (names, active) =>
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
  );
