// Everything here is a comfort: without it the pages work by links and forms.

const LOOK_EVERY_MS = 4_000;
const news = document.getElementById('news');
const main = document.querySelector('main');

/** What each part was when it came. */
const came = new WeakMap();
for (const part of document.querySelectorAll('[data-live]')) came.set(part, part.innerHTML);

for (const hidden of document.querySelectorAll('[data-copy], [data-tick-all], [data-script]')) hidden.hidden = false;

// The link that the board prints at its start: what stands behind # is sent by nobody but this line.
const login = document.querySelector('[data-login]');
if (login && location.hash.length > 1) {
  login.elements.namedItem('token').value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, '', location.pathname + location.search);
  login.requestSubmit();
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  if (!button) return;
  if (button.dataset.copy !== undefined) void copy(button);
  if ('tickAll' in button.dataset) tickAll(button);
  if ('hide' in button.dataset) hide(button.closest('[data-revealed]'));
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if ('reveal' in form.dataset) {
    event.preventDefault();
    void reveal(form);
  }
});

if (main?.dataset.poll) {
  setInterval(() => void look(), LOOK_EVERY_MS);
  document.addEventListener('visibilitychange', () => void look());
}

let looking = false;

/** Asks for this page again, and replaces the parts that have changed. */
async function look() {
  if (document.hidden || looking) return;
  looking = true;
  try {
    const answer = await fetch(main.dataset.poll, { headers: { 'X-Poll': '1' } });
    if (answer.status === 401) return say(main.dataset.over);
    if (!answer.ok) return say(main.dataset.away);
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-live]')) renew(part, fresh.getElementById(part.id));
    for (const hidden of document.querySelectorAll('[data-live] [data-copy]')) hidden.hidden = false;
    say(fresh.getElementById('news')?.textContent ?? '');
  } catch {
    say(main.dataset.away);
  } finally {
    looking = false;
  }
}

/** Not while somebody selects text in it; the link that has the focus keeps it. */
function renew(part, fresh) {
  if (!fresh || came.get(part) === fresh.innerHTML) return;
  const selection = getSelection();
  if (selection && !selection.isCollapsed && part.contains(selection.anchorNode)) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  came.set(part, fresh.innerHTML);
  part.replaceChildren(...fresh.childNodes);
  if (!focused) return;
  const again = [...part.querySelectorAll('a, button')].find(
    (one) => one.textContent === focused.textContent && one.getAttribute('href') === focused.getAttribute('href'),
  );
  again?.removeAttribute('hidden');
  again?.focus();
}

/** Only what is new is said. */
function say(words) {
  if (news && news.textContent !== words) news.textContent = words;
}

async function copy(button) {
  const element = document.getElementById(button.dataset.copy);
  if (!element) return;
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    // Over plain http there is no clipboard; what is selected can still be copied.
    getSelection()?.selectAllChildren(element);
    document.execCommand('copy');
  }
  const words = button.textContent;
  button.textContent = button.dataset.copied;
  say(`${button.dataset.copied}: ${button.getAttribute('aria-label')}`);
  setTimeout(() => (button.textContent = words), 1_500);
}

function tickAll(button) {
  for (const box of button.closest('section').querySelectorAll('[data-row]')) box.checked = true;
}

/** Asks for one secret, shows it in its place, and hides it again. */
async function reveal(form) {
  const place = document.querySelector(`[data-revealed="${form.id}"]`);
  const answer = await fetch(form.action, {
    method: 'POST',
    headers: { Accept: 'application/json' },
    body: new URLSearchParams(new FormData(form)),
  }).catch(() => null);
  if (!answer?.ok) return say(answer?.status === 401 ? main.dataset.over : main.dataset.away);
  const { value, problem, seconds } = await answer.json();
  place.querySelector('code').textContent = value ?? problem;
  place.querySelector('[data-copy]').hidden = value === null;
  place.hidden = false;
  clearTimeout(Number(place.dataset.timer));
  place.dataset.timer = String(setTimeout(() => hide(place), seconds * 1_000));
}

function hide(place) {
  clearTimeout(Number(place.dataset.timer));
  place.querySelector('code').textContent = '';
  place.hidden = true;
}
