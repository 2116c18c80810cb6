// What lies above the page, or in place of it.
import { h, mark, sleep } from '../../dom.js';
import { button } from './form.js';

const TOAST_MS = 3000;

export async function box({ title, text, buttons, ms = 0 }) {
  await sleep(ms);
  return new Promise((resolve) => {
    const end = (answer) => {
      mark(wrap, 'ivu-modal-hidden', true);
      shade.style.display = 'none';
      resolve(answer);
    };
    const shade = h('div.ivu-modal-mask');
    const footer = h(
      'div.ivu-modal-confirm-footer',
      buttons.map((name, at) => button(name, () => end(name), { primary: at === buttons.length - 1 })),
    );
    const head = h('div.ivu-modal-confirm-head', h('div.ivu-modal-confirm-head-title', title));
    const wrap = h(
      'div.ivu-modal-wrap',
      h(
        'div.ivu-modal',
        h(
          'div.ivu-modal-content',
          h(
            'div.ivu-modal-body',
            h('div.ivu-modal-confirm', head, h('div.ivu-modal-confirm-body', h('div', text)), footer),
          ),
        ),
      ),
    );
    document.body.append(h('div.v-transfer-dom', shade, wrap));
  });
}

export function toast(kind, text) {
  let holder = document.querySelector('body > .ivu-message');
  if (!holder) {
    holder = h('div.ivu-message', h('div'));
    document.body.append(holder);
  }
  const notice = h(
    'div.ivu-message-notice',
    h(
      'div.ivu-message-notice-content',
      h('div.ivu-message-notice-content-text', h(`div.ivu-message-${kind}`, h('i.ivu-icon'), h('span', text))),
    ),
  );
  holder.append(notice);
  setTimeout(() => notice.remove(), TOAST_MS);
}

export function drawer({ title, body, buttons }) {
  const close = () => root.remove();
  const inner = h(
    'div.ivu-drawer-content',
    h('a.ivu-drawer-close', { onclick: close }, h('i.ivu-icon.ivu-icon-ios-close')),
    h('div.ivu-drawer-header', h('div.ivu-drawer-header-inner', title)),
    h('div.ivu-drawer-body', body, h('div.drawer-footer', buttons)),
  );
  const root = h(
    'div.v-transfer-dom',
    h('div.ivu-drawer-mask'),
    h('div.ivu-drawer-wrap', h('div.ivu-drawer.ivu-drawer-right', inner)),
  );
  document.body.append(root);
  return { close };
}

export const loading = () => h('div.ivu-spin', h('div.ivu-spin-text', '加载中…'));

export const empty = (text) => h('div.ivu-empty', text);
