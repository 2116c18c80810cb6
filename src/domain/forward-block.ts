import { E10_CATEGORY_PATH, E9_CATEGORY_PATH } from './categories.js';

/** Room for the photographs of physical seals. Weaver caps uploads at 10 MB (`facts/qiyuesuo.md` §1.6). */
const MAX_BODY = '50m';
/** E10 may do the whole work before it answers (`facts/weaver.md` §4.2), and the time that Qiyuesuo waits is not published. */
const TIMEOUT = '120s';

export interface ForwardOptions {
  tenantId: string;
  /** Scheme, host and port of the OA behind this proxy, e.g. `http://10.0.0.8:8080`. Absent: the site's own location for `/papi` is used. */
  upstream?: string;
}

/**
 * The nginx block that answers E9's category callback from E10: to be included inside the site's `server { … }`. The same input
 * gives the same text. Always internal, never a redirect: most clients turn a redirected POST into a GET and lose the body.
 *
 * Without `upstream` (the default) nginx looks for a location again, with the new path. So Host, X-Forwarded-*, certificates,
 * balancing and logging are the site's own, today and after the next change of it; method, body, headers and query stay. Two
 * limits: a location that passes on `$request_uri` would still send the old path, and the site's own `client_max_body_size` for
 * `/papi` counts as well. Where either is in the way, name the `upstream`, and the block stands alone.
 *
 * Throws on a tenant id or upstream that could break out of its place in the configuration.
 */
export function renderForward({ tenantId, upstream }: ForwardOptions): string {
  if (!/^[^\p{Cc}]+$/u.test(tenantId)) throw new Error('The tenant id does not fit into a comment');
  const directives = upstream === undefined ? rewriting() : proxying(upstream);
  return [
    `# Managed by qys-e10 for tenant ${tenantId}: a move overwrites edits; an undo takes this text away, but asks where it was edited.`,
    '# The categories (用印流程) of Qiyuesuo keep calling the path of E9; E10 answers. No redirect: it would lose the body of a POST.',
    `location = ${E9_CATEGORY_PATH} {`,
    ...directives.map((directive) => `    ${directive}`),
    '}',
    '',
  ].join('\n');
}

function rewriting(): string[] {
  return [`client_max_body_size ${MAX_BODY};`, `rewrite ^ ${E10_CATEGORY_PATH} last;`];
}

function proxying(upstream: string): string[] {
  if (!/^https?:\/\/[A-Za-z0-9._[\]:-]+$/.test(upstream))
    throw new Error('The upstream must be scheme, host and port only');
  return [
    `client_max_body_size ${MAX_BODY};`,
    // No variable in the address: with one, nginx resolves the name at run time and needs a `resolver`. The query is appended anyway.
    `proxy_pass ${upstream}${E10_CATEGORY_PATH};`,
    'proxy_http_version 1.1;',
    ...(upstream.startsWith('https:') ? ['proxy_ssl_server_name on;'] : []),
    'proxy_set_header Host $http_host;',
    'proxy_set_header X-Real-IP $remote_addr;',
    'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_set_header X-Forwarded-Host $http_host;',
    'proxy_redirect off;',
    `proxy_connect_timeout 10s;`,
    `proxy_send_timeout ${TIMEOUT};`,
    `proxy_read_timeout ${TIMEOUT};`,
  ];
}
