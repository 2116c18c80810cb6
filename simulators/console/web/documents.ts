import { html, raw } from 'hono/html';
import type { Customer } from '../../tenant/customer.js';
import { menuOf } from './menu.js';
import type { Platform } from './web-state.js';

/** A document of the console; never kept by the browser. */
export function page(content: unknown): Response {
  const headers = { 'Content-Type': 'text/html;charset=UTF-8', 'Cache-Control': 'no-store' };
  return new Response(String(content), { headers });
}

/** The shell of every page: its script asks for everything else. `inner` is the document of the frame. */
export function shell(customer: Customer, platform: Platform, inner: boolean): Response {
  const { id, spec, at } = customer;
  const { web, deployment, version } = spec;
  const base = `/t/${id}/${platform}`;
  const routing = web.routing === 'by-skin' ? (web.skin === 'table' ? 'documents' : 'hash') : web.routing;
  const boot = {
    ...web,
    menuOpens: web.menu,
    routing,
    inner,
    platform,
    base,
    deployment,
    version,
    company: spec.name,
    menu: menuOf(customer, platform),
    signing: `${at.signing}/`,
  };
  return page(
    html`<!doctype html>
      <html lang="zh-CN">
        <head>
          <meta charset="utf-8" />
          <title>契约锁${platform === 'web' ? '管理' : '签署'}平台</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="${base}/assets/console.css" />
          <script type="application/json" id="boot">
            ${raw(JSON.stringify(boot).replaceAll('<', '\\u003c'))}
          </script>
          <script type="module" src="${base}/assets/console.js"></script>
        </head>
        <body class="skin-${web.skin}${inner ? ' inner' : ''}">
          <div id="app"><div class="loading">加载中…</div></div>
          <noscript>请启用 JavaScript</noscript>
        </body>
      </html>`,
  );
}
