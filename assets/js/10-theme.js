// Light or dark at once on the page; the server remembers it, so the next page arrives in the right colours.
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
