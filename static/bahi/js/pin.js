// The star of a page (pinned pages stand first in the menu) and the company switcher of the header.

import { csrfToken } from "./api.js";
import { el } from "./dom.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

/** A star for scripts that draw their own bar: pin = {path, title, pinned}. */
export function pinButton({ path, title, pinned }) {
  const button = el("button", { type: "button", class: "bahi-iconlink", "aria-label": t("pin_page"), title: t("pin_page"), "aria-pressed": String(Boolean(pinned)), data: { bahiPin: path, title } },
    el("span", { "aria-hidden": "true" }));
  mark(button, pinned);
  return button;
}

function mark(button, pinned) {
  button.setAttribute("aria-pressed", String(Boolean(pinned)));
  button.querySelector("[aria-hidden]").textContent = pinned ? "★" : "☆";
}

// By fetch and not by a form: the page may hold unsaved changes.
async function toggle(button) {
  const body = new URLSearchParams({ path: button.dataset.bahiPin, title: button.dataset.title });
  try {
    const response = await fetch("/favourite/", { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrfToken() } });
    const answer = await response.json();
    if (!response.ok) return toast(answer.detail || t("failed"), { tone: "danger" });
    mark(button, answer.pinned);
    return toast(answer.pinned ? t("pinned") : t("unpinned"));
  } catch {
    return toast(t("network"), { tone: "danger" });
  }
}

/** Listen for stars and for the company switcher, wherever they stand. */
export function startPins() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-bahi-pin]");
    if (button) toggle(button);
  });
  document.querySelectorAll("form[data-bahi-company]").forEach((form) => {
    const select = form.querySelector("select");
    const before = select.value;
    select.addEventListener("change", () => form.requestSubmit());
    window.addEventListener("pageshow", () => (select.value = before)); // a stay on the page, or the browser's Back
  });
}
