(() => {
const root = document.documentElement;
const isDark = () => root.dataset.bsTheme ? root.dataset.bsTheme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches;
document.addEventListener('submit', event => {
const form = event.target.closest('[data-theme-form]');
if (!form) return;
event.preventDefault();
const next = isDark() ? 'light' : 'dark';
root.dataset.bsTheme = next;
const button = form.querySelector('[data-theme-toggle]');
button.value = next === 'dark' ? 'light' : 'dark';
const body = new FormData(form);
body.set('theme', next);
fetch(form.action, { method: 'POST', body, headers: { 'X-Requested-With': 'fetch' } }).catch(() => {});
});
})();
(() => {
const d = document, open = () => [...d.querySelectorAll('details[data-menu][open]')];
d.addEventListener('click', event => {
open().forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
if (location.hash === '#nav' && !event.target.closest('#nav,[href="#nav"]')) location.hash = '#main';
const opener = event.target.closest('[data-dialog]');
const dialog = opener && d.getElementById(opener.dataset.dialog);
if (dialog) { event.preventDefault(); dialog.showModal(); }
const secret = event.target.closest('[data-reveal]');
const input = secret && d.getElementById(secret.dataset.reveal);
if (input) {
const shown = input.type === 'text';
input.type = shown ? 'password' : 'text';
secret.setAttribute('aria-pressed', !shown);
}
const gone = event.target.closest('[data-dismiss]');
if (gone) gone.closest(gone.dataset.dismiss)?.remove();
});
d.addEventListener('focusin', event => open().forEach(menu => { if (!menu.contains(event.target)) menu.open = false; }));
d.addEventListener('keydown', event => {
if (event.key !== 'Escape') return;
open().forEach(menu => { menu.open = false; menu.querySelector('summary').focus(); });
if (location.hash === '#nav') { location.hash = '#main'; d.querySelector('[href="#nav"]')?.focus(); }
});
if (matchMedia('(max-width:899.98px)').matches) d.querySelectorAll('details[data-fold-m]').forEach(fold => { fold.open = false; });
d.querySelectorAll('[data-needs-script]').forEach(element => { element.hidden = false; });
})();
(() => {
const d = document, all = (selector, from = d) => [...from.querySelectorAll(selector)];
const move = (queue, step) => {
const links = all('a[href]', queue);
const here = links.indexOf(d.activeElement) >= 0 ? links.indexOf(d.activeElement) : links.findIndex(link => link.getAttribute('aria-current') === 'true');
const link = links[Math.max(0, Math.min(links.length - 1, here + step))];
if (!link) return;
link.focus();
link.scrollIntoView({ block: 'nearest' });
if (link.hasAttribute('hx-get')) {
links.forEach(other => other.removeAttribute('aria-current'));
link.setAttribute('aria-current', 'true');
link.click();
}
};
const listKeys = () => {
let dialog = d.getElementById('keys');
if (!dialog) {
dialog = d.createElement('dialog');
dialog.id = 'keys'; dialog.className = 'o-dialog'; dialog.setAttribute('aria-label', 'Keyboard shortcuts');
const list = d.createElement('dl'), box = d.createElement('div'), form = d.createElement('form'), close = d.createElement('button');
list.className = 'o-dl'; box.className = 'body pt-3'; form.method = 'dialog'; close.className = 'btn btn-line btn-sm mt-3'; close.textContent = 'Close';
form.append(close); box.append(list, form); dialog.append(box); d.body.append(dialog);
}
const list = dialog.querySelector('dl'), rows = [];
const row = (key, text) => { const dt = d.createElement('dt'), kbd = d.createElement('kbd'), dd = d.createElement('dd'); kbd.textContent = key.toUpperCase(); dt.append(kbd); dd.textContent = text; rows.push(dt, dd); };
if (d.getElementById('q')) row('/', 'Search');
if (d.querySelector('[data-queue]')) { row('j', 'Next'); row('k', 'Previous'); }
all('[data-key]').filter(element => element.getClientRects().length).forEach(element => {
const copy = (element.closest('label') || element).cloneNode(true);
all('kbd,svg', copy).forEach(part => part.remove());
row(element.dataset.key, element.getAttribute('aria-label') || copy.textContent.trim());
});
row('?', 'This list');
list.replaceChildren(...rows);
dialog.showModal();
};
d.addEventListener('keydown', event => {
if (d.documentElement.dataset.keys === 'off' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
if (event.target.matches?.('textarea,select,[contenteditable],input:not([type=checkbox],[type=radio],[type=button],[type=submit])') || d.querySelector('dialog[open]')) return;
const queue = d.querySelector('[data-queue]');
if (event.key === '/' && d.getElementById('q')) { event.preventDefault(); d.getElementById('q').focus(); return; }
if (event.key === '?') { event.preventDefault(); listKeys(); return; }
if (queue && (event.key === 'j' || event.key === 'k')) { event.preventDefault(); move(queue, event.key === 'j' ? 1 : -1); return; }
if (event.key.length !== 1) return;
const button = d.querySelector('[data-key="' + CSS.escape(event.key.toLowerCase()) + '"]');
if (button && !button.disabled) { event.preventDefault(); button.click(); }
});
d.addEventListener('keydown', event => {
const tab = event.target.closest?.('[role=tab]');
if (tab && ['ArrowRight', 'ArrowLeft', 'Home', 'End'].includes(event.key)) {
const tabs = all('[role=tab]', tab.closest('[role=tablist]')), here = tabs.indexOf(tab);
const next = event.key === 'Home' ? 0 : event.key === 'End' ? tabs.length - 1 : (here + (event.key === 'ArrowRight' ? 1 : -1) + tabs.length) % tabs.length;
event.preventDefault(); tabs[next].click(); tabs[next].focus();
}
});
d.addEventListener('click', event => {
const tab = event.target.closest('[role=tab]');
if (!tab) return;
all('[role=tab]', tab.closest('[role=tablist]')).forEach(other => {
const on = other === tab, panel = d.getElementById(other.getAttribute('aria-controls'));
other.setAttribute('aria-selected', on);
other.tabIndex = on ? 0 : -1;
if (panel && !on) panel.hidden = true;
});
const panel = d.getElementById(tab.getAttribute('aria-controls'));
if (panel) panel.hidden = false;
});
})();
(() => {
const d = document, pill = d.querySelector('[data-live-pill]');
let source = d.querySelector('[data-live]'), last = Date.now(), joined = false, stopped = false, held = 0, state = '';
const say = text => { const box = d.getElementById('say'); if (box) box.textContent = text; };
const alive = () => { last = Date.now(); joined = true; if (pill && source) tick(); };
const show = (next, words, spoken) => {
pill.classList.toggle('is-stale', next === 'stale' || next === 'paused');
pill.classList.toggle('is-lost', next === 'lost');
pill.lastElementChild.textContent = words;
if (next !== state && state && spoken) say(spoken);
state = next;
};
const tick = () => {
const seconds = Math.round((Date.now() - last) / 1000);
if (stopped) show('lost', 'Ended, reload', 'Live updates have ended. Reload the page.');
else if (paused()) show('paused', held ? 'Paused, ' + held + ' new' : 'Paused', 'Live updates paused');
else if (!joined && seconds < 40) show('joining', 'Connecting');
else if (seconds < 40) show('live', seconds < 3 ? 'Live' : seconds + ' s ago', 'Live updates are back');
else show('stale', 'Stale, ' + (seconds < 120 ? seconds + ' s' : Math.round(seconds / 60) + ' min'), 'Live updates have stopped. The page tries to reconnect.');
};
const paused = () => d.querySelector('[data-pause][aria-pressed=true]') !== null;
if (pill && source) {
pill.firstElementChild.hidden = true;
pill.hidden = false;
tick();
setInterval(tick, 1000);
}
d.addEventListener('htmx:sse:after:connection', () => { alive(); stopped = false; });
d.addEventListener('beat', alive);
const ended = event => { if ([401, 403, 404].includes(event.detail.status ?? event.detail.ctx?.response?.status) && event.target.matches?.('[data-live]')) stopped = true; };
d.addEventListener('htmx:sse:error', ended);
d.addEventListener('htmx:response:error', ended);
d.addEventListener('htmx:sse:before:connection', event => { if (stopped) event.preventDefault(); });
d.addEventListener('htmx:sse:close', event => { if (event.detail.reason === 'message') stopped = true; });
d.addEventListener('htmx:sse:before:message', event => {
alive();
if (paused() && !event.detail.message.event) { held += 1; event.preventDefault(); }
});
d.addEventListener('click', event => {
const button = event.target.closest('[data-pause]');
if (!button) return;
const on = button.getAttribute('aria-pressed') !== 'true';
button.setAttribute('aria-pressed', on);
if (!on && held && source) {
const fresh = source.cloneNode(false);
source.replaceWith(fresh);
source = fresh;
window.htmx.process(fresh);
}
held = 0;
tick();
});
d.addEventListener('htmx:sse:after:message', () => d.querySelectorAll('.o-stream').forEach(list => { while (list.children.length > 100) list.lastElementChild.remove(); }));
})();
(() => {
const d = document;
let before = null;
const toErrors = from => { const box = from.querySelector('.o-errors[tabindex]'); if (box) box.focus(); return Boolean(box); };
const place = element => element?.id ? '#' + CSS.escape(element.id) : element?.name ? '[name="' + CSS.escape(element.name) + '"]' : null;
d.addEventListener('htmx:before:swap', () => { before = d.activeElement === d.body ? before : { node: d.activeElement, again: place(d.activeElement) }; });
d.addEventListener('htmx:after:swap', event => {
const source = event.detail?.ctx?.sourceElement;
if (source && !source.matches('[data-live]') && toErrors(d)) return;
if (d.activeElement !== d.body || !before) return;
const next = (before.again && d.querySelector(before.again)) || d.querySelector('[data-focus-next]') || d.querySelector('h1[tabindex="-1"]') || d.getElementById('main');
next?.focus({ preventScroll: true });
before = null;
});
toErrors(d);
d.addEventListener('toast', event => {
const box = d.getElementById('toasts'), { text, tone } = event.detail || {};
if (!box || !text) return;
const toast = d.createElement('div'), words = d.createElement('span'), close = d.createElement('button');
toast.className = 'o-toast is-' + (tone || 'ok'); words.className = 'grow'; words.textContent = text;
close.type = 'button'; close.className = 'btn btn-quiet btn-sm'; close.textContent = 'Close'; close.dataset.dismiss = '.o-toast';
toast.append(words, close); box.append(toast);
if (box.children.length > 3) box.firstElementChild.remove();
});
})();
(() => {
const d = document, all = (selector, from = d) => [...from.querySelectorAll(selector)];
const segmenter = typeof Intl !== 'undefined' && Intl.Segmenter ? new Intl.Segmenter('en-GB') : null;
const signs = text => segmenter ? [...segmenter.segment(text)].map(part => part.segment) : [...text];
const light = code => code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247);
const ways = {
graphemes: text => signs(text).length,
characters: text => [...text].length,
weighted: text => { const links = text.match(/https?:\/\/\S+/g) || []; return links.length * 23 + signs(text.replace(/https?:\/\/\S+/g, '')).reduce((sum, sign) => sum + ([...sign].every(one => light(one.codePointAt(0))) ? [...sign].length : 2), 0); },
};
const around = 2 * Math.PI * 7;
const timers = new WeakMap();
const count = area => {
const box = d.getElementById(area.dataset.counts);
if (!box) return;
const over = [];
all('.o-cc', box).forEach(counter => {
const n = (ways[counter.dataset.way] || ways.graphemes)(area.value), limit = +counter.dataset.limit, part = Math.min(1, n / limit);
counter.querySelector('.fg')?.setAttribute('stroke-dasharray', (part * around).toFixed(1) + ' ' + around.toFixed(1));
counter.querySelector('.num').textContent = n + '/' + limit;
counter.classList.toggle('is-bad', n > limit);
counter.classList.toggle('is-warn', n <= limit && part > .9);
if (n > limit) over.push(counter.textContent.trim());
});
clearTimeout(timers.get(area));
timers.set(area, setTimeout(() => { const say = d.getElementById(area.dataset.counts + '-say'); if (say) say.textContent = over.length ? over.join(', ') + ', over the limit' : ''; }, 900));
};
const tally = group => all('[data-tally]', group).forEach(out => { const boxes = all('input[type=checkbox][name]:not(:disabled)', group); out.textContent = boxes.filter(box => box.checked).length + ' of ' + boxes.length; });
d.addEventListener('input', event => {
const field = event.target;
if (field.matches('textarea[data-counts]')) count(field);
if (field.id) all('[data-mirror="' + CSS.escape(field.id) + '"]').forEach(copy => { copy.textContent = field.value; });
if (field.dataset.filter) {
const words = field.value.trim().toLowerCase(), list = d.querySelector(field.dataset.filter);
all('[data-row]', list).forEach(row => { row.hidden = !row.textContent.toLowerCase().includes(words); });
all('[data-rows]', list).forEach(group => { group.hidden = !group.querySelector('[data-row]:not([hidden])'); });
}
});
d.addEventListener('change', event => {
const box = event.target;
if (box.dataset.tickAll) all(box.dataset.tickAll).forEach(each => { if (!each.disabled && !each.closest('[hidden]')) each.checked = box.checked; });
const group = box.closest('[data-tally-group]');
if (group) tally(group);
});
all('[data-tally-group]').forEach(tally);
all('textarea[data-counts]').forEach(count);
d.addEventListener('submit', event => {
const form = event.target;
if (form.getAttribute('method')?.toLowerCase() !== 'post' || form.querySelector('[name=csrfmiddlewaretoken]')) return;
const token = d.createElement('input');
token.type = 'hidden'; token.name = 'csrfmiddlewaretoken';
token.value = JSON.parse(d.body.getAttribute('hx-headers:inherited') || '{}')['X-CSRFToken'] || '';
form.append(token);
}, true);
d.addEventListener('submit', event => {
const form = event.target;
if (event.defaultPrevented || form.method === 'dialog' || form.matches('[data-theme-form]') || [...form.attributes].some(one => one.name.startsWith('hx-'))) return;
if (form.dataset.sent) { event.preventDefault(); return; }
form.dataset.sent = '1';
if (event.submitter) event.submitter.setAttribute('aria-busy', 'true');
});
window.addEventListener('pageshow', () => all('form[data-sent]').forEach(form => { delete form.dataset.sent; all('[aria-busy]', form).forEach(button => button.removeAttribute('aria-busy')); }));
})();
(() => {
const d = document, all = (selector, from) => [...from.querySelectorAll(selector)];
const rows = tree => all('a[data-row]', tree).filter(row => row.getClientRects().length);
const below = row => row.parentElement.querySelector(':scope > ul');
const dress = tree => {
tree.setAttribute('role', 'tree');
all('li', tree).forEach(item => item.setAttribute('role', 'none'));
all('ul', tree).forEach(list => list.setAttribute('role', 'group'));
all('a[data-row]', tree).forEach(row => {
const list = below(row);
let level = 1;
for (let up = row.parentElement.parentElement; up !== tree; up = up.parentElement.parentElement) level++;
row.setAttribute('role', 'treeitem');
row.setAttribute('aria-level', level);
row.setAttribute('aria-selected', row.getAttribute('aria-current') === 'true');
if (list || row.dataset.more) row.setAttribute('aria-expanded', Boolean(list && !list.hidden));
if (list && list.id) row.setAttribute('aria-owns', list.id);
row.tabIndex = -1;
});
(tree.querySelector('[aria-current=true]') || tree.querySelector('a[data-row]')).tabIndex = 0;
};
const go = (tree, row) => { if (row) { all('a[data-row]', tree).forEach(each => { each.tabIndex = -1; }); row.tabIndex = 0; row.focus(); } };
const fold = async (tree, row, open) => {
let list = below(row);
if (open && !list && row.dataset.more) {
list = d.createElement('ul');
list.id = 'below-' + row.id;
row.parentElement.append(list);
row.setAttribute('aria-busy', 'true');
await window.htmx.ajax('GET', row.dataset.more, { target: list, swap: 'innerHTML' });
row.removeAttribute('aria-busy');
if (!list.children.length) { list.remove(); return; }
const focused = d.activeElement;
dress(tree);
if (tree.contains(focused)) go(tree, focused);
} else if (list) list.hidden = !open;
row.setAttribute('aria-expanded', open);
};
let typed = '', last = 0;
const start = tree => {
dress(tree);
tree.addEventListener('click', event => {
const row = event.target.closest('.tw')?.closest('a[aria-expanded]'), more = event.target.closest('a[data-rest]');
if (row) { event.preventDefault(); fold(tree, row, row.getAttribute('aria-expanded') !== 'true'); }
if (more) {
event.preventDefault();
const item = more.parentElement;
window.htmx.ajax('GET', more.dataset.rest, { target: item, swap: 'outerHTML' }).then(() => dress(tree));
}
});
tree.addEventListener('keydown', event => {
const row = event.target.closest('a[data-row]');
if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
const shown = rows(tree), here = shown.indexOf(row), state = row.getAttribute('aria-expanded');
const key = event.key;
if (key === 'ArrowDown') go(tree, shown[here + 1]);
else if (key === 'ArrowUp') go(tree, shown[here - 1]);
else if (key === 'Home') go(tree, shown[0]);
else if (key === 'End') go(tree, shown[shown.length - 1]);
else if (key === 'ArrowRight') { if (state === 'false') fold(tree, row, true); else if (state) go(tree, below(row)?.querySelector('a[data-row]')); }
else if (key === 'ArrowLeft') { if (state === 'true') fold(tree, row, false); else go(tree, row.parentElement.parentElement.closest('li')?.querySelector('a[data-row]')); }
else if (key === ' ') row.click();
else if (key.length === 1) {
typed = event.timeStamp - last < 700 ? typed + key.toLowerCase() : key.toLowerCase();
last = event.timeStamp;
const from = typed.length > 1 ? here : here + 1;
go(tree, [...shown.slice(from), ...shown.slice(0, from)].find(each => each.dataset.row.toLowerCase().startsWith(typed)));
} else return;
event.preventDefault();
});
};
all('[data-tree]', d).forEach(start);
})();
(() => {
const d = document, body = d.body, dialog = d.getElementById('session-ends');
if (!body.dataset.sessionLeft || !dialog) return;
const address = body.dataset.sessionUrl, WARN = 120, count = dialog.querySelector('[data-session-count]'), said = dialog.querySelector('[data-session-said]');
let ends = Date.now() + 1000 * body.dataset.sessionLeft, asked = false, typed = false, told = Date.now();
const left = () => Math.round((ends - Date.now()) / 1000);
const words = seconds => seconds > 90 ? Math.round(seconds / 60) + ' minutes' : Math.max(0, seconds) + ' seconds';
const leave = () => { location.assign(body.dataset.sessionDoor + '?' + new URLSearchParams({ next: location.pathname + location.search, ended: 1 })); };
const ask = async method => {
if (asked) return;
asked = true;
try {
const answer = await fetch(address, { method, headers: method === 'POST' ? { 'X-CSRFToken': JSON.parse(body.getAttribute('hx-headers:inherited'))['X-CSRFToken'] } : {} });
if (answer.status === 401) { leave(); return; }
if (answer.ok) {
const state = await answer.json();
ends = Date.now() + 1000 * state.left;
dialog.toggleAttribute('data-last', !state.extendable);
dialog.querySelectorAll('[data-session-last]').forEach(one => { one.hidden = state.extendable; });
dialog.querySelectorAll('[data-session-more]').forEach(one => { one.hidden = !state.extendable; });
}
} catch { /* The network is away: the next tick asks again. */ } finally { asked = false; }
};
const tick = async () => {
if (typed && Date.now() - told > 60000) { typed = false; told = Date.now(); await ask('POST'); }
if (left() <= WARN && !dialog.open) {
await ask('GET');
if (left() <= WARN && !dialog.open && !d.querySelector('dialog[open]:not(#session-ends)')) { dialog.showModal(); d.dispatchEvent(new Event('hqdash:session-ends')); said.textContent = count.textContent = words(left()); }
}
if (!dialog.open) return;
if (left() > WARN) { dialog.close(); return; }
count.textContent = words(left());
if ([60, 30, 10].includes(left())) said.textContent = words(left());
if (left() === 10) d.dispatchEvent(new Event('hqdash:session-ends'));
if (left() < -1) await ask('GET');
};
d.addEventListener('input', () => { typed = true; });
d.addEventListener('click', async event => {
if (!event.target.closest('[data-session-extend]')) return;
await ask('POST');
if (left() > WARN || dialog.hasAttribute('data-last')) dialog.close();
});
d.addEventListener('visibilitychange', () => { if (!d.hidden) ask('GET'); });
setInterval(tick, 1000);
})();
(() => {
document.addEventListener('click', async event => {
const button = event.target.closest('[data-copies]');
if (!button) return;
const field = document.getElementById(button.dataset.copies);
field.select();
try {
await navigator.clipboard.writeText(field.value);
const say = document.getElementById('say');
if (say) say.textContent = button.dataset.copied;
button.lastChild.textContent = button.dataset.copied;
} catch { field.focus(); }
});
})();
