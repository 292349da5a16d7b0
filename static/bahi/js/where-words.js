// Conditions of a list between the words of the API, rows of a form and a sentence.
//
// Rows: a group {join: "all"|"any", items: [condition | group]}, a condition {name, how, value}.

import { formatDate, formatNumber } from "./format.js";
import { labelOf } from "./lookup.js";
import { t } from "./text.js";

/** What can be asked of a field, by its kind; the first stands there at the beginning. */
export const COMPARISONS = {
  text: ["has", "hasnt", "is", "isnt", "starts", "empty", "filled"],
  decimal: ["is", "isnt", "atleast", "atmost", "more", "less", "empty", "filled"],
  date: ["period", "is", "from", "until", "before", "empty", "filled"],
  moment: ["period", "from", "before", "empty", "filled"],
  bool: ["yes", "no"],
  choice: ["is", "isnt", "empty", "filled"],
  lookup: ["is", "isnt", "empty", "filled"],
  list: ["is", "isnt", "empty", "filled"],
};
const LOOKUPS = { has: "icontains", starts: "istartswith", atleast: "gte", atmost: "lte", more: "gt", less: "lt", from: "gte", until: "lte", before: "lt", period: "period", empty: "empty", filled: "empty" };
const NEGATED = { hasnt: "has", isnt: "is" };
const FIXED = { empty: "true", filled: "false", yes: "true", no: "false" };

function pair(name, how, value, kind) {
  const exact = how === "is" && kind === "text" ? "iexact" : "";
  const lookup = LOOKUPS[how] || exact;
  return { [lookup ? `${name}__${lookup}` : name]: FIXED[how] ?? String(value) };
}

function written(condition, known) {
  const { name, how, value } = condition;
  const { kind } = known.get(name);
  if (how === "isnt" && kind !== "text") return { [`${name}__ne`]: String(value) };
  return NEGATED[how] ? { not: pair(name, NEGATED[how], value, kind) } : pair(name, how, value, kind);
}

/** The object for the address; null when nothing is asked. */
export function writeWhere(group, known) {
  const items = group.items.map((item) => (item.items ? writeWhere(item, known) : written(item, known))).filter(Boolean);
  if (!items.length) return null;
  return items.length === 1 ? items[0] : { [group.join]: items };
}

function fieldOf(key, known) {
  if (known.has(key)) return [known.get(key), ""];
  const cut = key.lastIndexOf("__");
  return [known.get(key.slice(0, cut)), key.slice(cut + 2)];
}

/** The comparison that a lookup means for a field of this kind. */
function howOf(kind, lookup, value) {
  if (lookup === "empty") return String(value) === "true" ? "empty" : "filled";
  if (lookup === "ne") return "isnt";
  if (!lookup && kind === "bool") return String(value) === "true" ? "yes" : "no";
  if (lookup === "iexact" || !lookup) return "is";
  return COMPARISONS[kind].find((how) => LOOKUPS[how] === lookup);
}

function readPair(key, value, known) {
  const [field, lookup] = fieldOf(key, known);
  const how = field && howOf(field.kind, lookup, value);
  if (!how || !COMPARISONS[field.kind].includes(how)) throw new Error(key);
  return { name: field.name, how, value: how in FIXED ? null : String(value) };
}

function negated(node, known) {
  const entries = Object.entries(node);
  const read = entries.length === 1 ? readPair(...entries[0], known) : null;
  const how = read && Object.keys(NEGATED).find((key) => NEGATED[key] === read.how);
  if (!how) throw new Error("not");
  return { ...read, how };
}

function readNode(node, known) {
  const items = Object.entries(node).map(([key, value]) => {
    if (key === "not") return negated(value, known);
    if (key !== "all" && key !== "any") return readPair(key, value, known);
    return { join: key, items: value.map((part) => single(readNode(part, known))) };
  });
  return { join: "all", items };
}

const single = (group) => (group.items.length === 1 ? group.items[0] : group);

/** The group that a text of the address says; null for one that this form can't show. */
export function readWhere(text, known) {
  try {
    const group = readNode(text ? JSON.parse(text) : {}, known);
    return group.items.length === 1 && group.items[0].items ? group.items[0] : group;
  } catch {
    return null;
  }
}

/** How many conditions there are. */
export function countOf(group) {
  return group.items.reduce((sum, item) => sum + (item.items ? countOf(item) : 1), 0);
}

async function shown(field, how, value, periods) {
  if (how === "period") return periods.find(([key]) => key === value)?.[1] || value;
  if (field.kind === "choice") return field.choices.find(([key]) => key === value)?.[1] || value;
  if (field.kind === "lookup") return labelOf(field.lookup, value);
  if (field.kind === "decimal") return formatNumber(value);
  return field.kind === "date" || field.kind === "moment" ? formatDate(value) : `“${value}”`;
}

async function words(item, known, periods, inner) {
  if (item.items) {
    const parts = await Promise.all(item.items.map((part) => words(part, known, periods, true)));
    const text = parts.join(` ${t(item.join === "all" ? "where_and" : "where_or")} `);
    return inner && parts.length > 1 ? `(${text})` : text;
  }
  const field = known.get(item.name);
  const label = field.group ? `${field.group} › ${field.label}` : field.label;
  const value = item.value === null ? "" : ` ${await shown(field, item.how, item.value, periods)}`;
  return t("where_words", { field: label, how: t(`how_${item.how}`), value }).trim();
}

/** The conditions as a sentence, with the names of records and choices. */
export function whereText(group, known, periods) {
  return words(group, known, periods, false);
}
