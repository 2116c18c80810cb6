// What lies above the page, or in place of it.
import { h, sleep } from '../../dom.js';
import { button } from './form.js';

const TOAST_MS = 3000;

/** A closed modal stays in the document, without being shown. */
export async function box({ title, text, buttons, ms = 0 }) {
  await sleep(ms);
  return new Promise((resolve) => {
    const end = (answer) => {
      wrap.style.display = 'none';
      shade.style.display = 'none';
      resolve(answer);
    };
    const shade = h('div.ant-modal-mask');
    const footer = h(
      'div.ant-modal-confirm-btns',
      buttons.map((name, at) => button(name, () => end(name), { primary: at === buttons.length - 1 })),
    );
    const body = h(
      'div.ant-modal-confirm-body',
      h('span.anticon', { role: 'img' }),
      h(
        'div.ant-modal-confirm-paragraph',
        h('span.ant-modal-confirm-title', title),
        h('div.ant-modal-confirm-content', text),
      ),
    );
    const wrap = h(
      'div.ant-modal-wrap',
      { tabindex: -1 },
      h(
        'div.ant-modal.ant-modal-confirm',
        { role: 'dialog', 'aria-modal': 'true' },
        h('div.ant-modal-content', h('div.ant-modal-body', h('div.ant-modal-confirm-body-wrapper', body, footer))),
      ),
    );
    document.body.append(h('div', h('div.ant-modal-root', shade, wrap)));
  });
}

export function toast(kind, text) {
  let holder = document.querySelector('body > .ant-message');
  if (!holder) {
    holder = h('div.ant-message', h('div'));
    document.body.append(holder);
  }
  const notice = h(
    'div.ant-message-notice-wrapper',
    h(
      'div.ant-message-notice',
      h(
        'div.ant-message-notice-content',
        h(`div.ant-message-custom-content.ant-message-${kind}`, h('span.anticon', { role: 'img' }), h('span', text)),
      ),
    ),
  );
  holder.append(notice);
  setTimeout(() => notice.remove(), TOAST_MS);
}

export function drawer({ title, body, buttons }) {
  const close = () => root.remove();
  const root = h(
    'div.ant-drawer.ant-drawer-right.ant-drawer-open',
    { tabindex: -1 },
    h('div.ant-drawer-mask'),
    h(
      'div.ant-drawer-content-wrapper',
      h(
        'div.ant-drawer-content',
        { role: 'dialog', 'aria-modal': 'true' },
        h(
          'div.ant-drawer-wrapper-body',
          h(
            'div.ant-drawer-header',
            h(
              'div.ant-drawer-header-title',
              h('button.ant-drawer-close', { type: 'button', 'aria-label': 'Close', onclick: close }, '×'),
              h('div.ant-drawer-title', title),
            ),
          ),
          h('div.ant-drawer-body', body),
          h('div.ant-drawer-footer', buttons),
        ),
      ),
    ),
  );
  document.body.append(root);
  return { close };
}

export const loading = () =>
  h('div.ant-spin.ant-spin-spinning', { 'aria-busy': 'true' }, h('div.ant-spin-text', '加载中…'));

export const empty = (text) => h('div.ant-empty', h('div.ant-empty-description', text));
