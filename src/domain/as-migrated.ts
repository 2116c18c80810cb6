import type { Tenant } from './tenant.js';

/**
 * A tenant for its undo: what we wrote is by the file of that time, how its systems are reached and what may be given up is by
 * the file of today. So an address that was corrected since is no change by somebody else, and an expired token no obstacle.
 */
export function asMigrated(then: Tenant | undefined, today: Tenant): Tenant {
  if (!then) return today;
  const { console, openApi, signing, token, secret, dialect, driver, api, previous } = today.qiyuesuo;
  const reached = { console, openApi, token, secret, dialect, driver, previous };
  return {
    ...then,
    site: today.site,
    acceptUnrestorable: today.acceptUnrestorable,
    qiyuesuo: {
      ...then.qiyuesuo,
      ...reached,
      ...(signing === undefined ? {} : { signing }),
      ...(api === undefined ? {} : { api }),
    },
  };
}
