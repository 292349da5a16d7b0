// Labelled form fields from a definition {name, label, kind, required, readonly, choices, lookup, width, default, help}.
// Every field offers: root, value (canonical), set(value, label), setError(text), problem(), focus(), display().

import { el, uid } from "./dom.js";
import { datePlaceholder, formatDate, formatNumber, parseDate, parseNumber } from "./format.js";
import { icon } from "./icons.js";
import { Lookup, recordLabel } from "./lookup.js";
import { t } from "./text.js";

/** {id, label} of a look-up value as an API record shows it: an id with name_display beside it, or a nested object. */
export function linkOf(record, name, config = {}) {
  const value = record?.[name];
  if (value === null || value === undefined || value === "") return { id: null, label: "" };
  if (typeof value === "object") return { id: value.id, label: recordLabel(value, config?.label) || recordLabel(value) };
  const label = ["_display", "_label", "_name"].map((end) => record[name + end]).find((text) => typeof text === "string");
  return { id: value, label: label || "" };
}

/** Whether a field or column holds a number. */
export function isNumber(def) {
  return def.kind === "decimal" || def.kind === "money";
}

/** Decimals that are always shown: two of money; of other numbers only where there are no more than two. */
export function shownDecimals(def) {
  if (def.kind === "decimal") return (def.decimals ?? 0) > 2 ? 0 : def.decimals ?? 0;
  return def.decimals ?? 2;
}

/** What a choice stands for: its text, or a number where the choices are records. */
export function choiceValue(def, text) {
  if (text === "" || text === null) return null;
  return def.numeric ? Number(text) : text;
}

export class Field {
  constructor(def, { value, record = {}, onChange = () => {}, context = () => null } = {}) {
    Object.assign(this, { def, record, onChange, context, hasError: false });
    this.id = uid(`f-${def.name}`);
    this.errorId = `${this.id}-error`;
    this.control = this.build();
    this.error = el("p", { class: "bahi-field__error", id: this.errorId, hidden: true });
    this.root = this.frame();
    this.set(value ?? null, linkOf(record, def.name, def.lookup).label);
    this.describe();
  }

  frame() {
    const { def } = this;
    const mark = def.required ? el("span", { class: "bahi-field__mark", "aria-hidden": "true", text: "*" }) : null;
    const help = def.help ? el("p", { class: "bahi-field__help", id: `${this.id}-help`, text: def.help }) : null;
    const label = el("label", { class: "bahi-field__label", for: this.id }, def.label, mark);
    const span = Math.min(12, Math.max(1, def.width || 3));
    return el("div", { class: `bahi-field bahi-field--${def.kind || "text"}`, data: { span, field: def.name } }, label, this.wrap(), help, this.error);
  }

  wrap() {
    return this.control;
  }

  describe() {
    const ids = [this.def.help ? `${this.id}-help` : "", this.hasError ? this.errorId : ""].filter(Boolean).join(" ");
    if (ids) this.input.setAttribute("aria-describedby", ids);
    else this.input.removeAttribute("aria-describedby");
  }

  get input() {
    return this.control;
  }

  base(props = {}) {
    const { def } = this;
    const required = def.required ? { "aria-required": "true" } : {};
    const input = el("input", { id: this.id, class: "bahi-input", type: "text", readOnly: Boolean(def.readonly), ...required, ...props });
    input.addEventListener("input", () => this.changed());
    return input;
  }

  changed() {
    if (this.hasError) this.setError("");
    this.onChange(this);
  }

  build() {
    return this.base({ autocomplete: "off", maxlength: this.def.max_length });
  }

  get value() {
    return this.input.value.trim();
  }

  set(value) {
    this.input.value = value ?? "";
  }

  display() {
    return this.input.value;
  }

  isEmpty() {
    return this.value === "" || this.value === null;
  }

  /** What the browser itself can see to be wrong, or "". */
  problem() {
    return this.def.required && this.isEmpty() ? t("required") : "";
  }

  setError(text) {
    this.hasError = Boolean(text);
    this.error.textContent = text || "";
    this.error.hidden = !text;
    this.root.classList.toggle("bahi-field--bad", this.hasError);
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
    this.describe();
  }

  focus() {
    this.input.focus();
  }

  /** Show in an empty field what the server will put there ("" : as before). */
  suggest(text) {
    if (this.input.type !== "text") return;
    this.plain ??= this.input.placeholder;
    this.input.placeholder = text || this.plain;
  }
}

class TextArea extends Field {
  build() {
    const area = el("textarea", { id: this.id, class: "bahi-input", rows: this.def.rows || 3, readOnly: Boolean(this.def.readonly) });
    area.addEventListener("input", () => this.changed());
    return area;
  }
}

class NumberField extends Field {
  build() {
    const input = this.base({ inputmode: "decimal", autocomplete: "off" });
    input.classList.add("bahi-input--number");
    input.addEventListener("blur", () => this.tidy());
    return input;
  }

  get decimals() {
    return shownDecimals(this.def);
  }

  tidy() {
    const number = parseNumber(this.input.value);
    if (number === null) this.setError(t("number_bad"));
    else this.input.value = formatNumber(number, { min: this.decimals });
  }

  get value() {
    const number = parseNumber(this.input.value);
    return number === null ? this.input.value.trim() : number;
  }

  set(value) {
    this.input.value = formatNumber(value, { min: this.decimals });
  }

  problem() {
    return parseNumber(this.input.value) === null ? t("number_bad") : super.problem();
  }
}

class DateField extends Field {
  build() {
    const input = this.base({ inputmode: "text", autocomplete: "off", placeholder: datePlaceholder, maxlength: 10 });
    input.addEventListener("blur", () => this.tidy());
    input.addEventListener("keydown", (event) => event.key === "Enter" && this.tidy());
    return input;
  }

  tidy() {
    const iso = parseDate(this.input.value);
    if (iso === null) this.setError(t("date_bad"));
    else if (formatDate(iso) !== this.input.value) {
      this.input.value = formatDate(iso);
      this.onChange(this);
    }
  }

  get value() {
    const iso = parseDate(this.input.value);
    return iso === null ? this.input.value : iso || null;
  }

  set(value) {
    this.input.value = formatDate(value);
  }

  problem() {
    return parseDate(this.input.value) === null ? t("date_bad") : super.problem();
  }
}

class ChoiceField extends Field {
  build() {
    const { def } = this;
    const blank = def.required && def.default !== undefined ? [] : [["", "–"]];
    const hasBlank = (def.choices || []).some(([value]) => value === "" || value === null);
    const options = [...(hasBlank ? [] : blank), ...(def.choices || [])];
    const select = el("select", { id: this.id, class: "bahi-input", disabled: Boolean(def.readonly) },
      options.map(([value, label]) => el("option", { value: value ?? "", text: label })));
    select.addEventListener("change", () => this.changed());
    return select;
  }

  get value() {
    return choiceValue(this.def, this.input.value);
  }

  display() {
    return this.input.selectedOptions[0]?.textContent || "";
  }

  suggest(text) {
    const blank = [...this.input.options].find((option) => option.value === "");
    if (!blank) return;
    this.plain ??= blank.textContent;
    blank.textContent = text || this.plain;
  }
}

class BoolField extends Field {
  build() {
    const box = el("input", { id: this.id, type: "checkbox", class: "bahi-check", disabled: Boolean(this.def.readonly) });
    box.addEventListener("change", () => this.changed());
    return box;
  }

  get value() {
    return this.input.checked;
  }

  set(value) {
    this.input.checked = Boolean(value);
  }

  display() {
    return this.value ? t("yes") : t("no");
  }

  suggest() {}

  isEmpty() {
    return false;
  }
}

class LookupField extends Field {
  build() {
    const input = this.base({ placeholder: " " }); // what is empty shows no button to clear it
    this.lookup = new Lookup(input, this.def.lookup, {
      context: this.context,
      onSelect: (selected) => {
        this.selected = selected;
        this.changed();
      },
    });
    return input;
  }

  wrap() {
    if (this.def.readonly) return this.control;
    const clear = el("button", { type: "button", class: "bahi-clear", "aria-label": `${t("clear")}: ${this.def.label}`, tabIndex: -1 }, icon("close", 14));
    clear.addEventListener("click", () => {
      this.lookup.take(null);
      this.focus();
    });
    return el("span", { class: "bahi-lookup" }, this.control, clear);
  }

  get value() {
    return this.lookup.id;
  }

  set(value, label) {
    const link = value && typeof value === "object" ? linkOf({ x: value }, "x", this.def.lookup) : { id: value, label };
    this.lookup.set(link.id === "" ? null : link.id, label || link.label);
  }

  problem() {
    return this.lookup.unresolved ? t("choose_from_list", { text: this.input.value }) : super.problem();
  }
}

const ADDRESS = ["line1", "line2", "city", "state_code", "postal_code", "country"];
/** An address in one line as people write it: town with its PIN, the state by name, India left out. */
function addressText(address, states = []) {
  const state = states.find(([code]) => code === address.state_code)?.[1] || address.state_code || "";
  const town = [address.city, address.postal_code].filter(Boolean).join(" ");
  const country = address.country === "IN" ? "" : address.country;
  return [address.line1, address.line2, town, state.replace(/^\d\d /, ""), country].filter(Boolean).join(", ");
}

const ADDRESS_TEXT = { postal_code: "pin" };

class AddressField extends Field {
  build() {
    this.parts = {};
    const box = el("div", { id: this.id, class: "bahi-address", role: "group", "aria-label": this.def.label });
    ADDRESS.forEach((name) => {
      const label = t(ADDRESS_TEXT[name] || name);
      const props = { class: "bahi-input", "aria-label": `${this.def.label}: ${label}`, title: label, disabled: Boolean(this.def.readonly) };
      const states = name === "state_code" && this.def.states;
      const part = states
        ? el("select", props, [["", label], ...states].map(([value, text]) => el("option", { value, text })))
        : el("input", { ...props, type: "text", placeholder: label, autocomplete: "off" });
      part.addEventListener("input", () => this.changed());
      this.parts[name] = part;
      box.append(part);
    });
    return box;
  }

  frame() {
    const root = super.frame();
    // A group is named by aria-label; a <label for> may only name one control.
    root.querySelector("label").removeAttribute("for");
    return root;
  }

  get value() {
    const filled = ADDRESS.map((name) => [name, this.parts[name].value.trim()]).filter(([name, value]) => value || this.kept?.[name] !== undefined);
    return filled.some(([, value]) => value) ? { ...this.kept, ...Object.fromEntries(filled) } : null;
  }

  set(value) {
    this.kept = value && typeof value === "object" ? { ...value } : null;
    ADDRESS.forEach((name) => (this.parts[name].value = this.kept?.[name] ?? ""));
  }

  display() {
    return addressText(this.kept || {}, this.def.states);
  }

  suggest() {}

  focus() {
    this.parts.line1.focus();
  }
}

const KINDS = {
  text: Field, textarea: TextArea, decimal: NumberField, money: NumberField, date: DateField, choice: ChoiceField, bool: BoolField,
  lookup: LookupField, "json-address": AddressField,
};

/** Add a kind of field that only some pages need. */
export function addKind(name, kind) {
  KINDS[name] = kind;
}

/** A field of the kind that its definition names. options: {value, record, onChange(field), context(name)}. */
export function makeField(def, options) {
  return new (KINDS[def.kind] || Field)(def, options);
}

/** The shown text of a record's value, without building a control (read-only pages). */
export function shownValue(def, record) {
  const value = record?.[def.name];
  const { label } = linkOf(record, def.name, def.lookup);
  if (def.kind === "lookup") return label || (value ? `#${value.id ?? value}` : "");
  if (label && def.kind === "computed") return label;
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.join(", ");
  if (def.kind === "date") return formatDate(value);
  if (isNumber(def) || def.kind === "computed") return formatNumber(value, { min: shownDecimals(def) });
  if (def.kind === "choice") return (def.choices || []).find(([key]) => String(key) === String(value))?.[1] || String(value);
  if (def.kind === "bool") return value ? t("yes") : t("no");
  if (def.kind === "json-address") return addressText(value, def.states);
  return String(value);
}
