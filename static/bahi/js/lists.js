// Lists and forms of the admin theme: one native scroller, so that the head stays in sight; names for unnamed inputs.

import { formatNumber } from "./format.js";
import { startWidths } from "./list-widths.js";
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

// How many rows each saved view has: asked when the page stands, so that no list waits for it.
async function countViews(tools) {
  const answer = await fetch(tools.dataset.counts, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { most, counts } = await answer.json();
  tools.querySelectorAll("[data-view]").forEach((badge) => {
    const count = counts[badge.dataset.view];
    if (count !== undefined) badge.textContent = count > most ? `${formatNumber(most)}+` : formatNumber(count);
  });
}

// The form of conditions is fetched when it is wanted, or when some hold and are told in words.
function startConditions(details) {
  const load = async () => (await import("./list-where.js")).startWhere(details);
  if (details.open || details.querySelector("[name=where]").value) load();
  else details.addEventListener("toggle", load, { once: true });
}

// The order of columns: arrows beside each, or Alt with an arrow key on it, or dragging its grip.
function startOrder(list) {
  const close = () => [...list.children].forEach((row, index, rows) => {
    row.querySelector('[data-step="-1"]').disabled = index === 0;
    row.querySelector('[data-step="1"]').disabled = index === rows.length - 1;
  });
  const step = (row, by) => {
    const beside = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!beside) return;
    if (by < 0) beside.before(row);
    else beside.after(row);
    close();
    row.scrollIntoView({ block: "nearest" });
  };
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const row = button.closest("li");
    step(row, Number(button.dataset.step));
    (button.disabled ? row.querySelector("[data-step]:not(:disabled)") : button)?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey) return;
    event.preventDefault();
    const held = document.activeElement;
    step(event.target.closest("li"), by);
    held.focus();
  });
  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip && event.button === 0) dragColumn(grip, step, event);
  });
  close();
}

// The pointer's neighbour decides; the grip keeps the capture, because only rows around it are moved.
function dragColumn(grip, step, event) {
  event.preventDefault();
  const row = grip.closest("li");
  row.classList.add("bahi-order__row--moved");
  const move = ({ clientY }) => {
    const middle = (other) => other && other.getBoundingClientRect().top + other.offsetHeight / 2;
    if (row.previousElementSibling && clientY < middle(row.previousElementSibling)) step(row, -1);
    else if (row.nextElementSibling && clientY > middle(row.nextElementSibling)) step(row, 1);
  };
  const end = () => {
    row.classList.remove("bahi-order__row--moved");
    document.removeEventListener("pointermove", move);
  };
  document.addEventListener("pointermove", move);
  ["pointerup", "pointercancel"].forEach((name) => document.addEventListener(name, end, { once: true }));
}

/** Runs before DOMContentLoaded (modules are deferred), hence before the theme's scroll bar takes the table over. */
export function startLists() {
  const table = document.getElementById("result_list");
  markNumbers(table);
  tidyCards(table);
  document.querySelectorAll("[data-bahi-order]").forEach(startOrder);
  document.querySelectorAll(".bahi-tools[data-counts]").forEach(countViews);
  startWidths(table, document.querySelector(".bahi-tools[data-widths]"));
  document.querySelectorAll("details[data-bahi-where]").forEach(startConditions);
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
