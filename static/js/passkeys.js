/* Binds forms that use a passkey to allauth's script, by their data attributes. */
(() => {
  const trouble = () => {
    for (const place of document.querySelectorAll("[data-passkey-trouble]")) {
      place.hidden = false;
    }
  };
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    trouble();
  });
  const supported = window.webauthnJSON && window.webauthnJSON.supported();
  for (const form of document.querySelectorAll("[data-passkey]")) {
    if (!supported) continue;
    const { passkey, options, ...ids } = form.dataset;
    form.hidden = false;
    window.allauth.webauthn.forms[passkey]({
      ids,
      data: options ? JSON.parse(options) : undefined,
    });
  }
})();
