// Keyboard shortcuts of the page: one place that knows them, and the "?" list that shows them.

import { openDialog } from "./dialog.js";
import { el, isTyping } from "./dom.js";
import { t } from "./text.js";

const shortcuts = [];

/** Add shortcuts: [{keys: "Ctrl+S", label, run}]. Without run they are only listed. Ctrl also means the Mac's Command. */
export function registerKeys(list) {
  shortcuts.push(...list);
}

/** "Ctrl+Alt+Shift+Key" of a keyboard event; letters in upper case, by position of the key where Alt changes them. */
export function comboOf(event) {
  const letter = /^Key([A-Z])$/.exec(event.code || "");
  const key = letter ? letter[1] : event.key;
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : "", key];
  return parts.filter(Boolean).join("+");
}

/** Show the list of shortcuts. */
export function keyHelp() {
  const rows = shortcuts.map(({ keys, label }) => el("tr", {},
    el("td", {}, keys.split("+").map((key) => el("kbd", { text: key.replace("Arrow", "") }))), el("td", { text: label })));
  return openDialog({ title: t("shortcuts"), body: el("table", { class: "bahi-keys" }, el("tbody", {}, rows)), size: "sm" });
}

function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const combo = comboOf(event);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && isTyping(event.target)) return;
  if (document.querySelector("dialog[open]") && combo !== "Ctrl+S") return;
  if (plain && event.key === "?") return void act(event, keyHelp);
  if (plain && event.key === "/") return focusSearch(event);
  const found = shortcuts.find((shortcut) => shortcut.run && shortcut.keys === combo);
  if (found) act(event, found.run);
}

function act(event, run) {
  event.preventDefault();
  run();
}

function focusSearch(event) {
  const input = document.querySelector("[data-list-search], #searchbar, form[role=search] input");
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select?.();
}

/** Listen on the page. Pages may name shortcuts in markup: <a data-key="Alt+N" …>. */
export function startKeys() {
  registerKeys([{ keys: "?", label: t("shortcut_help") }, { keys: "Ctrl+K", label: t("shortcut_palette") }, { keys: "/", label: t("search_list") }]);
  document.querySelectorAll("[data-key]").forEach((node) => {
    registerKeys([{ keys: node.dataset.key, label: node.dataset.keyLabel || node.getAttribute("aria-label") || node.textContent.trim(), run: () => node.click() }]);
  });
  window.addEventListener("keydown", pressed);
}
