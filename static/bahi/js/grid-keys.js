// Keys of the line grid: arrows, Enter, Ctrl+D, Ctrl+Delete, Alt+Shift+D, Alt+Shift+arrows, Escape, F2.

import { popup } from "./lookup-popup.js";

/** Listen to the grid's table. */
export function wireKeys(grid) {
  grid.body.addEventListener("keydown", (event) => {
    const spot = grid.at(event.target);
    if (!spot || event.isComposing) return;
    spot.position = grid.inputColumns.indexOf(spot.column);
    const run = commandFor(grid, event, spot);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });
}

function commandFor(grid, event, spot) {
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.altKey && event.shiftKey && !ctrl) return altShift(grid, event, spot);
  if (event.altKey) return null;
  if (ctrl) return withCtrl(grid, event, spot);
  return plain(grid, event, spot);
}

function altShift(grid, event, { index }) {
  if (event.key === "ArrowUp") return () => grid.moveRow(index, -1);
  if (event.key === "ArrowDown") return () => grid.moveRow(index, 1);
  if (event.code === "KeyD") return () => grid.duplicateRow(index);
  return null;
}

function withCtrl(grid, event, { row, index, column, position }) {
  if (event.key.toLowerCase() === "d" && !event.shiftKey) return () => copyAbove(grid, row, index, column, event.target);
  if (event.key === "Delete" || event.key === "Backspace" && event.shiftKey) return () => grid.deleteRow(index);
  if (event.key === "Home") return () => grid.focusCell(0, position);
  if (event.key === "End") return () => grid.focusCell(grid.rows.length - 1, position);
  return null;
}

function copyAbove(grid, row, index, column, control) {
  const above = grid.rows[index - 1];
  if (!above) return;
  grid.put(row, column, above.values[column.name], above.labels[column.name]);
  grid.mark(row, column);
  if (control.select && control.type === "text") control.select();
  grid.onChange();
}

function plain(grid, event, spot) {
  const { index, position } = spot;
  const select = event.target.tagName === "SELECT";
  if (event.key === "Enter") return () => step(grid, index, position, event.shiftKey ? -1 : 1);
  if (event.key === "ArrowUp" && !select && index > 0) return () => grid.focusCell(index - 1, position);
  if (event.key === "ArrowDown" && !select && index < grid.rows.length - 1) return () => grid.focusCell(index + 1, position);
  if (event.key === "ArrowLeft" && atEdge(event, "start") && position > 0) return () => grid.focusCell(index, position - 1, -1);
  if (event.key === "ArrowRight" && atEdge(event, "end") && position < grid.inputColumns.length - 1) return () => grid.focusCell(index, position + 1);
  if (event.key === "Escape" && event.target.type === "text") return () => undoTyping(grid, spot, event.target);
  if (event.key === "F2" && event.target.setSelectionRange) return () => event.target.setSelectionRange(event.target.value.length, event.target.value.length);
  return null;
}

/** Enter: the next cell that is open; after the last one the next line, made when there is none. */
function step(grid, index, position, direction) {
  if (popup().isOpen) popup().close();
  if (grid.focusCell(index, position + direction, direction)) return true;
  if (direction < 0) return grid.focusCell(index - 1, grid.inputColumns.length - 1, direction);
  if (index === grid.rows.length - 1) {
    if (grid.isBlank(grid.rows[index])) return false;
    grid.addRow();
  }
  return grid.focusCell(index + 1, 0);
}

function atEdge(event, side) {
  const input = event.target;
  if (event.shiftKey) return false;
  if (input.tagName === "SELECT" || input.type === "checkbox") return true;
  const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  if (all) return true;
  if (input.selectionStart !== input.selectionEnd) return false;
  return side === "start" ? input.selectionStart === 0 : input.selectionEnd === input.value.length;
}

function undoTyping(grid, { column }, input) {
  if (column.kind === "lookup" || input.value === grid.before) return;
  input.value = grid.before ?? "";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.select();
}
