// A field of rows in a dialog: goods that come back, documents that a payment is set against. Rows and columns come
// with the definition {rows, columns [{name, label, kind, input, one_of}], sent [keys], counts}; a row goes out when its
// `counts` column is filled or ticked, without one each row with its ticks. `one_of` names the key of the rows of which
// one is chosen each: radio buttons.

import { el } from "./dom.js";
import { Field, addKind, isNumber, shownDecimals, shownValue } from "./fields.js";
import { formatMoney, formatNumber, parseNumber, sumMoney } from "./format.js";
import { t } from "./text.js";

const words = (text) => text.split(/[,;\s]+/).filter(Boolean);

class LinesField extends Field {
  build() {
    const { columns, rows } = this.def;
    this.cells = rows.map((row, index) => Object.fromEntries(columns.filter((column) => column.input).map((column) => [column.name, this.input_(column, row, index)])));
    const head = el("tr", {}, columns.map((column) => el("th", { scope: "col", class: isNumber(column) ? "bahi-right" : "", text: column.label })));
    const lines = rows.map((row, index) => el("tr", {}, columns.map((column) => this.cell(column, row, index))));
    this.sum = el("p", { class: "bahi-asked__sum", role: "status" });
    const table = el("table", { class: "bahi-grid bahi-asked", id: this.id, tabIndex: -1, "aria-label": this.def.label }, el("thead", {}, head), el("tbody", {}, lines));
    table.addEventListener("keydown", (event) => this.step(event));
    table.addEventListener("input", () => this.changed());
    this.box = el("div", { class: "bahi-asked__box" }, rows.length ? el("div", { class: "bahi-lines__scroll" }, table) : el("p", { text: t("no_lines") }), this.sum);
    this.tell();
    return this.box;
  }

  frame() {
    const root = super.frame();
    root.querySelector("label").removeAttribute("for"); // the table is named by aria-label; a label names one control
    return root;
  }

  input_(column, row, index) {
    const label = `${column.label}, ${t("line_n", { n: index + 1 })}`;
    if (column.kind === "bool") {
      const name = column.one_of ? `${this.id}-${column.name}-${row[column.one_of]}` : null;
      return el("input", { type: name ? "radio" : "checkbox", name, class: "bahi-check", checked: Boolean(row[column.name]), "aria-label": label, data: { col: column.name } });
    }
    const number = isNumber(column);
    const value = number ? formatNumber(row[column.name], { min: shownDecimals(column) }) : row[column.name] ?? "";
    const input = el("input", { type: "text", class: "bahi-cell__in", value, inputmode: number ? "decimal" : null, autocomplete: "off", "aria-label": label, data: { col: column.name } });
    input.addEventListener("focus", () => input.select());
    return input;
  }

  cell(column, row, index) {
    const right = isNumber(column) ? "bahi-right" : "";
    const content = this.cells[index][column.name] || el("span", { class: "bahi-cell__out", text: shownValue(column, row) });
    return el("td", { class: `bahi-cell ${right}`, data: { label: column.label } }, content);
  }

  /** Arrows go to the same column of the row above or below. */
  step(event) {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = this.cells.findIndex((cells) => Object.values(cells).includes(event.target));
    if (!way || at < 0 || event.target.type === "radio") return; // among radio buttons the arrows choose
    event.preventDefault();
    this.cells[at + way]?.[event.target.dataset.col]?.focus();
  }

  changed() {
    this.tell();
    super.changed();
  }

  /** The sum of an amount that is spread by hand. */
  tell() {
    const column = this.def.columns.find(({ name, kind }) => name === this.def.counts && kind === "money");
    if (!column) return;
    this.sum.textContent = `${t("totals")}: ${formatMoney(sumMoney(this.cells.map((cells) => parseNumber(cells[column.name].value))))}`;
  }

  read(column, input) {
    if (column.kind === "bool") return input.checked;
    if (isNumber(column)) return parseNumber(input.value) ?? input.value.trim();
    return column.kind === "list" ? words(input.value) : input.value.trim();
  }

  counted(index) {
    if (!this.def.counts) return true;
    const column = this.def.columns.find(({ name }) => name === this.def.counts);
    const value = this.read(column, this.cells[index][column.name]);
    return column.kind === "bool" ? value : value !== "" && Number(value) !== 0;
  }

  get value() {
    const open = this.def.columns.filter((column) => column.input && (column.kind !== "bool" || !this.def.counts));
    const rows = this.def.rows.map((row, index) => ({ row, index })).filter(({ index }) => this.counted(index));
    return rows.map(({ row, index }) => {
      const given = open.map((column) => [column.name, this.read(column, this.cells[index][column.name])]).filter(([, value]) => value !== "" && value?.length !== 0);
      return { ...Object.fromEntries(this.def.sent.map((name) => [name, row[name]])), ...Object.fromEntries(given) };
    });
  }

  set() {}

  isEmpty() {
    return this.value.length === 0;
  }

  problem() {
    if (!this.def.rows.length) return "";
    const wrong = this.def.columns.filter((column) => isNumber(column) && column.input)
      .flatMap((column) => this.cells.map((cells) => cells[column.name])).find((input) => parseNumber(input.value) === null);
    wrong?.focus();
    if (wrong) return t("number_bad");
    return this.isEmpty() ? t("required") : "";
  }

  focus() {
    (Object.values(this.cells[0] || {})[0] || this.box).focus();
  }

  suggest() {}
}

addKind("lines", LinesField);
