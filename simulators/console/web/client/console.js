// The script of every page of the console: shell, menu, places.
import { createApi, Refused } from './api.js';
import { h, sleep } from './dom.js';
import { pageAt } from './pages/places.js';

const boot = JSON.parse(document.getElementById('boot').textContent);
const { createUi } = await import(`./skins/${boot.skin}.js`);
const ui = createUi(boot);
const api = createApi(boot, ui);
const app = document.getElementById('app');
let turn = 0;

function here() {
  const path = boot.routing === 'hash' ? location.hash.slice(1) : location.pathname.slice(boot.base.length);
  return path === '' || path === '/' ? '/home' : path;
}

function addressOf(to) {
  return boot.routing === 'hash' ? `#${to}` : `${boot.base}${to}${boot.inner ? '?inner' : ''}`;
}

function go(to) {
  if (boot.routing === 'hash') location.hash = to;
  else location.assign(addressOf(to));
}

/** Draws the place that the address names; a place that was left meanwhile draws nothing any more. */
async function draw() {
  const mine = ++turn;
  const to = here();
  const content = shellWith(to);
  if (content === undefined) return;
  content.replaceChildren(ui.loading());
  try {
    const page = await pageAt(to, { boot, ui, api, go });
    if (mine !== turn) return;
    content.replaceChildren(...page.nodes);
    page.after?.();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    content.replaceChildren(ui.empty(error.message));
    ui.toast('error', error.message);
  }
}

/** Draws the shell and answers where the page goes: nowhere, if it stands in a frame. */
function shellWith(to) {
  window.onbeforeunload = null;
  if (boot.inner) {
    const content = h('div.page-content.scrolls');
    app.replaceChildren(content);
    return content;
  }
  const { root, content } = ui.shell({ to, go, addressOf });
  app.replaceChildren(root);
  if (!boot.frame) return content;
  const own = h(
    'div.shell-note',
    '个人备注 ',
    h('input', { placeholder: '备注' }),
    ' ',
    ui.button('保存', () => ui.toast('success', '备注已保存')),
  );
  const src = `${boot.base}${boot.routing === 'hash' ? '/' : to}?inner${boot.routing === 'hash' ? `#${to}` : ''}`;
  content.replaceChildren(own, h('iframe.inner-frame', { src, name: 'main' }));
  return undefined;
}

/** Waits for notices as long as the page is open: the network is never idle. */
async function poll() {
  while (boot.longPoll && !boot.inner) await api.load('notices/poll').catch(() => sleep(5000));
}

void poll();
window.addEventListener('hashchange', () => void draw());
await draw();
