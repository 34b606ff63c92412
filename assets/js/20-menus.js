// Menus are <details>, the phone menu is a link to #nav, dialogs are <dialog>: all open without script; this closes them.
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
