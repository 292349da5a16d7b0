// Warns before a page with unsaved changes is left: reload, close, back, forward or a link.

const checks = new Set();

/** Register a function that says whether there is something unsaved. */
export function guard(isDirty) {
  checks.add(isDirty);
}

function snapshot(form) {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value instanceof File ? `${value.name}:${value.size}` : value])
    .filter(([name]) => name !== "csrfmiddlewaretoken"));
}

const known = new WeakSet();

/** Guard every <form data-guard>; also called for parts that htmx brought in. */
export function guardForms(root = document) {
  root.querySelectorAll("form[data-guard]").forEach((form) => {
    if (known.has(form)) return;
    known.add(form);
    let before = snapshot(form);
    let leaving = false;
    form.addEventListener("submit", () => (leaving = true));
    form.addEventListener("reset", () => setTimeout(() => (before = snapshot(form))));
    form.addEventListener("htmx:afterRequest", (event) => {
      leaving = false;
      if (event.detail?.successful && event.detail.elt === form) before = snapshot(form);
    });
    guard(() => !leaving && form.isConnected && snapshot(form) !== before);
  });
}

/** Start listening. */
export function startUnsaved() {
  guardForms();
  window.addEventListener("beforeunload", (event) => {
    if (![...checks].some((check) => check())) return;
    event.preventDefault();
    event.returnValue = "";
  });
}
