// Single keys, only outside fields and only while the user has them switched on; "?" lists them.
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
  // Arrow keys within tabs, as the ARIA practices describe them.
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
