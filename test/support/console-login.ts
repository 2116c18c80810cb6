import type { Page } from 'playwright-core';
import type { SimulatedTenant } from '../../simulators/world.js';

/** 管理平台 or 签署平台. */
export type Platform = 'console' | 'signing';

/** Logs in with hands and eyes of an operator: types user and password, reads the captcha's picture. No driver ever does. */
export async function logIn(page: Page, tenant: SimulatedTenant, platform: Platform = 'console'): Promise<void> {
  await page.goto(loginAddress(tenant, platform));
  const picture = await page.request.get(new URL(await attribute(page, 'img.captcha', 'src'), page.url()).href);
  await page.fill('input[name=user]', tenant.administrator.user);
  await page.fill('input[name=password]', tenant.administrator.password);
  await page.fill('input[name=captcha]', digitsOf(await picture.text()));
  await page.click('button[type=submit]');
  await page.waitForURL((url) => !url.pathname.endsWith('/login'));
  await page.locator('header, .top-bar').first().waitFor();
}

/** The same without a browser: the headers of a session, for plain HTTP. */
export async function sessionHeaders(
  tenant: SimulatedTenant,
  platform: Platform = 'console',
  userAgent = 'operator',
): Promise<Record<string, string>> {
  const address = loginAddress(tenant, platform);
  const login = await (await fetch(address)).text();
  const number = /name="number" type="hidden" value="(\d+)"/.exec(login)?.[1] ?? '';
  const captcha = digitsOf(await (await fetch(new URL(`captcha.svg?n=${number}`, address))).text());
  const answer = await fetch(address, {
    method: 'POST',
    body: new URLSearchParams({ ...tenant.administrator, captcha, number }),
    headers: { 'User-Agent': userAgent },
    redirect: 'manual',
  });
  const cookie = answer.headers.get('Set-Cookie')?.split(';')[0];
  if (cookie !== undefined) return { Cookie: cookie, 'User-Agent': userAgent };
  const token = /'qys-token', "([^"]+)"/.exec(await answer.text())?.[1];
  if (token === undefined) throw new Error(`${tenant.id}: the login was refused`);
  return { 'X-Qys-Token': token, 'User-Agent': userAgent };
}

/** The cookies of a session, as a browser's context takes them: faster than a login in a browser. */
export async function sessionCookies(tenant: SimulatedTenant, platform: Platform = 'console', userAgent?: string) {
  const { Cookie = '' } = await sessionHeaders(tenant, platform, userAgent);
  const [name = '', value = ''] = Cookie.split('=');
  if (name === '') throw new Error(`${tenant.id} keeps its sessions outside of cookies: use logIn`);
  const { hostname } = new URL(tenant.at.console);
  return [{ name, value, domain: hostname, path: `/t/${tenant.id}`, httpOnly: true, sameSite: 'Lax' as const }];
}

/** Where an operator begins. */
export function loginAddress(tenant: SimulatedTenant, platform: Platform): string {
  return platform === 'console' ? `${tenant.at.console}/web/login` : `${tenant.at.signing}/login`;
}

async function attribute(page: Page, selector: string, name: string): Promise<string> {
  return (await page.locator(selector).getAttribute(name)) ?? '';
}

function digitsOf(picture: string): string {
  return [...picture.matchAll(/>(\d)<\/text>/g)].map(([, digit]) => digit).join('');
}
