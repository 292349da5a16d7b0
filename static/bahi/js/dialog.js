// Dialogs on the browser's own <dialog>: modal (the rest is inert, so focus stays inside), Esc closes, the body scrolls.

import { ApiError } from "./api.js";
import { el, fill, uid } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

/**
 * Open a dialog. actions: [{label, style, value}]; the promise gives the chosen value, or null when it was left.
 * onAction(value) may return false (or a promise of false) to keep the dialog open.
 */
export function openDialog({ title, body, actions = [], size = "md", onAction = null, onOpen = null }) {
  const opener = document.activeElement;
  const titleId = uid("dialog");
  const buttons = actions.map((action) => dialogButton(action));
  const node = el("dialog", { class: `bahi-dialog bahi-dialog--${size}`, "aria-labelledby": titleId });
  const close = el("button", { type: "button", class: "bahi-dialog__close", "aria-label": t("close") }, icon("close"));
  const form = el("form", { class: "bahi-dialog__frame", method: "dialog", novalidate: true },
    el("header", { class: "bahi-dialog__head" }, el("h2", { id: titleId, text: title }), close),
    el("div", { class: "bahi-dialog__body" }, body),
    buttons.length ? el("footer", { class: "bahi-dialog__foot" }, buttons) : null);
  node.append(form);
  document.body.append(node);
  return new Promise((resolve) => {
    const finish = (value) => {
      if (!node.isConnected) return;
      node.close();
      node.remove();
      if (opener?.isConnected) opener.focus({ preventScroll: true });
      resolve(value);
    };
    wire(node, form, { close, buttons, onAction, finish });
    node.showModal();
    // The browser would start at the close button; start at the first entry, else at the main action.
    (form.querySelector(".bahi-dialog__body :is(input, select, textarea)") || buttons.at(-1))?.focus();
    onOpen?.({ node, finish });
  });
}

function dialogButton({ label, style = "plain", value, submit = false }) {
  const kind = submit ? "submit" : "button";
  return el("button", { type: kind, class: `bahi-button bahi-button--${style}`, data: { value: value ?? "" }, text: label });
}

function wire(node, form, { close, buttons, onAction, finish }) {
  const choose = async (value) => {
    if (value === "") return finish(null);
    if (onAction) {
      node.setAttribute("aria-busy", "true");
      let keepOpen;
      try {
        keepOpen = (await onAction(value)) === false;
      } finally {
        node.removeAttribute("aria-busy");
      }
      if (keepOpen) return undefined;
    }
    return finish(value);
  };
  close.addEventListener("click", () => finish(null));
  node.addEventListener("cancel", (event) => {
    event.preventDefault();
    finish(null);
  });
  node.addEventListener("click", (event) => event.target === node && finish(null));
  buttons.filter((b) => b.type === "button").forEach((b) => b.addEventListener("click", () => choose(b.dataset.value)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const main = buttons.find((b) => b.type === "submit");
    if (main && !node.hasAttribute("aria-busy")) choose(main.dataset.value);
  });
}

/** Ask a yes/no question; true when confirmed. */
export async function confirmDialog({ title, text = "", confirm = t("ok"), style = "primary" }) {
  const actions = [{ label: t("cancel"), value: "" }, { label: confirm, style, value: "yes", submit: true }];
  return (await openDialog({ title, body: el("p", { text }), actions, size: "sm" })) === "yes";
}

/**
 * A dialog with fields. `makeField` comes from fields.js (handed in, so that this file needs no other).
 * onSubmit(values) does the work and gives the result; an ApiError shows at its fields and the dialog stays.
 * The promise gives what onSubmit gave, or null.
 */
export async function formDialog({ title, text = "", fields, values = {}, submit = t("save"), style = "primary", makeField, onSubmit }) {
  const made = fields.map((def) => makeField(def, { value: values[def.name] ?? def.default, record: values }));
  const problem = el("p", { class: "bahi-form-error", role: "alert", hidden: true });
  const body = [text ? el("p", { text }) : null, problem, el("div", { class: "bahi-fields" }, made.map((field) => field.root))];
  let result = null;
  const onAction = async () => {
    problem.hidden = true;
    if (!checkFields(made)) return false;
    try {
      result = await onSubmit(Object.fromEntries(made.map((field) => [field.def.name, field.value])));
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showErrors(error, made, problem);
      return false;
    }
  };
  const actions = [{ label: t("cancel"), value: "" }, { label: submit, style, value: "save", submit: true }];
  const size = fields.some((def) => def.kind === "lines") ? "lg" : "md";
  const chosen = await openDialog({ title, body, actions, size, onAction, onOpen: () => made[0]?.focus() });
  return chosen === null ? null : result;
}

function checkFields(made) {
  made.forEach((field) => field.setError(field.problem()));
  const bad = made.find((field) => field.hasError);
  bad?.focus();
  return !bad;
}

function showErrors(error, made, problem) {
  const rest = [];
  error.errors.forEach((one) => {
    const field = made.find((candidate) => candidate.def.name === String(one.field || "").split(".")[0]);
    if (field) field.setError(one.detail);
    else rest.push(one.detail);
  });
  const shown = made.find((field) => field.hasError);
  if (rest.length || !shown) {
    fill(problem, rest.join(" ") || error.message);
    problem.hidden = false;
  }
  shown?.focus();
}
