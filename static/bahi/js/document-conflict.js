// Two people saved the same document: show each difference, mine and theirs, and let the person choose.

import { get } from "./api.js";
import { openDialog } from "./dialog.js";
import { el, uid } from "./dom.js";
import { linkOf, shownValue } from "./fields.js";
import { t } from "./text.js";

/**
 * Merge after a version conflict. What only they changed is taken over, what only I changed stays, and what both
 * changed is asked. True when the page now holds the merged document with their version; false when left.
 */
export async function resolveConflict(page, error) {
  const current = error.data?.current ?? error.data;
  const theirs = current?.id ? current : (await get(`${page.config.resource}${page.id}/`)).data;
  const base = page.record;
  const dirty = new Set(page.dirtyNames());
  const all = [...page.fields.map((field) => field.def), ...page.grids.map((grid) => grid.def)];
  const changedByThem = all.filter((def) => !same(base[def.name], theirs[def.name]));
  const asked = changedByThem.filter((def) => dirty.has(def.name));
  const choices = await ask(page, asked, theirs);
  if (!choices) return false;
  changedByThem.filter((def) => !dirty.has(def.name) || choices.get(def.name) === "theirs").forEach((def) => take(page, def, theirs));
  asked.filter((def) => choices.get(def.name) === "mine" && def.columns).forEach((def) => forgetGone(page, def, theirs));
  page.version = theirs.version;
  page.record = theirs;
  page.baseline = baselineOf(page, theirs, changedByThem);
  return true;
}

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

function take(page, def, theirs) {
  const field = page.fields.find((candidate) => candidate.def === def);
  if (field) field.set(theirs[def.name] ?? null, linkOf(theirs, def.name, def.lookup).label);
  else page.grids.find((grid) => grid.def === def).load(theirs[def.name] || []);
}

// A line of mine that they deleted goes out as a new line: its id is gone.
function forgetGone(page, def, theirs) {
  const left = new Set((theirs[def.name] || []).map((record) => record.id));
  page.grids.find((grid) => grid.def === def).rows.filter((row) => row.id && !left.has(row.id)).forEach((row) => (row.id = null));
}

// What equals their record is no longer a change of mine; what I kept against theirs is.
function baselineOf(page, theirs, changedByThem) {
  const now = page.snapshot();
  const before = { ...page.baseline };
  changedByThem.forEach((def) => {
    const field = page.fields.find((candidate) => candidate.def === def);
    const shown = field ? same(linkValue(theirs, def), field.value) : page.grids.find((grid) => grid.def === def).rows.every((row) => theirs[def.name]?.includes(row.base));
    before[def.name] = shown ? now[def.name] : "";
  });
  return before;
}

function linkValue(record, def) {
  return def.kind === "lookup" ? linkOf(record, def.name, def.lookup).id : record[def.name];
}

async function ask(page, defs, theirs) {
  const choices = new Map(defs.map((def) => [def.name, "mine"]));
  if (!defs.length) return choices;
  const who = theirs.updated_by_display || theirs.updated_by_name || theirs.changed_by || "";
  const body = el("div", {}, el("p", { text: `${who ? t("changed_by", { who }) : ""} ${t("choose_version")}` }),
    el("div", { class: "bahi-conflict" }, defs.map((def) => difference(page, def, theirs, choices))));
  const actions = [{ label: t("cancel"), value: "" }, { label: t("use_this"), style: "primary", value: "use", submit: true }];
  return (await openDialog({ title: t("changed_elsewhere").split(".")[0], body, actions, size: "lg" })) ? choices : null;
}

function difference(page, def, theirs, choices) {
  const name = uid("choice");
  const [mine, their] = texts(page, def, theirs);
  const option = (value, text, label) => {
    const radio = el("input", { type: "radio", name, value, checked: choices.get(def.name) === value });
    radio.addEventListener("change", () => choices.set(def.name, value));
    return el("label", { class: "bahi-conflict__option" }, radio, el("strong", { text: label }), el("span", { text: text || "–" }));
  };
  return el("fieldset", { class: "bahi-conflict__item" }, el("legend", { text: def.label }),
    option("mine", mine, t("keep_mine")), option("theirs", their, t("keep_theirs")));
}

// Both sides as text; of a grid only the lines that differ, with their numbers.
function texts(page, def, theirs) {
  const field = page.fields.find((candidate) => candidate.def === def);
  if (field) return [field.display(), shownValue(def, theirs)];
  const grid = page.grids.find((candidate) => candidate.def === def);
  const mine = grid.rows.filter((row) => !grid.isBlank(row)).map((row) => lineText(grid, asRecord(grid, row)));
  const their = (theirs[def.name] || []).map((record) => lineText(grid, record));
  return [onlyIn(mine, their), onlyIn(their, mine)];
}

function asRecord(grid, row) {
  const labels = grid.inputColumns.filter((column) => row.labels[column.name]).map((column) => [`${column.name}_display`, row.labels[column.name]]);
  return { ...row.values, ...Object.fromEntries(labels) };
}

function lineText(grid, record) {
  return grid.inputColumns.filter((column) => column.kind !== "bool" || record[column.name]).map((column) => shownValue(column, record)).filter(Boolean).join(" · ");
}

function onlyIn(lines, others) {
  const known = new Set(others);
  return lines.map((text, index) => (known.has(text) ? "" : `${index + 1}. ${text}`)).filter(Boolean).join("\n");
}
