// The pill in the top bar tells how fresh the page is; the stream itself is the business of hx-sse.
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
  // Signed out, or no longer allowed: trying again would only fill the log.
  const ended = event => { if ([401, 403, 404].includes(event.detail.status ?? event.detail.ctx?.response?.status) && event.target.matches?.('[data-live]')) stopped = true; };
  d.addEventListener('htmx:sse:error', ended);
  d.addEventListener('htmx:response:error', ended);
  d.addEventListener('htmx:sse:before:connection', event => { if (stopped) event.preventDefault(); });
  d.addEventListener('htmx:sse:close', event => { if (event.detail.reason === 'message') stopped = true; });
  d.addEventListener('htmx:sse:before:message', event => {
    alive();
    // Named messages are heartbeats and the like; what would change the page waits while it is paused.
    if (paused() && !event.detail.message.event) { held += 1; event.preventDefault(); }
  });
  d.addEventListener('click', event => {
    const button = event.target.closest('[data-pause]');
    if (!button) return;
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', on);
    if (!on && held && source) {
      // A new connection begins with the present state of everything, so nothing that was held back is missed.
      const fresh = source.cloneNode(false);
      source.replaceWith(fresh);
      source = fresh;
      window.htmx.process(fresh);
    }
    held = 0;
    tick();
  });
  // A wall screen runs for days: lists must not grow without end.
  d.addEventListener('htmx:sse:after:message', () => d.querySelectorAll('.o-stream').forEach(list => { while (list.children.length > 100) list.lastElementChild.remove(); }));
})();
