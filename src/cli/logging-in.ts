import type { ConsolePages } from '../console-browser.js';
import type { Tenant } from '../domain/tenant.js';

/** 管理平台, and 签署平台 where the business categories are edited. */
export type Platform = 'console' | 'signing';

type HowToLogIn = Omit<Parameters<ConsolePages['logIn']>[1], 'at'>;

/** Has somebody log in at each platform of each tenant, one after the other. `how` is asked right before each. */
export async function logInEach(
  pages: Pick<ConsolePages, 'logIn'>,
  tenants: readonly Tenant[],
  how: (tenant: Tenant, at: Platform, address: string) => HowToLogIn,
): Promise<void> {
  for (const tenant of tenants) {
    const { console, signing } = tenant.qiyuesuo;
    const platforms: [Platform, string][] = [
      ['console', console],
      ...(signing === undefined ? [] : ([['signing', signing]] satisfies [Platform, string][])),
    ];
    for (const [at, address] of platforms) await pages.logIn(tenant, { ...how(tenant, at, address), at });
  }
}
