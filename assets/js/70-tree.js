// A nested list of links becomes a tree of the ARIA practices; branches that are not there yet are fetched when opened.
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
    // On the tree itself, so that a letter typed here looks for a unit and is no shortcut of the page.
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
