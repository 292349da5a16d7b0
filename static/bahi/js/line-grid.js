// The line grid of a document: a real table whose cells behave like a spreadsheet.
// Keys are in grid-keys.js, pasting in grid-paste.js, dragging in grid-drag.js; this file holds rows and cells.

import { el, fill, uid } from "./dom.js";
import { choiceValue, isNumber, linkOf, shownDecimals, shownValue } from "./fields.js";
import { formatDate, formatNumber, parseDate, parseNumber, sameNumber } from "./format.js";
import { wireDrag } from "./grid-drag.js";
import { wireKeys } from "./grid-keys.js";
import { describe, setNotes } from "./grid-notes.js";
import { wirePaste } from "./grid-paste.js";
import { isWide, widen, widener } from "./grid-wide.js";
import { icon } from "./icons.js";
import { Lookup } from "./lookup.js";
import { countLines, t } from "./text.js";
import { toast } from "./toast.js";

/** Several values in one cell (serial numbers): typed and pasted with commas or line breaks between them. */
const listed = (text) => String(text ?? "").split(/[,;\n]/).map((part) => part.trim()).filter(Boolean);

function isEmpty(value) {
  return value === null || value === undefined || value === "" || value === false;
}

export class LineGrid {
  /** def: {name, label, columns, …}; rows: as the API shows them; onChange() after each change by the person. */
  constructor(def, { rows = [], onChange = () => {}, context = () => null } = {}) {
    Object.assign(this, { def, onChange, context, rows: [], sent: [] });
    this.choose(isWide(def, rows));
    this.id = uid(`grid-${def.name}`);
    this.build();
    this.load(rows);
    wireKeys(this);
    wirePaste(this);
    wireDrag(this);
  }

  /** The columns that are drawn: those that few lines need wait for "More columns". */
  choose(wide) {
    this.columns = this.def.columns.filter((column) => wide || !column.more);
    this.inputColumns = this.columns.filter((column) => column.kind !== "computed" && !column.readonly);
  }

  // ── table ──────────────────────────────────────────────────────────────────────────────────────────────

  build() {
    this.body = el("tbody");
    this.heads = el("thead", {}, this.headRow());
    this.table = el("table", { class: "bahi-grid", id: this.id, "aria-label": this.def.label }, this.heads, this.body);
    this.message = el("p", { class: "bahi-form-error", role: "alert", hidden: true });
    const add = el("button", { type: "button", class: "bahi-button bahi-button--small", data: { add: "" } }, icon("plus", 15), ` ${t("add_line")}`);
    add.addEventListener("click", () => this.focusCell(this.addRow(), 0));
    this.count = el("span", { class: "bahi-grid__count" });
    this.root = el("section", { class: "bahi-lines", "aria-label": this.def.label, data: { grid: this.def.name } },
      el("div", { class: "bahi-lines__head" }, el("h2", { class: "bahi-lines__title", text: this.def.label }), this.count),
      this.message,
      el("div", { class: "bahi-lines__scroll", tabIndex: -1 }, this.table),
      el("div", { class: "bahi-lines__foot" }, this.inputColumns.length ? add : null, widener(this)));
    this.body.addEventListener("input", (event) => this.typed(event));
    this.body.addEventListener("change", (event) => this.typed(event));
    this.body.addEventListener("focusin", (event) => this.entered(event));
    this.body.addEventListener("focusout", (event) => this.leftCell(event));
    this.body.addEventListener("click", (event) => this.clicked(event));
  }

  headRow() {
    return el("tr", {}, el("th", { class: "bahi-grid__no", scope: "col" }, el("span", { class: "bahi-sr", text: "#" })), this.columns.map((column) => this.head(column)),
      el("th", { class: "bahi-grid__tools", scope: "col" }, el("span", { class: "bahi-sr", text: t("more_actions") })));
  }

  head(column) {
    const mark = column.required ? el("span", { class: "bahi-field__mark", "aria-hidden": "true", text: "*" }) : null;
    const th = el("th", { scope: "col", class: this.alignClass(column) }, column.label, mark);
    if (column.width) th.style.width = `${column.width}px`;
    return th;
  }

  alignClass(column) {
    const right = column.align ? column.align === "right" : isNumber(column) || (column.kind === "computed" && column.align !== "left");
    return right ? "bahi-right" : "";
  }

  load(records) {
    if (isWide(this.def, records) && this.columns.length < this.def.columns.length) {
      widen(this);
      this.root.querySelector("[data-wider]")?.remove();
    }
    this.rows = [];
    this.body.replaceChildren();
    records.forEach((record) => this.insert(this.newRow(record), this.rows.length));
    if (!this.rows.length && !this.def.optional) this.insert(this.newRow({}), 0);
    this.renumber(0);
  }

  // ── rows ───────────────────────────────────────────────────────────────────────────────────────────────

  newRow(record) {
    const row = { id: record.id ?? null, base: record, values: {}, labels: {}, bad: {}, auto: new Set(), typed: new Set(), cells: {}, started: Boolean(record.id) };
    this.columns.forEach((column) => this.takeValue(row, column, record));
    row.tr = el("tr", {}, this.handleCell(), this.columns.map((column) => this.cell(row, column)), this.toolCell(row));
    row.tr.bahiRow = row;
    return row;
  }

  takeValue(row, column, record) {
    if (column.kind === "lookup") {
      const link = linkOf(record, column.name, column.lookup);
      row.values[column.name] = link.id;
      row.labels[column.name] = link.label;
    } else if (column.kind === "list") {
      row.values[column.name] = shownValue(column, record);
    } else {
      row.values[column.name] = record[column.name] ?? (record.id ? null : column.default ?? null);
    }
  }

  handleCell() {
    const handle = el("button", { type: "button", class: "bahi-grid__handle", tabIndex: -1, data: { handle: "" } }, el("span", { data: { no: "" } }));
    return el("td", { class: "bahi-grid__no" }, handle);
  }

  toolCell(row) {
    const button = (name, mark) => el("button", { type: "button", class: "bahi-grid__tool", tabIndex: -1, data: { tool: name } }, icon(mark, 16));
    return el("td", { class: "bahi-grid__tools" }, button("duplicate", "copy"), this.stays(row) ? null : button("delete", "trash"));
  }

  /** Of opened lines those that stood there before stay, unless the verb can take them away. */
  stays(row) {
    return Boolean(this.def.fixed && row.id && !this.def.removable?.includes(row.id));
  }

  cell(row, column) {
    const control = this.control(column, row);
    const td = el("td", { class: `${this.alignClass(column)} bahi-cell bahi-cell--${column.kind}`, data: { label: column.label, col: column.name } }, control);
    row.cells[column.name] = { td, control, lookup: null };
    this.paint(row, column);
    return td;
  }

  /** Whether a cell is only shown: computed, closed, or of a line that stood there before. */
  isShown(column, row) {
    return column.kind === "computed" || column.readonly || (column.new_only && row.id);
  }

  control(column, row) {
    if (this.isShown(column, row)) return el("span", { class: "bahi-cell__out" });
    const data = { col: column.name };
    if (column.kind === "bool") return el("input", { type: "checkbox", class: "bahi-check", data });
    if (column.kind === "choice") {
      const options = [["", ""], ...(column.choices || []).filter(([value]) => value !== "")];
      return el("select", { class: "bahi-cell__in", data }, options.map(([value, text]) => el("option", { value, text })));
    }
    const mode = isNumber(column) ? "decimal" : null;
    return el("input", { type: "text", class: "bahi-cell__in", data, inputmode: mode, autocomplete: "off", maxlength: column.max_length });
  }

  /** Show a cell's value in its control. */
  paint(row, column) {
    const { control, lookup } = row.cells[column.name];
    const value = row.values[column.name];
    if (this.isShown(column, row)) {
      control.textContent = shownValue(column, { ...row.base, [column.name]: value });
    } else if (column.kind === "bool") control.checked = Boolean(value);
    else if (column.kind === "lookup") this.paintLookup(row, column, control, lookup);
    else if (isNumber(column)) control.value = formatNumber(value, { min: shownDecimals(column) });
    else if (column.kind === "date") control.value = formatDate(value);
    else control.value = value ?? "";
  }

  paintLookup(row, column, control, lookup) {
    const id = row.values[column.name];
    if (lookup) lookup.set(id, row.labels[column.name]);
    else if (id !== null && !row.labels[column.name]) this.lookupOf(row, column).set(id, "");
    else control.value = id === null ? "" : row.labels[column.name];
  }

  insert(row, index) {
    this.rows.splice(index, 0, row);
    this.body.insertBefore(row.tr, this.body.children[index] || null);
    return row;
  }

  /** Add an empty line (or one with values) at index; gives its index. */
  addRow(record = {}, index = this.rows.length) {
    this.insert(this.newRow(record), index);
    this.renumber(index);
    return index;
  }

  duplicateRow(index) {
    const source = this.rows[index];
    const copy = this.newRow({});
    this.inputColumns.forEach((column) => this.put(copy, column, source.values[column.name], source.labels[column.name]));
    copy.auto = new Set(source.auto);
    this.insert(copy, index + 1);
    this.renumber(index + 1);
    this.focusCell(index + 1, 0);
    this.onChange();
  }

  deleteRow(index, { quiet = false } = {}) {
    if (this.stays(this.rows[index])) return;
    const [row] = this.rows.splice(index, 1);
    const hadFocus = row.tr.contains(document.activeElement);
    row.tr.remove();
    if (!this.rows.length && !this.def.optional) this.insert(this.newRow({}), 0);
    this.renumber(0);
    if (hadFocus && this.rows.length) this.focusCell(Math.min(index, this.rows.length - 1), 0);
    if (!quiet && !this.isBlank(row)) {
      const run = () => this.restore(row, index);
      toast(t("line_deleted", { n: index + 1 }), { action: { label: t("undo"), run }, seconds: 10 });
    }
    this.onChange();
  }

  restore(row, index) {
    this.insert(row, Math.min(index, this.rows.length));
    this.renumber(0);
    this.focusCell(this.rows.indexOf(row), 0);
    this.onChange();
  }

  moveRow(index, step) {
    const target = index + step;
    if (target < 0 || target >= this.rows.length) return;
    const [row] = this.rows.splice(index, 1);
    const focused = row.tr.contains(document.activeElement) ? document.activeElement : null;
    this.insert(row, target);
    this.renumber(Math.min(index, target));
    focused?.focus({ preventScroll: true });
    row.tr.scrollIntoView({ block: "nearest" });
    this.onChange();
  }

  renumber(from) {
    for (let index = from; index < this.rows.length; index += 1) this.name(this.rows[index], index + 1);
    this.count.textContent = countLines(this.rows.length);
  }

  name(row, n) {
    row.tr.querySelector("[data-no]").textContent = n;
    row.tr.querySelector("[data-handle]").setAttribute("aria-label", t("drag_line", { n }));
    row.tr.querySelector('[data-tool="duplicate"]').setAttribute("aria-label", t("duplicate_line", { n }));
    row.tr.querySelector('[data-tool="delete"]')?.setAttribute("aria-label", t("delete_line", { n }));
    const open = this.inputColumns.filter((column) => !this.isShown(column, row));
    open.forEach((column) => row.cells[column.name].control.setAttribute("aria-label", `${column.label}, ${t("line_n", { n })}`));
  }

  // ── cells ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Row, column and control of an event's target, or null. */
  at(target) {
    const tr = target.closest?.("tr");
    const name = target.dataset?.col;
    if (!tr?.bahiRow || !name) return null;
    return { row: tr.bahiRow, index: this.rows.indexOf(tr.bahiRow), column: this.columns.find((column) => column.name === name) };
  }

  /** Focus a cell, or the next one that is open in this line (step -1: the one before); false where there is none. */
  focusCell(index, position, step = 1) {
    const row = this.rows[index];
    let at = position;
    while (row && this.inputColumns[at] && this.isShown(this.inputColumns[at], row)) at += step;
    const control = row?.cells[this.inputColumns[at]?.name]?.control;
    control?.focus();
    return Boolean(control);
  }

  /** Set a cell from outside (fill, paste, copy); the person's own typing goes through typed(). */
  put(row, column, value, label = "") {
    row.values[column.name] = column.kind === "lookup" && value === "" ? null : value;
    row.labels[column.name] = label || "";
    this.paint(row, column);
    this.setBad(row, column, "");
  }

  typed(event) {
    const spot = this.at(event.target);
    if (!spot || spot.column.kind === "lookup") return;
    const { row, column } = spot;
    row.values[column.name] = this.read(column, event.target);
    this.mark(row, column);
    this.setBad(row, column, "");
    this.onChange();
  }

  /** The person entered this cell: no look-up may fill or empty it. */
  mark(row, column) {
    row.auto.delete(column.name);
    row.typed.add(column.name);
  }

  read(column, control) {
    if (column.kind === "bool") return control.checked;
    const text = control.value.trim();
    if (isNumber(column)) return parseNumber(text) ?? text;
    if (column.kind === "date") return parseDate(text) ?? text;
    return column.kind === "choice" ? choiceValue(column, text) : control.value;
  }

  entered(event) {
    const spot = this.at(event.target);
    if (!spot) return;
    if (spot.column.kind === "lookup") this.lookupOf(spot.row, spot.column);
    this.before = event.target.value;
    if (event.target.select && event.target.type === "text") event.target.select();
    spot.row.tr.scrollIntoView({ block: "nearest" });
  }

  leftCell(event) {
    const spot = this.at(event.target);
    if (!spot || spot.column.kind === "lookup") return;
    const { row, column } = spot;
    const wrong = this.cellProblem(row, column, { required: false });
    if (wrong) this.setBad(row, column, wrong);
    else if (isNumber(column) || column.kind === "date") this.paint(row, column);
  }

  lookupOf(row, column) {
    const cell = row.cells[column.name];
    if (cell.lookup) return cell.lookup;
    const context = (name) => (name in row.values ? row.values[name] : this.context(name));
    cell.lookup = new Lookup(cell.control, column.lookup, {
      id: row.values[column.name], label: row.labels[column.name], grid: true, context,
      onSelect: (record) => this.takeRecord(row, column, record),
      onUnresolved: (text) => this.setBad(row, column, t("no_match", { text })),
    });
    return cell.lookup;
  }

  /** A look-up cell got a record: fill the other cells that the person has not typed into. */
  takeRecord(row, column, record, { quiet = false } = {}) {
    const { lookup } = row.cells[column.name];
    if (record && row.values[column.name] !== record.id) this.reset(row, column.lookup.resets || []);
    row.values[column.name] = record ? record.id : null;
    row.labels[column.name] = record ? lookup?.label || "" : "";
    this.setBad(row, column, "");
    if (record) this.fillFrom(row, column.lookup.fill || {}, record);
    if (!quiet) this.onChange();
  }

  /** Another product: what came from the one before goes, and the server fills it anew, as of a new line. */
  reset(row, names) {
    if (!names.length) return;
    row.id = null;
    row.base = {};
    this.columns.filter((column) => names.includes(column.name) && !row.typed.has(column.name)).forEach((column) => this.put(row, column, null));
    row.typed.clear();
  }

  fillFrom(row, map, record) {
    Object.entries(map).forEach(([name, source]) => {
      const column = this.columns.find((candidate) => candidate.name === name);
      if (!column || record[source] === undefined || record[source] === null) return;
      const untouched = isEmpty(row.values[name]) || row.auto.has(name) || row.values[name] === column.default;
      if (!untouched) return;
      const link = column.kind === "lookup" ? linkOf(record, source, column.lookup) : { id: record[source], label: "" };
      this.put(row, column, link.id, link.label);
      row.auto.add(name);
    });
  }

  setBad(row, column, text) {
    const { td, control } = row.cells[column.name];
    if (!text && !row.bad[column.name]) return;
    row.bad[column.name] = text || "";
    td.classList.toggle("bahi-cell--bad", Boolean(text));
    td.querySelector(".bahi-cell__error")?.remove();
    control.removeAttribute("aria-invalid");
    if (text) {
      td.append(el("span", { class: "bahi-cell__error", id: uid("cell-error"), text }));
      control.setAttribute("aria-invalid", "true");
    }
    describe(td, control);
  }

  // ── what goes out, what comes back ─────────────────────────────────────────────────────────────────────

  isBlank(row) {
    if (row.proposed && isEmpty(row.values[this.def.proposal.amount])) return true;
    return !row.id && this.inputColumns.every((column) => {
      const value = row.values[column.name];
      if (column.kind === "lookup" && row.cells[column.name].control.value.trim()) return false;
      return isEmpty(value) || (column.default !== undefined && (value === column.default || sameNumber(value, column.default)));
    });
  }

  cellProblem(row, column, { required = true } = {}) {
    const value = row.values[column.name];
    if (isNumber(column) && !isEmpty(value) && parseNumber(value) === null) return t("number_bad");
    if (column.kind === "date" && !isEmpty(value) && !/^\d{4}-\d\d-\d\d$/.test(value)) return t("date_bad");
    const lookup = row.cells[column.name].lookup;
    if (column.kind === "lookup" && lookup?.unresolved) return t("choose_from_list", { text: lookup.input.value });
    return required && column.required && isEmpty(value) ? t("required") : "";
  }

  rowPayload(row) {
    const payload = row.id ? { id: row.id } : {};
    this.columns.filter((column) => column.keyed && !isEmpty(row.base[column.name])).forEach((column) => (payload[column.name] = row.base[column.name]));
    this.inputColumns.forEach((column) => {
      const value = row.values[column.name];
      if (column.kind === "list") payload[column.name] = listed(value);
      else if (!isEmpty(value) || column.kind === "bool") payload[column.name] = isEmpty(value) ? false : value;
      else if (column.kind === "text") payload[column.name] = "";
      else if (!isEmpty(row.base[column.name])) payload[column.name] = isNumber(column) && !column.nullable ? "0" : null;
    });
    return payload;
  }

  /** All lines that hold anything, for saving; remembers which row went at which place. */
  payload() {
    this.sent = this.rows.filter((row) => !this.isBlank(row));
    return this.sent.map((row) => this.rowPayload(row));
  }

  /** The complete and correct lines for the preview, with the rows they came from. */
  previewPayload() {
    const rows = this.rows.filter((row) => !this.isBlank(row) && this.inputColumns.every((column) => !this.cellProblem(row, column)));
    return { rows, lines: rows.map((row) => this.rowPayload(row)) };
  }

  /** Show computed values of the server beside the rows they belong to; lines left out of the preview show none. */
  setComputed(rows, answers) {
    const shown = new Set(rows);
    setNotes(this, rows, answers);
    const outputs = this.columns.filter((column) => column.kind === "computed" || column.readonly);
    this.rows.filter((row) => !shown.has(row)).forEach((row) => outputs.filter((column) => !column.keyed).forEach((column) => this.putOutput(row, column, null)));
    rows.forEach((row, index) => {
      const answer = answers[index] || {};
      outputs.filter((column) => !column.keyed).forEach((column) => this.putOutput(row, column, answer[column.name] ?? null, answer));
      // What the server will put into cells that were left empty (price list, HSN, unit) shows as their placeholder.
      this.inputColumns.filter((column) => row.cells[column.name].control.type === "text").forEach((column) => {
        row.cells[column.name].control.placeholder = isEmpty(row.values[column.name]) ? shownValue(column, answer) : "";
      });
    });
  }

  putOutput(row, column, value, answer = {}) {
    row.values[column.name] = value;
    const label = linkOf(answer, column.name).label;
    if (label) row.base = { ...row.base, [`${column.name}_label`]: label };
    this.paint(row, column);
  }

  /** Problems that the browser sees, as [{text, focus}]; shows them at their cells. */
  check() {
    const found = [];
    this.rows.forEach((row, index) => {
      if (this.isBlank(row)) return;
      this.inputColumns.forEach((column) => {
        const text = this.cellProblem(row, column);
        this.setBad(row, column, text);
        if (text) found.push(this.problem(row, column, index, text));
      });
    });
    return found;
  }

  problem(row, column, index, text) {
    const label = `${this.def.label}, ${t("line_n", { n: index + 1 })}, ${column.label}`;
    return { label, text, focus: () => row.cells[column.name].control.focus() };
  }

  /** One error of the server ("0.quantity" of this grid) at its cell; gives {label, text, focus}. */
  showError(path, text, rows = this.sent) {
    const [position, name] = path.split(".");
    const row = rows[Number(position)];
    if (!row) {
      fill(this.message, text);
      this.message.hidden = false;
      return { label: this.def.label, text, focus: () => this.focusCell(0, 0) };
    }
    const column = this.columns.find((candidate) => candidate.name === name) || this.inputColumns[0];
    this.setBad(row, column, text);
    return this.problem(row, column, this.rows.indexOf(row), text);
  }

  clearErrors() {
    this.message.hidden = true;
    this.rows.forEach((row) => this.columns.forEach((column) => this.setBad(row, column, "")));
  }

  clicked(event) {
    const tool = event.target.closest("[data-tool]");
    if (!tool) return;
    const index = this.rows.indexOf(tool.closest("tr").bahiRow);
    if (tool.dataset.tool === "delete") this.deleteRow(index);
    else this.duplicateRow(index);
  }
}
