/**
 * What runs inside a console page: visible labels → controls → values. Plain JavaScript on purpose: it is sent to the page as text,
 * and helpers that a compiler puts into functions do not exist there. One self-contained expression. It only looks; the one thing it
 * ever does is to open nodes of a tree. Knows the shapes of common libraries, and falls back to what is seen: text, place, roles.
 */
(() => {
  const GROUPS = '.el-radio-group,.ant-radio-group,.ivu-radio-group,[role=radiogroup]';
  const SWITCHES = '.el-switch,.ant-switch,.ivu-switch,[role=switch]';
  const SELECTS = '.el-select,.ant-select,.ivu-select,[role=combobox],select';
  const NATIVE =
    'textarea,input:not([type=hidden]):not([type=button]):not([type=submit]):not([type=image]):not([type=file])';
  const ROOTS = [GROUPS, SWITCHES, SELECTS, NATIVE].join();
  const MENUS =
    'nav,aside,[role=menu],[role=menubar],[role=navigation],.el-menu,.ant-menu,.ivu-menu,[class*=menu],[class*=sidebar]';
  const TABS = '[role=tab],[role=tablist],.el-tabs__item,.ant-tabs-tab,.ivu-tabs-tab';
  const LISTS =
    '[role=listbox],[role=option],.el-select-dropdown,.ant-select-dropdown,.ivu-select-dropdown,.el-autocomplete-suggestion';
  /** The names of a wizard's steps. */
  const STEPS = '.el-steps,.ant-steps,.ivu-steps,[class~=steps]';
  const NO_LABEL = ['script,style,noscript,template,option,button,[role=button]', MENUS, TABS, LISTS, STEPS].join();
  const BUTTONS =
    'button,[role=button],input[type=button],input[type=submit],.el-button,.ant-btn,.ivu-btn,a,[role=link],[role=menuitem],[role=tab]';
  const DIALOGS =
    '[role=dialog],[role=alertdialog],dialog[open],.el-message-box,.el-dialog,.el-drawer,.ant-modal,.ant-drawer-content,.ivu-modal,.ivu-drawer,.layui-layer-dialog';
  const POPUPS = '.ant-popover,.ant-popconfirm,.el-popconfirm,.el-popover,.ivu-poptip-popper';
  const TOASTS =
    '.el-message,.el-notification,.ant-message-notice,.ant-notification-notice,.ivu-message-notice,.ivu-notice-notice,.layui-layer-msg,[role=alert],[role=status],[class~=toast]';
  const FIELD_ERRORS =
    '.el-form-item__error,.ant-form-explain,.ant-form-item-explain-error,.ivu-form-item-error-tip,.invalid-feedback,[class*=error-tip],[class*=field-error]';
  const SPINNERS =
    '.el-loading-mask,.ant-spin-spinning,.ivu-spin-fix,[aria-busy=true],[class~=loading],[class*=loading-mask]';
  const MASK = /[*•●∙⁎＊]{3,}/;
  const SET_HINT = /[*•●∙⁎＊]{3,}|已(设置|配置|保存|填写)|不修改|留空/;
  const CLIMB = 8;
  const LONGEST_LABEL = 80;

  const norm = (text) =>
    (text ?? '')
      .normalize('NFKC')
      .replace(/[\s\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+/gu, '')
      .replace(/^\*+|[:*]+$/gu, '')
      .toLowerCase();
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const area = (e) => {
    const { width, height } = e.getBoundingClientRect();
    return width > 1 && height > 1;
  };

  /** Controls may be transparent (a library draws over them); text may not. */
  function shown(e, transparent = false) {
    if (!e.checkVisibility({ visibilityProperty: true, opacityProperty: !transparent })) return false;
    const { right, bottom } = e.getBoundingClientRect();
    return area(e) && right + window.scrollX > 0 && bottom + window.scrollY > 0;
  }

  const outermost = (elements) => elements.filter((e) => !elements.some((other) => other !== e && other.contains(e)));
  const innermost = (elements) => elements.filter((e) => !elements.some((other) => other !== e && e.contains(other)));

  function ownText(e) {
    let text = '';
    for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) text += node.nodeValue;
    return text;
  }

  /** Innermost visible elements by their normalised text, whole or own. Made once for each question. */
  let indexed;
  function withText(texts) {
    indexed ??= makeIndex();
    const found = new Set();
    for (const text of texts) for (const e of indexed.get(norm(text)) ?? []) found.add(e);
    return innermost([...found]);
  }

  function makeIndex() {
    const index = new Map();
    const put = (text, e) => {
      if (text === '') return;
      const entry = index.get(text);
      if (entry) entry.add(e);
      else index.set(text, new Set([e]));
    };
    const walker = document.createTreeWalker(document.body ?? document.documentElement, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || node.nodeValue.trim() === '' || parent.closest('script,style,noscript,template')) continue;
      if (!shown(parent)) continue;
      put(norm(ownText(parent)), parent);
      let inner = norm(ownText(parent));
      for (let e = parent, depth = 0; e && depth < 4; e = e.parentElement, depth++) {
        if (e.textContent.length > LONGEST_LABEL) break;
        const text = norm(e.textContent);
        if (text !== inner) put(text, e);
        inner = text;
      }
    }
    return index;
  }

  /** A row of nothing but heads: the columns of a table, not the labels of a form. */
  function isTableHead(e) {
    if (e.closest('[role=columnheader]')) return true;
    const head = e.closest('th');
    return head !== null && [...head.parentElement.children].filter(({ tagName }) => tagName === 'TH').length > 1;
  }

  function labelsOf(texts) {
    return withText(texts).filter((e) => !e.closest(NO_LABEL) && !isTableHead(e) && !e.closest(TOASTS));
  }

  /** A control as this engine sees it: its outermost element, or the common parent of loose radio buttons. */
  function roots(within) {
    const found = outermost(all(ROOTS, within).filter((e) => shown(e, true) || (isChoice(e) && shownAround(e))));
    const radios = found.filter((e) => e.matches('input[type=radio]'));
    const others = found.filter((e) => !radios.includes(e)).map((element) => ({ element, radios: null }));
    const groups = new Map();
    for (const radio of radios) {
      const key = radio.name || groupParent(radio);
      if (groups.has(key)) groups.get(key).push(radio);
      else groups.set(key, [radio]);
    }
    return [...others, ...[...groups.values()].map((members) => ({ element: commonParent(members), radios: members }))];
  }

  const isChoice = (e) => e.matches('input[type=radio],input[type=checkbox]');
  /** A box that a library draws itself: what belongs to it is seen instead. */
  const shownAround = (e) =>
    (e.closest('label') ?? e.parentElement) !== null && shown(e.closest('label') ?? e.parentElement);

  function groupParent(radio) {
    let e = radio.parentElement;
    while (e && all('input[type=radio]', e).length < 2) e = e.parentElement;
    return e;
  }

  function commonParent(members) {
    let e = members[0].parentElement;
    while (e && !members.every((member) => e.contains(member))) e = e.parentElement;
    return e ?? members[0];
  }

  const holds = ({ element, radios }, label) =>
    radios ? radios.some((r) => r.closest('label')?.contains(label)) : element.contains(label);

  function controlFor(label) {
    for (let e = label, depth = 0; e && depth < CLIMB; e = e.parentElement, depth++) {
      const own = roots(e).filter((control) => !holds(control, label));
      if (own.length === 1) return own[0];
      if (own.length > 1) break;
      let stop = false;
      for (let s = e.nextElementSibling; s && !stop; s = s.nextElementSibling) {
        const near = s.matches(ROOTS) && shown(s, true) ? rootsWithSelf(s) : roots(s);
        if (near.length > 0) return near.length === 1 ? near[0] : byReference(label);
        stop = norm(s.textContent) !== '' && shown(s);
      }
    }
    return byReference(label);
  }

  function rootsWithSelf(e) {
    if (!e.matches('input[type=radio]')) return [{ element: e, radios: null }];
    return roots(e.parentElement).filter(({ radios }) => radios?.includes(e));
  }

  /** `for` and `aria-labelledby` tell little with most libraries, so they are asked last. */
  function byReference(label) {
    const id = label.closest('label')?.htmlFor;
    const target = id ? document.getElementById(id) : null;
    const root = target && roots(document.body).find(({ element, radios }) => element.contains(target) && !radios);
    return root ?? null;
  }

  /** Whatever a map says: by selector where it has one, else by its labels. `labels` counts those that are seen. */
  function field({ labels = [], locator }) {
    if (locator) {
      const found = roots(document.body).filter(({ element }) => element.matches(locator) || element.closest(locator));
      const direct = all(locator).filter((e) => shown(e, true));
      const controls = found.length > 0 ? found : direct.map((element) => ({ element, radios: null }));
      return { labels: direct.length, controls };
    }
    const seen = labelsOf(labels);
    const controls = [];
    for (const label of seen) {
      const control = controlFor(label);
      if (control && !controls.some(({ element }) => element === control.element)) controls.push(control);
    }
    return { labels: seen.length, controls };
  }

  function kindOf({ element, radios }) {
    if (radios || element.matches(GROUPS)) return 'radio';
    if (element.matches(SWITCHES) || element.matches('input[type=checkbox]')) return 'switch';
    if (element.matches(SELECTS)) return 'select';
    return element.matches(NATIVE) ? 'text' : 'other';
  }

  function inputOf({ element }) {
    return element.matches('input,textarea') ? element : element.querySelector(NATIVE);
  }

  function valueOf(control, kind) {
    const { element } = control;
    if (kind === 'radio') return radioValue(control);
    if (kind === 'switch') return switchValue(element);
    if (kind === 'select') return selectValue(element);
    return inputOf(control)?.value ?? null;
  }

  function selectValue(element) {
    if (element.matches('select')) return element.selectedOptions[0]?.textContent.trim() ?? '';
    const inside =
      '.ant-select-selection-item,.ant-select-selection-selected-value,.ivu-select-selected-value,.el-select__selected-item';
    const items = all(inside, element).filter(
      (e) => shown(e) && norm(e.textContent) !== '' && !e.matches('.is-transparent'),
    );
    if (items.length > 0) return items[0].textContent.trim();
    const input = inputOf({ element });
    if (input) return input.value;
    return element.matches('.el-select,.ant-select,.ivu-select') ? '' : element.textContent.trim();
  }

  function isOn(e) {
    const told = e.getAttribute('aria-checked') ?? e.getAttribute('aria-pressed');
    if (told === 'true' || told === 'false') return told === 'true';
    if (told === 'mixed') return null;
    return undefined;
  }

  function switchValue(element) {
    if (element.matches('input')) return element.indeterminate ? null : element.checked;
    const told = isOn(element);
    if (told !== undefined) return told;
    if (element.matches('.el-switch,.ant-switch,.ivu-switch')) return /(^|[\s-])checked(\s|$)/.test(element.className);
    const inner = element.querySelector('input[type=checkbox]');
    return inner ? inner.checked : null;
  }

  /** The choices of a group: the element to click, its text, and whether it is chosen. */
  function choicesOf({ element, radios }) {
    const members = radios ?? all('input[type=radio]', element);
    if (members.length === 0) {
      return all('[role=radio]', element).map((e) => ({ e, text: e.textContent.trim(), on: isOn(e) ?? null }));
    }
    return members.map((radio) => {
      const wrapper = radio.closest('label') ?? radio.closest('[role=radio]');
      const apart = radio.id ? document.querySelector(`label[for="${CSS.escape(radio.id)}"]`) : null;
      const e = wrapper ?? apart;
      const beside = radio.nextSibling?.textContent?.trim() ?? '';
      const text = e ? e.textContent.trim() : beside;
      const drawn = wrapper !== null && /el-radio|ant-radio|ivu-radio/.test(wrapper.className);
      const marked =
        drawn &&
        [wrapper, ...all('*', wrapper)].some((one) => /(^|\s)(is-checked|\S+-checked)(\s|$)/.test(one.className));
      return { e: e ?? radio, text, on: drawn ? marked || (isOn(wrapper) ?? false) : radio.checked };
    });
  }

  function radioValue(control) {
    const choices = choicesOf(control);
    if (choices.length === 0 || choices.some(({ on }) => on === null)) return null;
    const on = choices.filter((choice) => choice.on);
    return on.length > 1 ? null : (on[0]?.text ?? '');
  }

  function isEditable(control) {
    const { element, radios } = control;
    const members = radios ?? [element, ...all('input,textarea,button', element)];
    const disabled = (e) =>
      e.disabled === true || e.getAttribute('aria-disabled') === 'true' || /(^|[\s-])disabled(\s|$)/.test(e.className);
    if (members.some(disabled)) return false;
    return kindOf(control) !== 'text' || inputOf(control)?.readOnly !== true;
  }

  function seen(ask) {
    const { labels, controls } = field(ask);
    if (controls.length !== 1) return { labels, controls: controls.length };
    const [control] = controls;
    const kind = kindOf(control);
    const value = valueOf(control, kind);
    const input = inputOf(control);
    const masked =
      ask.secret === true &&
      kind === 'text' &&
      (MASK.test(value ?? '') || (value === '' && SET_HINT.test(input?.placeholder ?? '')));
    const options = kind === 'radio' ? { options: choicesOf(control).map(({ text }) => text) } : {};
    return { labels, controls: 1, kind, value: masked ? '' : value, masked, editable: isEditable(control), ...options };
  }

  const buttonText = (e) => (e.matches('input') ? e.value : e.textContent);
  const isDisabled = (e) => {
    const own = e.closest('button,[role=button],a,li') ?? e;
    return (
      own.disabled === true ||
      own.getAttribute('aria-disabled') === 'true' ||
      /(^|[\s-])disabled(\s|$)/.test(own.className)
    );
  };

  /** What a click at its middle would meet: nothing lies over it, and it is not scrolled away inside a box. */
  function isHit(e) {
    const { left, top, width, height } = e.getBoundingClientRect();
    const met = document.elementFromPoint(left + width / 2, top + height / 2);
    return met !== null && (e.contains(met) || met.contains(e));
  }

  const preferHit = (elements) => {
    if (elements.length < 2) return elements;
    const hit = elements.filter(isHit);
    return hit.length > 0 ? hit : elements;
  };

  function buttons(names, within = document) {
    const wanted = names.map(norm);
    const found = all(BUTTONS, within).filter((e) => shown(e) && wanted.includes(norm(buttonText(e))));
    return preferHit(outermost(found));
  }

  function isClickable(e) {
    if (e.closest('a,button,summary,[role=button],[role=link],[role=menuitem],[role=tab],[onclick]') || e.closest(TABS))
      return true;
    if (e.closest(MENUS)) return true;
    return getComputedStyle(e).cursor === 'pointer';
  }

  /**
   * Entries of menus, tabs, cards and links. `near`: the entry above. Where that one has a list of its own with this text in it, only what
   * is in there counts: menus have entries of one name below several others. Else, of several, what stands together with it.
   */
  function entries({ texts, near = [] }) {
    let found = withText(texts).filter((e) => isClickable(e) && !e.closest(LISTS) && !isDisabled(e));
    const homes = homesOf(texts, near);
    if (homes.length > 0) found = found.filter((e) => homes.some((home) => home.contains(e)));
    found = preferHit(found);
    const inMenu = found.filter((e) => e.closest(MENUS) || e.closest(TABS));
    if (found.length > 1 && inMenu.length > 0) found = inMenu;
    if (found.length > 1 && near.length > 0) found = closest(found, withText(near));
    return { found, inside: homes.length > 0 && found.length > 0 };
  }

  /** What belongs to an entry of a menu that has others below it, shown or not. */
  function homesOf(texts, near) {
    const wanted = texts.map(norm);
    return withText(near)
      .map((e) => e.closest('li,[role=treeitem],dl,.el-submenu,.el-sub-menu,.ant-menu-submenu,.ivu-menu-submenu'))
      .filter((home) => home !== null && all('*', home).some((e) => wanted.includes(norm(e.textContent))));
  }

  function closest(elements, anchors) {
    const distance = (e) => Math.min(...anchors.map((anchor) => stepsUp(e, anchor)));
    const distances = elements.map(distance);
    const least = Math.min(...distances);
    return elements.filter((_, i) => distances[i] === least);
  }

  function stepsUp(e, other) {
    let steps = 0;
    for (let at = e; at; at = at.parentElement, steps++) if (at.contains(other)) return steps;
    return steps;
  }

  const floats = (e) => {
    for (let at = e; at && at !== document.body; at = at.parentElement) {
      const { position } = getComputedStyle(at);
      if (position === 'absolute' || position === 'fixed') return at;
    }
    return null;
  };

  /** Options of an opened list: layers hang below the body, stay there when closed, and may exist twice. */
  function options({ texts }) {
    return withText(texts).filter((e) => {
      if (e.closest('option') || e.closest(MENUS) || !floats(e) || e.closest(TOASTS)) return false;
      // A list may hang inside its own select; what the select shows as chosen is no option.
      if ((e.closest(SELECTS) && !e.closest(LISTS)) || e.closest('label')) return false;
      e.scrollIntoView({ block: 'nearest' });
      return isHit(e);
    });
  }

  const innerText = (e) => (e.innerText ?? '').replace(/\s+/g, ' ').trim();

  function dialogElements() {
    const named = all(DIALOGS).filter((e) => shown(e) && isOpen(e));
    const popups = all(POPUPS).filter((e) => shown(e) && all(BUTTONS, e).some((b) => shown(b)));
    const layers = all('body > *, body > * > *').filter(
      (e) =>
        getComputedStyle(e).position === 'fixed' && shown(e) && isLayer(e) && !e.closest(MENUS) && !e.matches(TOASTS),
    );
    return outermost([...new Set([...named, ...popups, ...layers])]);
  }

  /**
   * A layer over the page that asks something, in no library's manner: over the middle of the window, with a button that can be met. Not
   * the frame of an application, which has the menus and most of the text in it.
   */
  function isLayer(e) {
    if (e.matches(`header,footer,${TOASTS}`) || e.querySelector(MENUS)) return false;
    const { left, right, top, bottom } = e.getBoundingClientRect();
    const [x, y] = [window.innerWidth / 2, window.innerHeight / 2];
    if (left > x || right < x || top > y || bottom < y) return false;
    return isOpen(e) && innerText(e).length * 2 < innerText(document.body).length;
  }

  function isOpen(e) {
    return all(BUTTONS, e).some((button) => shown(button) && isHit(button));
  }

  function dialogs(controls) {
    return dialogElements().map((e) => ({
      text: innerText(e).slice(0, 500),
      buttons: all(BUTTONS, e)
        .filter((b) => shown(b))
        .map((b) => buttonText(b).trim())
        .filter((text) => text !== '')
        .slice(0, 10),
      form: controls.some((control) => e.contains(control)),
    }));
  }

  function tone(e) {
    const classes = [e, ...all('*', e)]
      .map((one) => (typeof one.className === 'string' ? one.className : ''))
      .join(' ');
    if (/success|check-circle/.test(classes)) return 'ok';
    return /error|danger|fail|warning|close-circle|exclamation/.test(classes) ? 'error' : 'plain';
  }

  /** Toasts, notices and the errors of fields; and, whatever the library, the words that the map waits for. */
  function said(words) {
    const toasts = outermost(all(TOASTS).filter((e) => shown(e))).map((e) => ({
      text: innerText(e),
      tone: tone(e),
      field: false,
    }));
    const errors = all(FIELD_ERRORS)
      .filter((e) => shown(e))
      .map((e) => ({ text: innerText(e), tone: 'error', field: true }));
    const loose = all('body *').filter((e) => {
      const text = ownText(e).trim();
      return (
        text !== '' &&
        text.length < 120 &&
        words.some((word) => text.includes(word)) &&
        !e.closest('script,style') &&
        shown(e)
      );
    });
    const told = new Set([...toasts, ...errors].map(({ text }) => text));
    const others = loose
      .map((e) => ({ text: innerText(e), tone: 'plain', field: false }))
      .filter(({ text }) => !told.has(text));
    return [...toasts, ...errors, ...others].filter(({ text }) => text !== '').slice(0, 20);
  }

  /** Words of the login count anywhere where nothing shows that somebody is logged in, else in boxes and toasts only. */
  function login({ texts = [], buttons: names = [], proof = [] }) {
    const isIn = withText(proof).length > 0;
    const boxes = [...dialogElements(), ...all(TOASTS).filter((e) => shown(e))].map(innerText);
    const over = boxes.some((text) => texts.some((one) => text.includes(one))) || (!isIn && withText(texts).length > 0);
    const password = all('input[type=password]').some((e) => shown(e));
    return { over, form: password && buttons(names).length > 0, proof: isIn };
  }

  // Tables: by place, since a library may draw head, body and fixed columns as tables of their own.
  const CELLS = 'td,[role=cell],[role=gridcell]';
  const HEADS = 'th,[role=columnheader]';

  function column(texts) {
    const wanted = texts.map(norm);
    const heads = innermost(all(HEADS).filter((e) => shown(e) && wanted.includes(norm(e.textContent))));
    return preferHit(heads)[0] ?? null;
  }

  function cellsUnder(head) {
    const { left, right, bottom } = head.getBoundingClientRect();
    return all(CELLS)
      .filter((e) => shown(e) && !(e.colSpan > 1) && !all(CELLS, e).some((inner) => shown(inner)))
      .map((e) => ({ e, box: e.getBoundingClientRect() }))
      .filter(({ box }) => {
        const middle = box.left + box.width / 2;
        return middle > left && middle < right && box.top >= bottom - 2;
      })
      .sort((a, b) => a.box.top - b.box.top);
  }

  function rowsOf({ row, more = {} }) {
    const head = column(row);
    if (!head) return null;
    const others = Object.entries(more).map(([name, texts]) => {
      const other = column(texts);
      return [name, other ? cellsUnder(other) : null];
    });
    return cellsUnder(head).map(({ e, box }) => {
      const middle = box.top + box.height / 2;
      const beside = others.map(([name, cells]) => {
        const cell = cells?.find((one) => one.box.top <= middle && one.box.bottom >= middle);
        return [name, cell ? cell.e.innerText.trim() : null];
      });
      return { name: e.innerText.trim(), middle, more: Object.fromEntries(beside) };
    });
  }

  function nextPage(texts) {
    const wanted = texts.map(norm);
    const named = (e) => wanted.includes(norm(e.title || e.getAttribute('aria-label') || e.textContent));
    const found = all('[class*=pagination] *,[class*=page] *,[class*=pager] *,nav *,button,a,li').filter(
      (e) => shown(e) && named(e),
    );
    const iconic = all('.btn-next,.ant-pagination-next,.ivu-page-next,[class*=pagination] [class*=next]').filter((e) =>
      shown(e),
    );
    return outermost(found.length > 0 ? found : iconic)[0] ?? null;
  }

  function table(ask) {
    const rows = rowsOf(ask);
    if (rows === null) return null;
    const next = nextPage(ask.next ?? []);
    return {
      rows: rows.map(({ name, more }) => ({ name, more })),
      next: next === null ? 'absent' : isDisabled(next) ? 'disabled' : 'enabled',
    };
  }

  /** The number in a text such as 共 43 条. */
  function counted(pattern) {
    const [before, after] = pattern.split('{n}').map(norm);
    const wanted = new RegExp(`${escaped(before)}(\\d+)${escaped(after)}`);
    for (const e of all('body *')) {
      const text = e.textContent.length < LONGEST_LABEL ? norm(e.textContent) : '';
      const found = text === '' ? null : wanted.exec(text.replace(/(\d),(?=\d{3})/g, '$1'));
      if (found && shown(e)) return Number(found[1]);
    }
    return null;
  }

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

  function rowButtons({ row, more, index, open }) {
    const at = rowsOf({ row, more })?.[index];
    if (!at) return [];
    const found = outermost(withText(open).filter((e) => isClickable(e) && !e.closest(MENUS)));
    return found.filter((e) => {
      const { top, bottom } = e.getBoundingClientRect();
      return top <= at.middle && bottom >= at.middle;
    });
  }

  // Trees: what has a box to tick, by nesting or, where a library draws it flat, by place.
  const NODES = '[role=treeitem],li,.el-tree-node,.ant-tree-treenode,[class~=tree-node]';
  const BOXES = 'input[type=checkbox],[role=checkbox],.el-checkbox,.ant-tree-checkbox,.ivu-checkbox-wrapper';
  const SUBTREES = 'ul,ol,[role=group],.el-tree-node__children,[class*=children]';

  function treeNodes() {
    const boxes = outermost(all(BOXES)).filter((e) => (e.closest(NODES) ?? null) && shownAround2(e));
    const nodes = boxes.map((box) => ({ box, node: box.closest(NODES) })).filter(({ node }) => isTree(node));
    const elements = new Set(nodes.map(({ node }) => node));
    const depth = (node) => {
      const told = Number(node.getAttribute('aria-level'));
      if (told > 0) return told;
      let levels = 0;
      for (let at = node.parentElement; at; at = at.parentElement) if (elements.has(at)) levels++;
      return levels;
    };
    const listed = nodes.map(({ box, node }) => ({
      box,
      node,
      level: depth(node),
      left: box.getBoundingClientRect().left,
    }));
    const flat = listed.every(({ level }) => level === listed[0].level);
    const path = [];
    return listed.map((one) => {
      const level = flat ? one.left : one.level;
      while (path.length > 0 && path[path.length - 1].level >= level) path.pop();
      const name = nodeName(one.node, one.box);
      path.push({ level, name });
      return { ...one, path: path.map((step) => step.name), ticked: tick(one.box), open: openness(one.node) };
    });
  }

  const shownAround2 = (e) => shown(e, true) || (e.parentElement !== null && shown(e.parentElement));

  function isTree(node) {
    return (
      node.closest('[role=tree],[class*=tree]') !== null ||
      node.parentElement?.closest('li,[role=treeitem]') !== null ||
      node.querySelector('ul,ol') !== null ||
      all(BOXES, node.parentElement).length > 1
    );
  }

  function nodeName(node, box) {
    const clone = node.cloneNode(true);
    for (const sub of all(SUBTREES, clone)) sub.remove();
    for (const icon of all('[class*=expand],[class*=switcher],[class*=arrow],button,[aria-hidden=true]', clone)) {
      if (!icon.querySelector(BOXES)) icon.remove();
    }
    const title = clone.querySelector('[class*=label]:not(input),[class*=title]');
    const text = (title && norm(title.textContent) !== '' ? title : clone).textContent;
    return (norm(text) === '' ? box.textContent : text)
      .replace(/\s+/g, ' ')
      .replace(/^\s*[[(]?[+−▸▾▶▼►◢-][\])]?\s*/, '')
      .trim();
  }

  function tick(box) {
    const classes = [box, ...all('*', box)].map((e) => (typeof e.className === 'string' ? e.className : '')).join(' ');
    if (/indeterminate|half/.test(classes)) return 'half';
    const told = isOn(box);
    if (told !== undefined) return told === null ? 'half' : told ? 'on' : 'off';
    if (box.matches('input')) return box.indeterminate ? 'half' : box.checked ? 'on' : 'off';
    if (/checkbox/.test(box.className)) return /(^|[\s-])checked(\s|$)/.test(classes) ? 'on' : 'off';
    const inner = box.querySelector('input');
    return inner ? (inner.indeterminate ? 'half' : inner.checked ? 'on' : 'off') : 'off';
  }

  function expander(node) {
    const icons = all(
      '[class*=expand],[class*=switcher],[class*=arrow],[class*=toggle],[class*=caret],button',
      node,
    ).filter((e) => e.closest(NODES) === node && shown(e, true) && !e.querySelector(BOXES));
    const usable = outermost(icons).filter((e) => !/leaf|noop/.test(e.className));
    return usable[0] ?? null;
  }

  function openness(node) {
    const told = node.getAttribute('aria-expanded');
    const icon = expander(node);
    if (!icon) return 'leaf';
    const own = icon.getAttribute('aria-expanded');
    if (own === 'true' || own === 'false') return own === 'true' ? 'open' : 'closed';
    const turned = [icon, ...all('*', icon)].some((e) =>
      /(^|[\s_-])(expanded|open)(\s|$)/.test(typeof e.className === 'string' ? e.className : ''),
    );
    if (turned) return 'open';
    if (/[▾▼−-]/.test(icon.textContent)) return 'open';
    return told === 'true' ? 'open' : 'closed';
  }

  function tree({ expand = false }) {
    const nodes = treeNodes();
    if (expand) for (const { node, open } of nodes) if (open === 'closed') expander(node)?.click();
    return nodes.map(({ path, ticked, open }) => ({ path, ticked, open }));
  }

  const samePath = (one, other) => one.length === other.length && one.every((name, i) => norm(name) === norm(other[i]));

  // Evidence: what has to be black in a picture.
  function holding({ texts }) {
    const wanted = texts.filter((text) => text.length > 3);
    const found = all('body *').filter((e) => {
      const held = [e.value, ownText(e), e.title, e.getAttribute?.('placeholder')];
      return held.some((text) => typeof text === 'string' && wanted.some((secret) => text.includes(secret)));
    });
    return found.filter((e) => shown(e, true));
  }

  function find(ask) {
    indexed = undefined;
    switch (ask.what) {
      case 'control':
        return field(ask).controls.map(({ element }) => element);
      case 'input':
        return field(ask)
          .controls.map((control) => inputOf(control))
          .filter(Boolean);
      case 'choice':
        return field(ask).controls.flatMap((control) =>
          choicesOf(control)
            .filter(({ text }) => ask.texts.map(norm).includes(norm(text)))
            .map(({ e }) => e),
        );
      case 'option':
        return options(ask);
      case 'button':
        return buttons(ask.texts);
      case 'entry':
        return entries(ask).found;
      case 'answer':
        return dialogElements()
          .filter((e) => ask.about.some((text) => norm(innerText(e)).includes(norm(text))))
          .flatMap((e) => buttons(ask.answer, e));
      case 'row-button':
        return rowButtons(ask);
      case 'next-page':
        return [nextPage(ask.texts)].filter(Boolean);
      case 'tree-box':
        return treeNodes()
          .filter(({ path }) => samePath(path, ask.path))
          .map(({ box }) => box);
      case 'holding':
        return holding(ask);
      case 'inputs':
        return all('input,textarea').filter((e) => shown(e, true));
      case 'passwords':
        return all('input[type=password]').filter((e) => shown(e, true));
      case 'black':
        return ask.selectors.flatMap((selector) => all(selector).filter((e) => shown(e, true)));
      case 'region':
        return region(ask.regions);
      default:
        return [];
    }
  }

  const REGIONS = { tree: '[role=tree],[class*=tree]', table: 'table,[role=table],[role=grid],[class*=table]' };

  function region(names) {
    return outermost(names.flatMap((name) => all(REGIONS[name] ?? name))).filter((e) => shown(e));
  }

  function look(ask) {
    indexed = undefined;
    const fields = Object.fromEntries(Object.entries(ask.fields ?? {}).map(([key, one]) => [key, seen(one)]));
    const controls = Object.values(ask.fields ?? {}).flatMap((one) =>
      field(one).controls.map(({ element }) => element),
    );
    return {
      fields,
      dialogs: dialogs(controls),
      said: said(ask.words ?? []),
      login: login(ask.login ?? {}),
      busy: all(SPINNERS).some((e) => shown(e)),
      buttons: Object.fromEntries(
        Object.entries(ask.buttons ?? {}).map(([key, names]) => {
          const found = buttons(names);
          return [key, { count: found.length, enabled: found.length === 1 && !isDisabled(found[0]) }];
        }),
      ),
      entries: Object.fromEntries(
        Object.entries(ask.entries ?? {}).map(([key, one]) => {
          const { found, inside } = entries(one);
          return [key, { count: found.length, inside }];
        }),
      ),
      table: ask.table ? table(ask.table) : null,
      total: ask.table?.total ? counted(ask.table.total) : null,
      tree: ask.tree ? tree(ask.tree) : null,
      texts: (ask.texts ?? []).filter((text) => withText([text]).length > 0),
    };
  }

  return { look, find, norm };
})();
