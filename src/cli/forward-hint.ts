import { E10_CATEGORY_PATH, E9_CATEGORY_PATH } from '../domain/categories.js';

/** What an administrator adds to the server block of the OA, where no worker of ours manages the proxy. */
export function forwardBlock(tenantId: string): string {
  return [`  # qys-e10: ${tenantId}`, `  location = ${E9_CATEGORY_PATH} { rewrite ^ ${E10_CATEGORY_PATH} last; }`].join(
    '\n',
  );
}
