import type { Customer } from '../../tenant/customer.js';
import type { Platform } from './web-state.js';

/** An entry of the menu: a place, or a part with entries below it. */
export interface MenuEntry {
  name: string;
  to?: string;
  below?: MenuEntry[];
}

/** The menu of a platform, with the words of the procedure (`facts/official-procedure.zh.md`). */
export function menuOf({ spec }: Customer, platform: Platform): MenuEntry[] {
  const { menuName, categoriesAt, categoriesName } = spec.web;
  const categories: MenuEntry = { name: categoriesName, to: '/categories' };
  const home: MenuEntry = { name: '首页', to: '/home' };
  if (platform === 'signing') {
    const sealing: MenuEntry = { name: '印控中心', below: categoriesAt === 'signing' ? [categories] : [] };
    return [home, { name: '合同管理', below: [{ name: '全部合同', to: '/other/contracts' }] }, sealing];
  }
  if (spec.deployment === 'public') {
    const below = [
      { name: '泛微E-cology集成', to: '/ecology9' },
      { name: '泛微E-cology10集成', to: '/ecology10' },
      { name: '钉钉集成', to: '/other/dingtalk' },
    ];
    return [home, { name: '集成中心', below: [{ name: '集成管理', below }] }];
  }
  const managed = [
    { name: menuName, to: '/ecology' },
    { name: '钉钉集成', to: '/other/dingtalk' },
    { name: '企业微信集成', to: '/other/wecom' },
  ];
  const loggedIn = [
    { name: menuName, to: '/app' },
    { name: '自定义应用', to: '/other/app' },
  ];
  return [
    home,
    {
      name: '集成中心',
      below: [
        { name: '集成管理', below: managed },
        { name: '集成登录', below: loggedIn },
      ],
    },
    {
      name: '系统管理',
      below: [
        ...(categoriesAt === 'console' ? [categories] : []),
        { name: '管理员', to: '/other/admins' },
        { name: '操作日志', to: '/other/log' },
      ],
    },
  ];
}
