// The bar of a document: state, number, grand total, save, verbs by state, the menu, print, neighbours; and its keys.

import { runVerb } from "./document-save.js";
import { toolMenu } from "./document-tools.js";
import { el, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { keyHelp, registerKeys } from "./keys.js";
import { pinButton } from "./pin.js";
import { t } from "./text.js";

/** Build the bar; sets page.barTotal and page.setBusy. */
export function renderBar(page) {
  const { config } = page;
  page.barTotal = el("strong", { class: "bahi-doc__grand", title: (config.totals || []).find(({ name }) => name === "grand_total")?.label || t("totals") });
  page.dirtyMark = el("span", { class: "bahi-doc__dirty", text: t("unsaved"), hidden: true });
  const tone = config.state?.tone || "neutral";
  const badge = config.state ? el("span", { class: `bahi-badge bahi-badge--${tone}`, text: config.state.label }) : null;
  const remark = config.remark ? el("span", { class: `bahi-badge bahi-badge--${config.remark.tone}`, text: config.remark.label }) : null;
  const number = page.record.number ? el("span", { class: "bahi-doc__number", text: page.record.number }) : null;
  const actions = el("div", { class: "bahi-doc__actions" }, saveButtons(page), verbButtons(page), toolMenu(page));
  page.setBusy = (busy) => {
    actions.querySelectorAll("button").forEach((button) => (button.disabled = busy));
    page.root.setAttribute("aria-busy", busy ? "true" : "false");
  };
  page.listeners.push(() => (page.dirtyMark.hidden = !page.isDirty()));
  return el("div", { class: "bahi-doc__bar" }, badge, remark, number, page.dirtyMark, el("span", { class: "bahi-doc__space" }), page.barTotal, actions, links(config.urls || {}, config.pin));
}

function saveButtons(page) {
  if (!page.editable) return [];
  const { opened } = page.config;
  if (opened) {
    const send = el("button", { type: "button", class: "bahi-button bahi-button--primary", title: "Ctrl+S", text: opened.label, data: { action: "save" } });
    send.addEventListener("click", () => page.save());
    return [el("a", { class: "bahi-button", href: safeUrl(opened.back), text: t("cancel") }), send];
  }
  const hasVerb = (page.config.verbs || []).some((verb) => verb.style === "primary");
  const style = hasVerb ? "plain" : "primary";
  const save = el("button", { type: "button", class: `bahi-button bahi-button--${style}`, title: "Ctrl+S", text: t("save"), data: { action: "save" } });
  save.addEventListener("click", () => page.save());
  return [save];
}

function verbButtons(page) {
  return (page.config.verbs || []).filter((verb) => !verb.menu).map((verb) => {
    const button = el("button", { type: "button", class: `bahi-button bahi-button--${verb.style || "plain"}`, text: verb.label, data: { verb: verb.name, ...(asksFirst(verb) ? { asks: "" } : {}) } });
    button.addEventListener("click", () => runVerb(page, verb));
    return button;
  });
}

/** Whether a dialog opens before anything is sent: inputs that only a refusal asks for don't count. */
function asksFirst(verb) {
  return Boolean(verb.confirm) || Boolean(verb.fields_url) || (verb.fields || []).some((field) => !field.after?.length);
}

function links(urls, pin) {
  const link = (url, name, label, keys, blank = false) => {
    const address = safeUrl(url);
    if (!address) return null;
    return el("a", { class: "bahi-iconlink", href: address, "aria-label": label, title: `${label}${keys ? ` (${keys})` : ""}`, ...(blank ? { target: "_blank", rel: "noopener" } : {}) }, icon(name));
  };
  return el("div", { class: "bahi-doc__links" }, pin ? pinButton(pin) : null,
    link(urls.print || urls.pdf, "print", t("print"), "Ctrl+P", true),
    link(urls.prev, "left", t("go_previous"), "Alt+←"), link(urls.next, "right", t("go_next"), "Alt+→"),
    el("button", { type: "button", class: "bahi-iconlink", "aria-label": t("shortcuts"), title: `${t("shortcuts")} (?)`, on: { click: keyHelp } }, icon("help")));
}

function open(url, blank = false) {
  const address = safeUrl(url);
  if (!address) return false;
  if (blank) window.open(address, "_blank", "noopener");
  else window.location.assign(address);
  return true;
}

/** Register the document's shortcuts; those without an address are left out of the help. */
export function wireDocumentKeys(page) {
  const urls = page.config.urls || {};
  const all = [
    page.editable && { keys: "Ctrl+S", label: t("save"), run: () => page.save() },
    page.editable && { keys: "Ctrl+Enter", label: t("save_and_new"), run: () => page.save({ then: "new" }) },
    (urls.print || urls.pdf) && { keys: "Ctrl+P", label: t("print"), run: () => open(urls.print || urls.pdf, true) },
    urls.add && { keys: "Alt+N", label: t("add_new"), run: () => open(urls.add) },
    urls.prev && { keys: "Alt+ArrowLeft", label: t("go_previous"), run: () => open(urls.prev) },
    urls.next && { keys: "Alt+ArrowRight", label: t("go_next"), run: () => open(urls.next) },
  ];
  registerKeys(all.filter(Boolean));
  if (!page.editable) return;
  registerKeys([
    { keys: "Enter", label: t("shortcut_enter") }, { keys: "Ctrl+D", label: t("shortcut_copy") }, { keys: "Ctrl+V", label: t("shortcut_paste") },
    { keys: "Alt+Shift+D", label: t("shortcut_duplicate") }, { keys: "Ctrl+Delete", label: t("shortcut_delete") }, { keys: "Alt+Shift+↑ ↓", label: t("shortcut_move") },
  ]);
}
