(() => {
const d = document, all = (selector, from = d) => [...from.querySelectorAll(selector)];
const clock = when => new Date(when).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
const kept = field => field.name && !field.disabled && field.name !== 'csrfmiddlewaretoken' && field.name !== 'draft_key' && !['password', 'file', 'submit', 'button'].includes(field.type) && !field.closest('[data-secret]');
const fieldsOf = form => {
const fields = {};
[...form.elements].filter(kept).forEach(field => {
if (['checkbox', 'radio'].includes(field.type) && !field.checked) return;
(fields[field.name] ||= []).push(...(field.multiple ? [...field.selectedOptions].map(one => one.value) : [field.value]));
});
return fields;
};
const shape = (form, fields) => JSON.stringify(Object.entries(fields).filter(([name, values]) => values.some(value => value !== '') && !all('[name="' + CSS.escape(name) + '"][type=hidden]', form).length).sort());
const putBack = (form, fields) => [...form.elements].filter(kept).forEach(field => {
const values = fields[field.name] || [];
if (['checkbox', 'radio'].includes(field.type)) field.checked = values.includes(field.value);
else if (field.multiple) [...field.options].forEach(one => { one.selected = values.includes(one.value); });
else if (values.length || field.type !== 'hidden') field.value = values.length ? values[0] : '';
field.closest('details')?.toggleAttribute('open', true);
field.dispatchEvent(new Event('input', { bubbles: true }));
field.dispatchEvent(new Event('change', { bubbles: true }));
});
const token = () => JSON.parse(d.body.getAttribute('hx-headers:inherited') || '{}')['X-CSRFToken'] || '';
const send = (form, entries) => fetch(form.keepAt, { method: 'POST', body: new URLSearchParams(entries), headers: { 'X-CSRFToken': token() }, keepalive: true });
const save = async form => {
const fields = fieldsOf(form), now = shape(form, fields);
if (now === form.keptShape || form.dataset.sent || form.offering) return;
form.keptShape = now;
try {
const answer = await send(form, Object.entries(fields).flatMap(([name, values]) => values.map(value => [name, value])));
const status = d.querySelector('[data-keep-status]');
if (status) status.textContent = answer.ok ? 'Kept ' + clock(Date.now()) : 'Not kept: ' + ((await answer.json()).detail || 'try again');
if (!answer.ok) form.keptShape = '';
} catch { form.keptShape = ''; }
};
const offer = (form, draft) => {
const note = d.createElement('div'), words = d.createElement('div'), back = d.createElement('button'), away = d.createElement('button');
note.className = 'o-note mid is-info'; note.setAttribute('role', 'status'); words.className = 'grow';
words.textContent = 'We kept what you had typed at ' + clock(draft.kept_at) + '.';
back.type = away.type = 'button'; back.className = 'btn btn-line btn-sm'; away.className = 'btn btn-quiet btn-sm';
back.textContent = 'Restore'; away.textContent = 'Discard';
form.offering = true;
const done = () => { form.offering = false; note.remove(); (all('textarea,input:not([type=hidden])', form)[0] || form).focus(); };
back.addEventListener('click', () => { putBack(form, draft.fields); form.keptShape = shape(form, fieldsOf(form)); done(); });
away.addEventListener('click', () => { send(form, [['discard', '1']]); done(); });
form.addEventListener('submit', () => note.remove());
note.append(words, back, away);
(form.querySelector('[data-keep-here]') || form).prepend(note);
};
all('form[data-keep]').forEach(async form => {
form.keepAt = '/drafts/' + form.dataset.keep + '/';
form.keptShape = shape(form, fieldsOf(form));
const mark = d.createElement('input');
mark.type = 'hidden'; mark.name = 'draft_key'; mark.value = form.dataset.keep;
form.append(mark);
setInterval(() => save(form), 10000);
d.addEventListener('hqdash:session-ends', () => save(form));
d.addEventListener('visibilitychange', () => { if (d.hidden) save(form); });
try {
const answer = await fetch(form.keepAt, { headers: { Accept: 'application/json' } });
if (answer.status !== 200) return;
const draft = await answer.json();
if (shape(form, draft.fields) !== form.keptShape) offer(form, draft);
} catch { /* Nothing is offered; nothing is lost. */ }
});
})();
