import { html } from 'hono/html';
import { hash32 } from '../../kernel/random.js';
import type { Customer } from '../../tenant/customer.js';
import { page } from './documents.js';
import type { Platform } from './web-state.js';

/** The login page. Only people come here: no driver fills it in. */
export function loginPage(customer: Customer, platform: Platform, refused = ''): Response {
  const { id, web } = customer;
  const at = `/t/${id}/${platform}`;
  const number = web.logins;
  return page(
    html`<!doctype html>
      <html lang="zh-CN">
        <head>
          <meta charset="utf-8" />
          <title>登录 - 契约锁${platform === 'web' ? '管理' : '签署'}平台</title>
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href="${at}/assets/console.css" />
        </head>
        <body class="login-page">
          <form class="login-box" method="post" action="${at}/login">
            <h1>契约锁电子签章</h1>
            <p class="login-error">${refused}</p>
            <p><input name="user" placeholder="用户名/手机号" autocomplete="username" /></p>
            <p><input name="password" type="password" placeholder="密码" autocomplete="current-password" /></p>
            <p>
              <input name="captcha" placeholder="验证码" autocomplete="off" />
              <img class="captcha" alt="验证码" src="${at}/captcha.svg?n=${number}" />
              <input name="number" type="hidden" value="${number}" />
            </p>
            <p><button type="submit">登 录</button></p>
          </form>
        </body>
      </html>`,
  );
}

/** The picture of a captcha: digits that a person reads. */
export function captchaPicture(customer: Customer, number: string): Response {
  const digits = [...captchaOf(customer, number)].map((digit, at) => {
    const tilt = (at * 13) % 20;
    return `<text x="${10 + at * 22}" y="28" font-size="24" transform="rotate(${tilt - 8} ${20 + at * 22} 20)">${digit}</text>`;
  });
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="40"><rect width="100" height="40" fill="#eee"/>${digits.join('')}</svg>`;
  return new Response(picture, { headers: { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-store' } });
}

/** Four digits. */
export function captchaOf({ spec }: Customer, number: string): string {
  return String(1000 + (hash32(spec.seed, 'captcha', number) % 9000));
}
