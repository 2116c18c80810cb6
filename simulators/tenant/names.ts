import { hash32, pick } from '../kernel/random.js';

const REGIONS = ['北京', '上海', '广州', '深圳', '杭州', '成都', '武汉', '西安', '苏州', '长沙'] as const;
const BRANDS = [
  '华岳',
  '明川',
  '瑞恒',
  '天珂',
  '盛远',
  '博诚',
  '嘉禾',
  '云岭',
  '九州',
  '海澜',
  '启辰',
  '金石',
] as const;
const TRADES = ['科技', '制造', '医药', '物流', '建设', '能源', '食品', '电子', '环保', '材料'] as const;
const KINDS = ['有限公司', '股份有限公司', '集团有限公司'] as const;
const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'] as [string, ...string[]];
const GIVEN = [...'伟芳娜敏静强磊洋艳勇军杰娟涛明超秀霞平刚桂英华玉萍红'] as [string, ...string[]];
const DEPARTMENTS = [
  '人力资源部',
  '财务部',
  '法务部',
  '采购部',
  '销售部',
  '研发中心',
  '信息技术部',
  '行政部',
  '生产部',
  '质量部',
] as const;
const CATEGORIES = [
  '采购合同',
  '销售合同',
  '劳动合同',
  '保密协议',
  '租赁合同',
  '印章借用',
  '框架协议',
  '报价函',
  '对账单',
  '授权书',
] as const;

/** A company as Chinese customers are called. */
export function companyName(seed: number): string {
  return (
    pick(REGIONS, seed, 'region') +
    pick(BRANDS, seed, 'brand') +
    pick(TRADES, seed, 'trade') +
    pick(KINDS, seed, 'kind')
  );
}

/** A person's name; many people share one, so nobody can be matched by it. */
export function personName(seed: number, index: number): string {
  const hash = hash32(seed, 'person', index);
  const at = (letters: readonly string[], shift: number) => letters[(hash >>> shift) % letters.length] ?? '';
  return at(SURNAMES, 0) + at(GIVEN, 8) + (hash % 3 === 0 ? '' : at(GIVEN, 16));
}

/** A department's name, numbered once the usual ones are used up. */
export function departmentName(index: number): string {
  return numbered(DEPARTMENTS, index, '第', '分部');
}

/** A business category's name, numbered once the usual ones are used up. */
export function categoryName(index: number): string {
  return numbered(CATEGORIES, index, '（', '）');
}

function numbered(names: readonly string[], index: number, before: string, after: string): string {
  const round = Math.floor(index / names.length);
  const name = names[index % names.length] ?? '';
  return round === 0 ? name : `${name}${before}${round + 1}${after}`;
}
