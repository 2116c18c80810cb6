import { under } from '../../domain/addresses.js';
import { GLOBAL_CALLBACK_PATH } from '../../domain/callback.js';
import { E10_CATEGORY_PATH } from '../../domain/categories.js';
import type { Finding } from '../../domain/findings.js';
import type { Tenant } from '../../domain/tenant.js';
import { Unavailable } from '../../gateways/errors.js';
import type { Systems } from '../systems.js';

/** Whether E10 really has the two callback routes (`facts/weaver.md` §4.3). Private cloud only. */
export async function checkRoutes(tenant: Tenant, systems: Systems): Promise<Finding[]> {
  const urls = [GLOBAL_CALLBACK_PATH, E10_CATEGORY_PATH].map((path) => under(tenant.e10.address, path));
  const findings = await Promise.all(urls.map((url) => checkRoute(url, systems)));
  return findings.flat();
}

async function checkRoute(url: string, systems: Systems): Promise<Finding[]> {
  const verdict = await systems.routes().probeRoute(url);
  switch (verdict.route) {
    case 'exists':
      return [];
    case 'redirects': {
      const message = `answers ${verdict.status}, a redirect: a POST would lose its body on the way`;
      return [{ code: 'CALLBACK-ROUTE-REDIRECTS', severity: 'blocking', message, subject: url }];
    }
    case 'missing': {
      const message =
        verdict.why === 'front-end'
          ? `answers ${verdict.status} like any unknown page: the proxy sends it to the front end`
          : `answers ${verdict.status} like any unknown path of E10: wrong path or an old baseline`;
      return [{ code: 'CALLBACK-ROUTE-MISSING', severity: 'blocking', message, subject: url }];
    }
    case 'down':
      throw new Unavailable(
        { system: 'e10', method: 'POST', path: new URL(url).pathname },
        { status: verdict.status, text: 'the service behind the proxy is down' },
      );
  }
}
