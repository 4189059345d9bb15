"use strict";

// A button with data-copy="…" puts that text on the clipboard and says so in the
// element named by data-copied. Without JavaScript, or a clipboard, it stays hidden.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const said = document.getElementById(button.dataset.copied);
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      if (said) said.textContent = "Copied.";
    } catch {
      if (said) said.textContent = "Your browser did not allow copying.";
    }
  });
}
