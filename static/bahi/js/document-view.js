// Read-only drawing of a document: plain text and plain tables, cheap also with a thousand lines.

import { el } from "./dom.js";
import { linkOf, shownValue } from "./fields.js";
import { countLines, t } from "./text.js";

/** Labelled values of a section; empty ones are left out. */
export function readonlyForm(defs, record) {
  const pairs = defs.map((def) => ({ def, text: shownValue(def, record) })).filter(({ text }) => text !== "");
  return el("dl", { class: "bahi-fields bahi-fields--read" }, pairs.map(({ def, text }) => el("div",
    { class: "bahi-field", data: { span: Math.min(12, def.width || 3), field: def.name } },
    el("dt", { class: "bahi-field__label", text: def.label }), el("dd", { class: "bahi-field__text", text }))));
}

function right(column) {
  if (column.align) return column.align === "right";
  return ["decimal", "money", "computed"].includes(column.kind);
}

// What a reader needs no column for: nothing in it, a tick in no row, a zero discount, a description that is the product's name,
// a record that a column before it names already (the open item of an invoice).
function isIdle(column, rows, before) {
  if (column.kind === "computed" || column.required) return false;
  const texts = rows.map((record) => shownValue(column, record));
  if (column.kind === "bool") return rows.every((record) => Boolean(record[column.name]) === (column.default === true));
  if (column.name.startsWith("discount")) return rows.every((record) => !Number(record[column.name]));
  if (column.name === "description") return rows.every((record, index) => texts[index] === linkOf(record, "product").label);
  const named = column.kind === "lookup" ? before.filter((other) => other.kind === "lookup") : [];
  return texts.every((text, index) => text === "" || named.some((other) => shownValue(other, rows[index]) === text));
}

/** A grid as a table of texts. */
export function readonlyGrid(def, rows) {
  if (!rows.length && def.optional) return null;
  const columns = def.columns.filter((column, at) => !isIdle(column, rows, def.columns.slice(0, at)));
  const heads = columns.map((column) => el("th", { scope: "col", class: right(column) ? "bahi-right" : "", text: column.label }));
  const lines = rows.map((record, index) => el("tr", {}, el("td", { class: "bahi-grid__no", text: index + 1 }),
    columns.map((column) => el("td", { class: `bahi-cell ${right(column) ? "bahi-right" : ""}`, data: { label: column.label, col: column.name }, text: shownValue(column, record) }))));
  return el("section", { class: "bahi-lines", "aria-label": def.label, data: { grid: def.name } },
    el("div", { class: "bahi-lines__head" }, el("h2", { class: "bahi-lines__title", text: def.label }), el("span", { class: "bahi-grid__count", text: countLines(rows.length) })),
    el("div", { class: "bahi-lines__scroll", tabIndex: 0, role: "region", "aria-label": def.label },
      el("table", { class: "bahi-grid bahi-grid--read", "aria-label": def.label },
        el("thead", {}, el("tr", {}, el("th", { class: "bahi-grid__no", scope: "col" }, el("span", { class: "bahi-sr", text: "#" })), heads)), el("tbody", {}, lines))));
}
