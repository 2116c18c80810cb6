// What lies above the page, or in place of it.
import { h, sleep } from '../../dom.js';
import { button } from './form.js';

const TOAST_MS = 3000;

/** Opens a message box after `ms` and answers the text of the button that was clicked. A closed one stays, not shown. */
export async function box({ title, text, buttons, ms = 0 }) {
  await sleep(ms);
  return new Promise((resolve) => {
    const end = (answer) => {
      wrapper.style.display = 'none';
      shade.remove();
      resolve(answer);
    };
    const shade = h('div.v-modal');
    const wrapper = h(
      'div.el-message-box__wrapper',
      { role: 'dialog', 'aria-modal': 'true', 'aria-label': title, tabindex: -1 },
      h(
        'div.el-message-box',
        h(
          'div.el-message-box__header',
          h('div.el-message-box__title', h('span', title)),
          h(
            'button.el-message-box__headerbtn',
            { type: 'button', 'aria-label': 'Close', onclick: () => end('') },
            h('i.el-message-box__close.el-icon-close'),
          ),
        ),
        h(
          'div.el-message-box__content',
          h(
            'div.el-message-box__container',
            h('div.el-message-box__status.el-icon-warning'),
            h('div.el-message-box__message', h('p', text)),
          ),
        ),
        h(
          'div.el-message-box__btns',
          buttons.map((name, at) => button(name, () => end(name), { primary: at === buttons.length - 1 })),
        ),
      ),
    );
    document.body.append(shade, wrapper);
  });
}

export function toast(kind, text) {
  const top = 20 + document.querySelectorAll('.el-message').length * 64;
  const node = h(
    `div.el-message.el-message--${kind}`,
    { role: 'alert', style: `top:${top}px` },
    h(`i.el-message__icon.el-icon-${kind}`),
    h('p.el-message__content', text),
  );
  document.body.append(node);
  setTimeout(() => node.remove(), TOAST_MS);
}

/** The last one that was closed stays, not shown, with its form. */
export function drawer({ title, body, buttons }) {
  const close = () => {
    wrapper.style.display = 'none';
    shade.remove();
  };
  document.querySelector('.el-drawer__wrapper')?.remove();
  const shade = h('div.v-modal');
  const wrapper = h(
    'div.el-drawer__wrapper',
    { tabindex: -1 },
    h(
      'div.el-drawer__container.el-drawer__open',
      { role: 'document', tabindex: -1 },
      h(
        'div.el-drawer.rtl',
        { role: 'dialog', 'aria-modal': 'true', 'aria-label': title, tabindex: -1 },
        h(
          'header.el-drawer__header',
          h('span', { role: 'heading', title }, title),
          h(
            'button.el-drawer__close-btn',
            { type: 'button', 'aria-label': `close ${title}`, onclick: close },
            h('i.el-dialog__close.el-icon.el-icon-close'),
          ),
        ),
        h('section.el-drawer__body', body, h('div.drawer-footer', buttons)),
      ),
    ),
  );
  document.body.append(shade, wrapper);
  return { close };
}

export const loading = () => h('div.el-loading-mask', h('p.el-loading-text', '加载中…'));

export const empty = (text) => h('div.el-empty', h('p', text));
