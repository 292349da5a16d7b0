// Conditions above a list: rows of field, comparison and value, joined by "all" or "any", with groups in groups.
//
// The form sends them as one parameter, `where`, in the words of the API (docs/api.md): each condition is a pair
// {"name__lookup": value}, groups are {"all": […]} and {"any": […]}, a negation is {"not": {…}}.

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { makeField } from "./fields.js";
import { formatNumber } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./text.js";
import { COMPARISONS, countOf, readWhere, whereText, writeWhere } from "./where-words.js";

const DEEPEST = 3;

/** One condition: what is asked of which field. */
class Row {
  constructor(form, condition) {
    this.form = form;
    this.fields = el("select", { class: "bahi-input", "aria-label": t("where_field") }, this.options());
    this.how = el("select", { class: "bahi-input", "aria-label": t("where_comparison") });
    this.place = el("span", { class: "bahi-where__value" });
    this.fields.addEventListener("change", () => this.pick(this.fields.value));
    this.how.addEventListener("change", () => this.ask());
    this.root = el("div", { class: "bahi-where__row" }, this.fields, this.how, this.place, removeButton(() => form.drop(this)));
    this.pick(condition?.name ?? form.fields[0].name, condition?.how, condition?.value);
  }

  options() {
    const groups = new Map();
    this.form.fields.forEach((field) => groups.set(field.group || "", [...(groups.get(field.group || "") || []), field]));
    const option = ({ name, label }) => el("option", { value: name, text: label });
    return [...groups].flatMap(([title, fields]) => (title ? el("optgroup", { label: title }, fields.map(option)) : fields.map(option)));
  }

  pick(name, how, value) {
    this.field = this.form.known.get(name);
    this.fields.value = name;
    const offered = COMPARISONS[this.field.kind].filter((key) => this.field.lacks || !["empty", "filled"].includes(key));
    fill(this.how, offered.map((key) => el("option", { value: key, text: t(`how_${key}`) })));
    if (how) this.how.value = how;
    this.ask(value);
  }

  ask(value = null) {
    const def = this.valueField();
    this.control = def ? makeField(def, { value }) : null;
    fill(this.place, this.control?.root);
  }

  valueField() {
    const how = this.how.value;
    if (["empty", "filled", "yes", "no"].includes(how)) return null;
    const def = { name: "value", label: t("where_value"), required: true, width: 12 };
    if (how === "period") return { ...def, kind: "choice", choices: this.form.periods };
    const kind = { moment: "date", list: "text" }[this.field.kind] || this.field.kind;
    return { ...def, kind, choices: this.field.choices, lookup: this.field.lookup };
  }

  /** Is everything there? What is missing is said beside it. */
  check() {
    const problem = this.control?.problem() || "";
    this.control?.setError(problem);
    if (problem) this.control.focus();
    return !problem;
  }

  get value() {
    return { name: this.field.name, how: this.how.value, value: this.control?.value ?? null };
  }

  focus() {
    this.fields.focus();
  }
}

/** Conditions and groups that hold together, all or any. */
class Group {
  constructor(form, group, depth = 1) {
    Object.assign(this, { form, depth, items: [] });
    this.join = el("select", { class: "bahi-input bahi-where__join", "aria-label": t("where_join") },
      ["all", "any"].map((key) => el("option", { value: key, text: t(`where_${key}`) })));
    this.join.value = group.join;
    this.list = el("div", { class: "bahi-where__list" });
    const add = (text, make) => el("button", { type: "button", class: "bahi-button bahi-button--small", text: t(text), on: { click: () => this.add(make()).focus() } });
    this.root = el("div", { class: "bahi-where__group", role: "group", "aria-label": t("where_group") },
      el("div", { class: "bahi-where__head" }, this.join, depth > 1 && removeButton(() => form.drop(this))),
      this.list,
      el("div", { class: "bahi-pop__row" }, add("where_add", () => new Row(form)),
        depth < DEEPEST && add("where_add_group", () => new Group(form, { join: this.join.value === "all" ? "any" : "all", items: [null] }, depth + 1))));
    group.items.forEach((item) => this.add(item?.items ? new Group(form, item, depth + 1) : new Row(form, item)));
  }

  add(item) {
    this.items.push(item);
    this.list.append(item.root);
    return item;
  }

  drop(item) {
    if (!this.items.includes(item)) return this.items.some((other) => other.drop?.(item));
    const at = this.items.indexOf(item);
    this.items.splice(at, 1);
    item.root.remove();
    (this.items[Math.min(at, this.items.length - 1)] || this.join).focus();
    return true;
  }

  check() {
    return this.items.every((item) => item.check());
  }

  get value() {
    return { join: this.join.value, items: this.items.map((item) => item.value).filter((item) => !item.items || item.items.length) };
  }

  focus() {
    (this.items[0] || this.join).focus();
  }
}

function removeButton(run) {
  return el("button", { type: "button", class: "bahi-where__remove", "aria-label": t("where_remove"), title: t("where_remove"), on: { click: run } }, icon("close", 14));
}

class Builder {
  constructor(form, { fields, periods }) {
    Object.assign(this, { form, fields, periods });
    this.known = new Map(fields.map((field) => [field.name, field]));
    this.sent = form.elements.where;
    this.place = form.querySelector("[data-where-rows]");
    form.addEventListener("submit", (event) => this.submit(event));
  }

  draw() {
    const read = readWhere(this.sent.value, this.known);
    if (!read) return fill(this.place, el("p", { class: "bahi-pop__help", text: t("where_foreign") }));
    this.group = new Group(this, read.items.length ? read : { join: "all", items: [null] });
    fill(this.place, this.group.root);
    return this.group.focus();
  }

  drop(item) {
    this.group.drop(item);
  }

  submit(event) {
    if (!this.group) return;
    if (!this.group.check()) {
      event.preventDefault();
      return;
    }
    const written = writeWhere(this.group.value, this.known);
    this.sent.value = written ? JSON.stringify(written) : "";
    this.sent.disabled = !written; // nothing is asked: the address says nothing of it
  }
}

async function describe(details, asked, place, text) {
  const { fields, periods } = await asked();
  const known = new Map(fields.map((field) => [field.name, field]));
  const read = readWhere(text, known);
  place.textContent = read ? await whereText(read, known, periods) : t("where_foreign");
  const badge = details.querySelector("[data-where-count]");
  badge.textContent = read ? formatNumber(countOf(read)) : "1";
}

/** The form of conditions of one list: drawn when it is opened, told in words when some hold. */
export function startWhere(details) {
  let answer = null;
  const asked = () => (answer ??= get(details.dataset.fields).then(({ data }) => data));
  let builder = null;
  const open = async () => {
    if (!details.open || builder) return;
    builder = new Builder(details.querySelector("form"), await asked());
    builder.draw();
  };
  details.addEventListener("toggle", open);
  open();
  const text = details.querySelector("form").elements.where.value;
  const place = document.querySelector("[data-where-text]");
  if (text && place) describe(details, asked, place, text);
}
