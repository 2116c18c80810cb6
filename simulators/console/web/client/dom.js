// Small tools of every page: elements from a short form, and waiting.

/** `h('div.el-form-item', { title: 'x', onclick }, child, 'text')`; nothing is added for null. */
export function h(form, ...rest) {
  const [tag, ...classes] = form.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length > 0) node.className = classes.join(' ');
  for (const part of rest.flat(Infinity)) {
    if (part === null || part === undefined || part === false) continue;
    if (part instanceof Node) node.append(part);
    else if (typeof part === 'object') assign(node, part);
    else node.append(String(part));
  }
  return node;
}

function assign(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Keeps a class, or takes it away. */
export function mark(node, name, on) {
  node.classList.toggle(name, Boolean(on));
}
