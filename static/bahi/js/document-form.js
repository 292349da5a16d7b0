// The document page: header form, line grids, live totals, saving. Started by app.js when the page holds
// <script type="application/json" id="bahi-document-config">; the contract is in docs/frontend.md.

import { el, fill, readJson } from "./dom.js";
import { wireSaving } from "./document-save.js";
import { wireProposals } from "./document-propose.js";
import { wireTotals } from "./document-totals.js";
import { wireNotes } from "./grid-notes.js";
import { renderBar, wireDocumentKeys } from "./document-bar.js";
import { readonlyForm, readonlyGrid } from "./document-view.js";
import { linkOf, makeField, shownValue } from "./fields.js";
import { formatMoney } from "./format.js";
import { LineGrid } from "./line-grid.js";
import { setCreator } from "./lookup.js";
import { addTexts, t } from "./text.js";
import { guard } from "./unsaved.js";

export class DocumentPage {
  constructor(root, config) {
    Object.assign(this, { root, config, fields: [], grids: [], record: config.record || {}, baseline: {}, listeners: [] });
    this.id = config.id ?? null;
    this.version = config.version ?? this.record.version ?? null;
    this.editable = config.editable !== false;
    this.render();
    wireDocumentKeys(this);
    if (this.editable) {
      wireProposals(this);
      wireTotals(this);
      wireNotes(this);
      wireSaving(this);
      guard(() => this.isDirty());
    }
    this.root.dataset.ready = "true";
  }

  // ── drawing ────────────────────────────────────────────────────────────────────────────────────────────

  render() {
    this.bar = renderBar(this);
    this.errors = el("div", { class: "bahi-errors", role: "alert", tabIndex: -1, hidden: true });
    const sections = this.sections();
    const main = sections.shift();
    const lines = (this.config.grids || []).map((def) => this.grid(def));
    this.totals = el("dl", { class: "bahi-totals__list" });
    this.totalsState = el("p", { class: "bahi-totals__state", role: "status" });
    const totals = this.config.totals?.length
      ? el("section", { class: "bahi-totals", "aria-label": t("totals") }, this.totals, this.totalsState) : null;
    const rest = el("div", { class: "bahi-doc__rest" }, sections.filter((section) => !section.empty).map((section) => this.foldable(section)));
    fill(this.root, el("div", { class: `bahi-doc${this.editable ? "" : " bahi-doc--read"}` }, this.bar, this.errors,
      main ? el("section", { class: "bahi-doc__main", "aria-label": main.name }, main.body) : null,
      lines, el("div", { class: "bahi-doc__below" }, rest, totals)));
    this.showTotals(this.record);
    this.remember();
    if (this.editable && !this.id) this.focusFirst();
  }

  /** Begin where something must be entered; defaults are already in their places. */
  focusFirst() {
    const open = this.fields.filter((field) => !field.def.readonly);
    (open.find((field) => field.def.required && field.isEmpty()) || open[0])?.focus();
  }

  sections() {
    const names = [...new Set((this.config.fields || []).map((def) => def.section || ""))];
    return names.map((name) => {
      const defs = this.config.fields.filter((def) => (def.section || "") === name);
      if (!this.editable) return { name, body: readonlyForm(defs, this.record), empty: !defs.some((def) => shownValue(def, this.record)) };
      const made = defs.map((def) => this.field(def));
      return { name, fields: made, body: el("div", { class: "bahi-fields" }, made.map((field) => field.root)) };
    });
  }

  field(def) {
    const value = this.record[def.name] ?? (this.id ? null : def.default);
    const field = makeField(def, { value, record: this.record, context: (name) => this.valueOf(name), onChange: () => this.changed(def.name) });
    this.fields.push(field);
    return field;
  }

  foldable({ name, body, fields = [] }) {
    const needed = fields.some((field) => field.def.required && field.isEmpty());
    const wanted = () => fields.some(({ def }) => def.wanted?.values.includes(this.valueOf(def.wanted.field)));
    const section = el("details", { class: "bahi-doc__section", open: needed || wanted() || !this.editable }, el("summary", { text: name || "…" }), body);
    this.listeners.push((changed) => {
      if (wanted() && fields.some(({ def }) => def.wanted?.field === changed)) section.open = true;
    });
    return section;
  }

  grid(def) {
    const rows = this.record[def.name] || [];
    if (!this.editable) return readonlyGrid(def, rows);
    const grid = new LineGrid(def, { rows, context: (name) => this.valueOf(name), onChange: () => this.changed(def.name) });
    this.grids.push(grid);
    return grid.root;
  }

  /** Show the document's totals, and the last one (the grand total) in the bar. */
  showTotals(record) {
    const totals = this.config.totals || [];
    const grand = grandTotal(totals);
    const zero = (name) => /^-?0*(\.0*)?$/.test(record[name] ?? "");
    // After the grand total only what differs from it: the same amount in the company's currency says nothing new.
    const repeats = (index, name) => index > totals.indexOf(grand) && record[name] === record[grand.name];
    const shown = totals.filter((total, index) => record[total.name] !== undefined && (total === grand || !(zero(total.name) || repeats(index, total.name))));
    fill(this.totals, shown.flatMap((total) => {
      const look = total === grand ? "bahi-totals__grand" : "";
      return [el("dt", { class: look, text: total.label }), el("dd", { class: look, data: { total: total.name }, text: formatMoney(record[total.name]) })];
    }));
    if (this.barTotal && grand) this.barTotal.textContent = record[grand.name] ? formatMoney(record[grand.name]) : "";
  }

  // ── values ─────────────────────────────────────────────────────────────────────────────────────────────

  valueOf(name) {
    const field = this.fields.find((candidate) => candidate.def.name === name);
    return field ? field.value : linkOf(this.record, name).id;
  }

  /** Called after each change that a person makes; `listeners` are the totals and the bar. */
  changed(name) {
    this.listeners.forEach((listener) => listener(name));
  }

  /** Everything that can be written: {field: value, grid: [lines]}. */
  payload() {
    const values = this.fields.filter((field) => !field.def.readonly).map((field) => [field.def.name, field.value]);
    return Object.fromEntries([...values, ...this.grids.map((grid) => [grid.def.name, grid.payload()])]);
  }

  /** Remember the present values as the saved ones. */
  remember() {
    this.baseline = this.snapshot();
  }

  snapshot() {
    return Object.fromEntries(Object.entries(this.payload()).map(([name, value]) => [name, JSON.stringify(value)]));
  }

  /** Names of fields and grids that differ from what was saved. */
  dirtyNames() {
    const now = this.snapshot();
    return Object.keys(now).filter((name) => now[name] !== this.baseline[name]);
  }

  isDirty() {
    return this.editable && !this.leaving && this.dirtyNames().length > 0;
  }

  /** Take over the record as the server answered it: new version, line ids, computed values; the focus stays. */
  load(record) {
    const focus = this.focusSpot();
    this.record = record;
    this.id = record.id ?? this.id;
    this.version = record.version ?? this.version;
    this.fields.forEach((field) => {
      field.set(record[field.def.name] ?? null, linkOf(record, field.def.name, field.def.lookup).label);
      field.setError("");
    });
    this.grids.forEach((grid) => {
      grid.clearErrors();
      grid.load(record[grid.def.name] || []);
    });
    this.showTotals(record);
    this.remember();
    this.changed("");
    focus?.();
  }

  focusSpot() {
    const active = document.activeElement;
    for (const grid of this.grids) {
      const spot = active && grid.body.contains(active) ? grid.at(active) : null;
      if (spot) return () => grid.focusCell(Math.min(spot.index, grid.rows.length - 1), grid.inputColumns.indexOf(spot.column));
    }
    return null;
  }
}

/** The total that people look at: the one of that name, else the last. */
export function grandTotal(totals) {
  return totals.find(({ name }) => name === "grand_total") || totals.at(-1);
}

/** Start the page that the config describes. */
export function startDocument() {
  const root = document.getElementById("bahi-document");
  const config = readJson("bahi-document-config");
  if (!root || !config) return null;
  addTexts(config.labels);
  setCreator(() => import("./quick-create.js"));
  return new DocumentPage(root, config);
}
