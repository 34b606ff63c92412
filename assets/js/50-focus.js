// Focus never falls to the body: after a failed form it goes to the error summary, after a swap back to where it was.
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
  // A word of success from the server: HX-Trigger: {"toast": {"text": "...", "tone": "ok"}}
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
