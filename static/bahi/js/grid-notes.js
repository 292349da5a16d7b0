// Small texts under cells of a line grid: why the price of a line is what it is. A preview tells them; of a kept draft
// the address `notes_verb` does, so that they stand there before anything is changed.

import { get } from "./api.js";
import { el, uid } from "./dom.js";

/** What is said of a control is told with it: its error and its note. */
export function describe(td, control) {
  if (!control.matches("input, select")) return;
  const ids = [...td.querySelectorAll(".bahi-cell__error, .bahi-cell__note")].map((node) => node.id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

/** The note of one cell; an empty text takes it away. */
export function setNote(row, column, text) {
  const { td, control } = row.cells[column.name];
  let note = td.querySelector(".bahi-cell__note");
  if ((note?.textContent || "") === text) return;
  if (!text) note?.remove();
  else if (!note) {
    note = el("span", { class: "bahi-cell__note", id: uid("cell-note") });
    control.after(note);
  }
  if (text) {
    note.textContent = text;
    note.title = text;
  }
  describe(td, control);
}

/** The notes of all lines from an answer: rows without one lose theirs. */
export function setNotes(grid, rows, answers) {
  const columns = grid.columns.filter((column) => column.note);
  const told = new Map(rows.map((row, index) => [row, answers[index]]));
  grid.rows.forEach((row) => {
    const answer = told.get(row) || {};
    columns.forEach((column) => setNote(row, column, answer[column.note] || ""));
  });
}

/** Read the notes of a kept draft when its page opens and after each save. */
export function wireNotes(page) {
  const { notes_verb: verb, resource } = page.config;
  if (!verb) return;
  const read = async () => {
    if (!page.id) return;
    const { data } = await get(`${resource}${page.id}/${verb}/`).catch(() => ({ data: {} }));
    page.grids.forEach((grid) => {
      const told = new Map((data[grid.def.name] || []).map((line) => [line.id, line]));
      if (told.size && !page.isDirty()) setNotes(grid, grid.rows, grid.rows.map((row) => told.get(row.id)));
    });
  };
  page.listeners.push((name) => {
    if (!name) read();
  });
  read();
}
