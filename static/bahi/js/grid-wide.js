// Columns that few lines need: they wait behind "More columns" until a person wants them or a line fills one.

import { el, fill, keep, stored } from "./dom.js";
import { t } from "./text.js";

const wideKey = (def) => `bahi.wide.${def.name}.${def.columns.map((column) => column.name).join()}`.slice(0, 120);

const isNothing = (value) => [null, undefined, "", false].includes(value) || (Array.isArray(value) && !value.length);

/** Whether a grid shows also the columns that few lines need: a line fills one, or the person wanted them. */
export function isWide(def, rows) {
  const more = def.columns.filter((column) => column.more);
  const filled = (row, column) => !isNothing(row[column.name]) && row[column.name] !== column.default;
  const refused = (row, column) => column.default === true && row[column.name] === false;
  return stored("localStorage", wideKey(def), false) || rows.some((row) => more.some((column) => filled(row, column) || refused(row, column)));
}

/** The button, or null where all columns are drawn. */
export function widener(grid) {
  if (grid.columns.length === grid.def.columns.length) return null;
  const button = el("button", { type: "button", class: "bahi-button bahi-button--small", data: { wider: "" }, text: t("more_columns") });
  button.addEventListener("click", () => {
    const first = grid.def.columns.find((column) => column.more);
    widen(grid);
    keep("localStorage", wideKey(grid.def), true);
    button.remove();
    if (grid.rows.length) grid.focusCell(0, grid.inputColumns.indexOf(first));
  });
  return button;
}

/** Draw all columns; what was typed stays, since each row keeps its values. */
export function widen(grid) {
  grid.choose(true);
  fill(grid.heads, grid.headRow());
  grid.rows.forEach((row) => {
    grid.columns.filter((column) => !(column.name in row.values)).forEach((column) => grid.takeValue(row, column, row.base));
    fill(row.tr, grid.handleCell(), grid.columns.map((column) => row.cells[column.name]?.td || grid.cell(row, column)), grid.toolCell(row));
  });
  grid.renumber(0);
}
