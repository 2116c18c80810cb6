// Which page stands at which place.
import { h } from '../dom.js';
import { appPage, appEditPage } from './app.js';
import { categoriesPage } from './categories.js';
import { integrationPage } from './integration.js';
import { peoplePage, runsPage, wizardPage } from './people-sync.js';

const INTEGRATION_TABS = [
  ['/ecology', '集成概况'],
  ['/ecology/config', '集成配置信息'],
  ['/ecology/sync', '组织人员同步'],
];
const SYNC_TABS = [
  ['/ecology/sync', '同步设置'],
  ['/ecology/sync/runs', '同步记录'],
  ['/ecology/sync/people', '人员列表'],
];
const APP_TABS = [
  ['/app/edit', '基本信息'],
  ['/app/callback', '回调地址'],
];

/** The nodes of a page, and what happens once they stand there. */
export async function pageAt(to, tools) {
  const { boot, ui, go } = tools;
  const tabs = (list, active) =>
    ui.tabs(
      list.map(([place, name]) => ({ place, name })),
      active,
      go,
    );
  const integration = (active, page, more = []) =>
    framed(tools, ['集成中心', '集成管理', boot.menuName], [tabs(INTEGRATION_TABS, active), ...more], page);
  switch (to) {
    case '/home':
      return { nodes: [ui.title('首页'), h('p', `欢迎使用契约锁，${boot.company}`)] };
    case '/ecology':
      return integration('/ecology', { nodes: [h('p', `${boot.menuName}：已启用`)] });
    case '/ecology/config':
      return integration('/ecology/config', await integrationPage(tools));
    case '/ecology/sync':
      return integration('/ecology/sync', await wizardPage(tools), [tabs(SYNC_TABS, to)]);
    case '/ecology/sync/runs':
      return integration('/ecology/sync', await runsPage(tools), [tabs(SYNC_TABS, to)]);
    case '/ecology/sync/people':
      return integration('/ecology/sync', await peoplePage(tools), [tabs(SYNC_TABS, to)]);
    case '/ecology10':
      return framed(tools, ['集成中心', '集成管理', '泛微E-cology10集成'], [], await integrationPage(tools, 'E10'));
    case '/ecology9':
      return framed(tools, ['集成中心', '集成管理', '泛微E-cology集成'], [], await integrationPage(tools, 'E9'));
    case '/app':
      return framed(tools, ['集成中心', '集成登录', boot.menuName], [], appPage(tools));
    case '/app/edit':
    case '/app/callback':
      return framed(
        tools,
        ['集成中心', '集成登录', boot.menuName, '编辑应用'],
        [tabs(APP_TABS, to)],
        await appEditPage(to, tools),
      );
    case '/categories':
      return framed(
        tools,
        [boot.platform === 'signing' ? '印控中心' : '系统管理', boot.categoriesName],
        [],
        await categoriesPage(tools),
      );
    default:
      return { nodes: [ui.empty('暂无数据')] };
  }
}

/** Breadcrumb and title say the same as the menu. */
function framed({ ui }, trail, above, page) {
  return { ...page, nodes: [ui.breadcrumb(trail), ui.title(trail.at(-1)), ...above, ...page.nodes] };
}
