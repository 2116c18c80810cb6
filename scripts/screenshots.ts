// Makes the pictures of docs/runbook.md from the demo that is led by hand: npm run screenshots. Needs Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { loadConfig } from '../src/config.js';
import { chromiumOf } from '../src/console-browser.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs', 'images');
const TENANTS = ['east-434', 'south-51', 'public-1'];
const PHONE = { width: 390, height: 844 };
const DESK = { width: 1100, height: 700 };

const executablePath = chromiumOf(loadConfig());
if (executablePath === undefined) throw new Error('no Chromium is found: name one with QYS_E10_CHROMIUM');
const folder = await mkdtemp(join(tmpdir(), 'qys-e10-pictures-'));
const demo = spawn(process.execPath, ['bin/qys-e10.mjs', 'demo', '--driver', 'manual'], {
  cwd: root,
  env: { ...process.env, QYS_E10_DATA: folder },
  stdio: ['ignore', 'ignore', 'pipe'],
});
let said = '';
demo.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
try {
  const address = await untilSaid(/(http:\/\/\S+\/login#\S+)/);
  await mkdir(images, { recursive: true });
  for (const lang of ['en', 'zh'] as const) {
    const locale = lang === 'en' ? 'en-GB' : 'zh-CN';
    const context = await browser.newContext({ locale, viewport: DESK });
    const page = await context.newPage();
    await page.goto(address);
    await page.waitForURL((url) => !url.pathname.startsWith('/login'));
    await page.goto(new URL('/orders', address).href);
    for (const id of TENANTS) await page.locator(`a[href*="${id}"]`).first().waitFor();
    await picture(page, `board-orders-${lang}`);
    await page.goto(new URL('/', address).href);
    await picture(page, `board-batch-${lang}`);
    await page.goto(new URL('/orders', address).href);
    await page.setViewportSize(PHONE);
    await page.locator('a[href*="east-434"]').first().click();
    await picture(page, `board-order-phone-${lang}`);
    await context.close();
  }
} finally {
  await browser.close();
  // It stops its server, too.
  if (demo.exitCode === null) {
    const ended = once(demo, 'exit');
    demo.kill('SIGINT');
    await ended;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('load');
  await page.screenshot({ path: join(images, `${name}.png`) });
  console.error(`docs/images/${name}.png`);
}

async function untilSaid(pattern: RegExp): Promise<string> {
  for (;;) {
    const [, found] = pattern.exec(said) ?? [];
    if (found !== undefined) return found;
    if (demo.exitCode !== null) throw new Error(`the demo ended:\n${said}`);
    await pause(200);
  }
}
