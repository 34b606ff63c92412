// Hints while typing and choosing; the server counts and decides.
(() => {
  const d = document, all = (selector, from = d) => [...from.querySelectorAll(selector)];
  const segmenter = typeof Intl !== 'undefined' && Intl.Segmenter ? new Intl.Segmenter('en-GB') : null;
  const signs = text => segmenter ? [...segmenter.segment(text)].map(part => part.segment) : [...text];
  // X counts a link as 23, most Latin signs as 1, all others and every emoji as 2.
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
    // One tick for a whole unit or network: it names the boxes that it moves.
    if (box.dataset.tickAll) all(box.dataset.tickAll).forEach(each => { if (!each.disabled && !each.closest('[hidden]')) each.checked = box.checked; });
    const group = box.closest('[data-tally-group]');
    if (group) tally(group);
  });
  all('[data-tally-group]').forEach(tally);
  all('textarea[data-counts]').forEach(count);
  // A form that came over the stream has no token of its own; the page has one.
  d.addEventListener('submit', event => {
    const form = event.target;
    if (form.getAttribute('method')?.toLowerCase() !== 'post' || form.querySelector('[name=csrfmiddlewaretoken]')) return;
    const token = d.createElement('input');
    token.type = 'hidden'; token.name = 'csrfmiddlewaretoken';
    token.value = JSON.parse(d.body.getAttribute('hx-headers:inherited') || '{}')['X-CSRFToken'] || '';
    form.append(token);
  }, true);
  // A second click on a slow evening must not post twice.
  d.addEventListener('submit', event => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'dialog' || form.matches('[data-theme-form]') || [...form.attributes].some(one => one.name.startsWith('hx-'))) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    if (event.submitter) event.submitter.setAttribute('aria-busy', 'true');
  });
  window.addEventListener('pageshow', () => all('form[data-sent]').forEach(form => { delete form.dataset.sent; all('[aria-busy]', form).forEach(button => button.removeAttribute('aria-busy')); }));
})();
