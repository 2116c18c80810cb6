import type { Tenant } from '../domain/tenant.js';
import { isLoopback } from './address.js';
import type { Flaw } from './errors.js';

/**
 * What is allowed and looks wrong. The formats of Weaver's codes were only seen, never published (facts/weaver.md §1.4, §3), so
 * they warn. Paths start at the tenant.
 */
export function tenantLints(tenant: Tenant): Flaw[] {
  const { tenantKey, corpId, appKey, ownApp } = tenant.e10;
  return [
    ...addressesOf(tenant).flatMap(([path, address]) => plainHttp(path, address)),
    ...tenantKeyLints(tenantKey),
    ...corpIdLints(['e10', 'corpId'], corpId, tenantKey),
    ...hexLints(['e10', 'appKey'], appKey),
    ...corpIdLints(['e10', 'ownApp', 'corpId'], ownApp?.corpId, tenantKey),
    ...hexLints(['e10', 'ownApp', 'appKey'], ownApp?.appKey),
  ];
}

function addressesOf({ qiyuesuo, e9, e10 }: Tenant): [string[], string | undefined][] {
  return [
    [['qiyuesuo', 'console'], qiyuesuo.console],
    [['qiyuesuo', 'openApi'], qiyuesuo.openApi],
    [['qiyuesuo', 'signing'], qiyuesuo.signing],
    [['qiyuesuo', 'api', 'address'], qiyuesuo.api?.address],
    [['e9', 'address'], e9?.address],
    [['e10', 'address'], e10.address],
    [['e10', 'openPlatform'], e10.openPlatform],
  ];
}

function plainHttp(path: string[], address: string | undefined): Flaw[] {
  if (address === undefined || !address.startsWith('http:') || isLoopback(address)) return [];
  const message = 'plain http: secrets and signatures travel in clear';
  return [{ code: 'PLAIN-HTTP', message, fix: 'use https where the system offers it', path }];
}

function tenantKeyLints(tenantKey: string): Flaw[] {
  if (/^t[0-9a-z]{9}$/.test(tenantKey)) return [];
  return [
    {
      code: 'FORMAT-SUSPECT',
      message: 'a tenant key usually is t and 9 of a-z and 0-9',
      fix: 'compare with the 识别码 of 后台管理中心 → 基本设置 → 授权信息; it is not the 标识码 of the licence',
      path: ['e10', 'tenantKey'],
    },
  ];
}

function corpIdLints(path: string[], corpId: string | undefined, tenantKey: string): Flaw[] {
  if (corpId === undefined || corpId !== tenantKey) return hexLints(path, corpId);
  const message = 'the corpId is the same as the tenant key';
  return [{ code: 'FORMAT-SUSPECT', message, fix: 'take the corpId from 后台管理中心 → 开放平台 → 开发者资料', path }];
}

function hexLints(path: string[], code: string | undefined): Flaw[] {
  if (code === undefined || /^[0-9a-f]{32}$/.test(code)) return [];
  const message = 'this code usually has 32 characters of 0-9 and a-f';
  return [{ code: 'FORMAT-SUSPECT', message, fix: 'compare with 后台管理中心 → 开放平台', path }];
}
