// Warns before the session ends, and goes to the door when it has. The server alone decides; this asks it.
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
    // Somebody who writes is here, though nothing is sent meanwhile.
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
  // A laptop that slept knows nothing of the time that went by.
  d.addEventListener('visibilitychange', () => { if (!d.hidden) ask('GET'); });
  setInterval(tick, 1000);
})();
