"use strict";

// Answers are saved as their fields are left (htmx). What could not be saved stays in
// its field, is told beside it, and is tried again: when the server is back, or when
// somebody signed in again in another window. Nothing is kept in the browser.
(() => {
  const RETRY = 10_000;
  const unsaved = new Set();
  const form = document.querySelector("form[data-applying]");
  if (!form) return;

  const token = () => {
    const cookie = /(?:^|; )(?:__Host-)?csrf=([^;]+)/.exec(document.cookie);
    return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
  };
  const fieldOf = (element) => element.closest && element.closest("[data-answer]");
  const say = (field, text) => {
    const said = document.getElementById(`said-${field.dataset.answer}`);
    const line = document.createElement("p");
    line.className = "invalid-feedback";
    line.textContent = text;
    said.replaceChildren(line);
  };

  // In the capturing phase: htmx lets such events go no further than their field.
  const touched = (event) => {
    const field = fieldOf(event.target);
    if (field && event.target.name === field.dataset.answer) unsaved.add(field);
  };
  form.addEventListener("input", touched, true);
  // A form that is older than its session is sent with the session's own token.
  form.addEventListener("submit", () => {
    form.elements.csrfmiddlewaretoken.value = token();
    unsaved.clear();
  });
  form.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    const field = fieldOf(event.detail.elt);
    if (field) field.sent = shown(field);
  });
  form.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if ([401, 409, 422].includes(status)) event.detail.shouldSwap = true;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    const field = fieldOf(event.detail.elt);
    if (!field) return;
    const { status } = event.detail.xhr;
    if (status === 200 && field.sent === shown(field)) unsaved.delete(field);
    if ([409, 422].includes(status)) unsaved.delete(field);
    if (status === 0 || status >= 500) {
      say(field, "Not saved: the registry does not answer. What you wrote stays here and is tried again.");
    } else if ([400, 403, 404, 413].includes(status)) {
      say(field, "Not saved: this was refused. What you wrote stays here; copy it before you leave.");
    }
  });

  const parts = (field) => {
    const key = field.dataset.answer;
    const all = new FormData(form);
    const sent = new URLSearchParams();
    for (const name of [key, `seen-${key}`]) {
      for (const value of all.getAll(name)) sent.append(name, value);
    }
    return sent;
  };
  const shown = (field) => parts(field).getAll(field.dataset.answer).join("\0");
  const again = () => {
    for (const field of unsaved) {
      if (!field.isConnected) unsaved.delete(field);
      else if (!field.contains(document.activeElement)) {
        const input = form.elements[field.dataset.answer];
        (input.length && !input.options ? input[0] : input).dispatchEvent(
          new Event("change", { bubbles: true }),
        );
      }
    }
  };
  setInterval(again, RETRY);
  window.addEventListener("online", again);
  window.addEventListener("focus", again);

  // To press a link is to leave the field, and its answer may renew the link before it
  // is let go: then the browser takes neither of the two for clicked.
  let pressed = null;
  document.addEventListener("mousedown", (event) => {
    pressed = event.button === 0 ? event.target.closest("a[href]") : null;
  });
  document.addEventListener("mouseup", (event) => {
    const link = event.target.closest("a[href]");
    if (pressed && !pressed.isConnected && link && link.href === pressed.href) {
      link.dispatchEvent(new MouseEvent("click", event));
    }
    pressed = null;
  });

  // Whoever leaves the page in the middle of a field has left the field too.
  window.addEventListener("pagehide", () => {
    for (const field of unsaved) {
      fetch(field.getAttribute("hx-post"), {
        method: "POST",
        body: parts(field),
        headers: { "X-CSRFToken": token(), "HX-Request": "true" },
        keepalive: true,
      }).catch(() => {});
    }
  });
  // A page out of the browser's memory is older than what others have written.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
