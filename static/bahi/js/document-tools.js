// The menu of a document's bar: what can be done with it besides its next step (config.tools).

import { ApiError, get, remove } from "./api.js";
import { confirmDialog, openDialog } from "./dialog.js";
import { exclusively, runVerb } from "./document-save.js";
import { showProblems } from "./document-errors.js";
import { el, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";
import { flash, toast } from "./toast.js";

/** The "More" menu, or null when there is nothing in it. */
export function toolMenu(page) {
  const rare = (page.config.verbs || []).filter((verb) => verb.menu).map((verb) => ({ ...verb, does: "verb" }));
  const tools = [...rare, ...(page.config.tools || [])];
  if (!tools.length) return null;
  const items = tools.map((tool) => item(page, tool));
  const menu = el("details", { class: "bahi-menu" },
    el("summary", { class: "bahi-button", text: t("more") }), el("div", { class: "bahi-menu__items" }, items));
  const close = () => (menu.open = false);
  menu.addEventListener("keydown", (event) => keys(event, menu, items));
  menu.addEventListener("click", (event) => event.target.closest(".bahi-menu__item") && close());
  document.addEventListener("click", (event) => menu.contains(event.target) || close());
  return menu;
}

function keys(event, menu, items) {
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (menu.open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length)?.focus();
  }
}

function item(page, tool) {
  const props = { class: `bahi-menu__item${tool.does === "delete" ? " bahi-menu__item--danger" : ""}`, text: tool.label, data: { tool: tool.name } };
  if (tool.does === "page") return el("a", { ...props, href: safeUrl(tool.url), ...(tool.blank ? { target: "_blank", rel: "noopener" } : {}) });
  const button = el("button", { ...props, type: "button" });
  button.addEventListener("click", () => run(page, tool));
  return button;
}

async function run(page, tool) {
  if (page.busy) return;
  try {
    await DOES[tool.does](page, tool);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showProblems(page, error);
  }
}

const DOES = {
  verb: (page, tool) => runVerb(page, tool),
  delete: async (page, tool) => {
    if (!(await confirmDialog({ title: tool.label, text: tool.confirm, confirm: tool.label, style: "danger" }))) return;
    const answer = await exclusively(page, () => remove(`${page.config.resource}${page.id}/`));
    if (!answer) return;
    flash(answer.message || tool.label);
    page.leaving = true;
    window.location.assign(safeUrl(page.config.urls.list) || "/admin/");
  },
  copy: async (page, tool) => {
    const answer = await exclusively(page, () => get(tool.url));
    if (answer) await copyDialog(tool, answer.data.url);
  },
};

/** An address in a field of its own, marked, with a button that copies it. */
async function copyDialog(tool, url) {
  const field = el("input", { class: "bahi-input", type: "text", readOnly: true, value: url, "aria-label": tool.label });
  field.addEventListener("focus", () => field.select());
  const onAction = async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(url);
    } catch {
      document.execCommand("copy"); // a page without a secure context has no clipboard of its own
    }
    return true;
  };
  const body = [tool.text ? el("p", { text: tool.text }) : null, field];
  const actions = [{ label: t("close"), value: "" }, { label: t("copy"), style: "primary", value: "copy", submit: true }];
  // A message shown while the dialog is open would go away with it.
  if (await openDialog({ title: tool.label, body, onAction, actions })) toast(t("copied"), { tone: "success", seconds: 3 });
}
