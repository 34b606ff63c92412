// Copies what stands in a field; where the browser refuses, the field is selected for Ctrl+C.
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
