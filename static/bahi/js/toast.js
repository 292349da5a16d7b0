// Short messages at the edge of the page, read out politely, with at most one action (Undo).

import { el, keep, stored } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

let host = null;

function ensureHost() {
  if (!host) host = el("div", { class: "bahi-toasts", role: "region", "aria-live": "polite", "aria-label": t("notifications") });
  // A modal dialog makes the rest of the page inert: show the message inside the topmost one.
  const dialogs = document.querySelectorAll("dialog[open]");
  const parent = dialogs.length ? dialogs[dialogs.length - 1] : document.body;
  if (host.parentNode !== parent) parent.append(host);
  return host;
}

/** Show a message. tone: info, success, warning, danger. action: {label, run}. Gives a function that removes it. */
export function toast(text, { tone = "info", action = null, seconds = 6, url = null } = {}) {
  const node = el("div", { class: `bahi-toast bahi-toast--${tone}`, role: tone === "danger" ? "alert" : "status" });
  const remove = () => node.remove();
  node.append(url ? el("a", { class: "bahi-toast__text", href: url, text }) : el("span", { class: "bahi-toast__text", text }));
  if (action) {
    const run = () => {
      remove();
      action.run();
    };
    node.append(el("button", { type: "button", class: "bahi-toast__action", text: action.label, on: { click: run } }));
  }
  node.append(el("button", { type: "button", class: "bahi-toast__close", "aria-label": t("close"), on: { click: remove } }, icon("close", 16)));
  ensureHost().append(node);
  if (seconds) setTimeout(remove, seconds * 1000);
  return remove;
}

/** Keep a message for the page that is about to open. */
export function flash(text, tone = "success") {
  keep("sessionStorage", "bahi.flash", { text, tone });
}

/** Show what the page before left behind. */
export function showFlash() {
  const left = stored("sessionStorage", "bahi.flash");
  if (!left?.text) return;
  keep("sessionStorage", "bahi.flash", null);
  toast(left.text, { tone: left.tone });
}
