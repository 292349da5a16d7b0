// Lists and forms of the admin theme: one native scroller, so that the head stays in sight; names for unnamed inputs.

import { t } from "./text.js";

// Heads of columns with figures stand at the right, above them.
function markNumbers(table) {
  const row = table?.querySelector("tbody tr:has(.bahi-number)");
  [...(row?.cells || [])].forEach((cell) => {
    if (cell.querySelector(".bahi-number")) table.tHead?.rows[0]?.cells[cell.cellIndex]?.classList.add("bahi-th-number");
  });
}

// On a phone each row is a card: its labels begin in upper case, and what is empty there takes no place.
function tidyCards(table) {
  table?.querySelectorAll("tbody .data-row > :is(td, th)").forEach((cell) => {
    const label = cell.dataset.label || "";
    cell.dataset.label = label.slice(0, 1).toUpperCase() + label.slice(1);
    if (cell.textContent.trim() === "-" && !cell.querySelector("input, a")) cell.classList.add("bahi-none");
  });
}

/** Runs before DOMContentLoaded (modules are deferred), hence before the theme's scroll bar takes the table over. */
export function startLists() {
  const table = document.getElementById("result_list");
  markNumbers(table);
  tidyCards(table);
  const box = table?.closest("[data-simplebar]");
  if (!box) return;
  box.removeAttribute("data-simplebar");
  box.classList.add("bahi-list");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", document.querySelector("h1")?.textContent.trim() || t("search_list"));
}

function columnName(cell) {
  const heads = cell.closest("table")?.querySelectorAll("thead th");
  return cell.dataset.label || heads?.[cell.cellIndex]?.textContent.replace("*", "").trim() || "";
}

function nameInlineInputs(root) {
  root.querySelectorAll(".formset td :is(input, select, textarea):not([type=hidden], [aria-label])").forEach((control) => {
    const name = columnName(control.closest("td"));
    if (name && !control.labels?.length) control.setAttribute("aria-label", name);
  });
}

// The theme's autocomplete stands for a <select>, but takes over neither its label nor a name of its own.
function nameAutocompletes(root) {
  root.querySelectorAll(".select2-selection[role=combobox]:not([aria-label])").forEach((box) => {
    const select = box.closest(".select2")?.previousElementSibling;
    const name = select?.labels?.[0]?.textContent.replace("*", "").trim() || select?.getAttribute("aria-label");
    if (!name) return;
    box.removeAttribute("aria-labelledby");
    [box, ...box.querySelectorAll("[role=textbox]")].forEach((node) => node.setAttribute("aria-label", name));
  });
}

/** Names for what the theme's forms leave unnamed; also in rows that are added later. */
export function startForms() {
  const name = (root) => {
    nameInlineInputs(root);
    nameAutocompletes(root);
  };
  if (!document.querySelector(".change-form")) return;
  window.addEventListener("load", () => setTimeout(() => name(document)));
  document.addEventListener("formset:added", () => setTimeout(() => name(document)));
}
