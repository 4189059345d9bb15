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

// A search that is typed is one step of the way back, not one for each pause in it.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  const typed = detail.requestConfig.triggeringEvent?.type === "input";
  const searched = new URLSearchParams(location.search).has("q");
  if (typed && searched) detail.history.type = "replace";
});

// Long lists of filters stay where they were scrolled to when their counts are renewed.
const scrolled = new Map();
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  for (const list of detail.target.querySelectorAll("[data-scrolls]")) {
    scrolled.set(list.dataset.scrolls, list.scrollTop);
  }
});
document.addEventListener("htmx:oobAfterSwap", ({ detail }) => {
  for (const list of detail.target.querySelectorAll("[data-scrolls]")) {
    list.scrollTop = scrolled.get(list.dataset.scrolls) ?? 0;
  }
});
