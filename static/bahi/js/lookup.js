// Type-ahead look-up of a record through the API, by the combobox pattern of the ARIA practices.
//
// In a plain form: <input name="party" data-lookup='{"url": …, "label": …, "sub": […], "create": {…}}' value="7"
// data-label="Acme"> is enhanced by enhanceLookups(); a hidden input of the same name carries the id.

import { ApiError, get, rowsOf, withQuery } from "./api.js";
import { debounce, el } from "./dom.js";
import { icon } from "./icons.js";
import { popup } from "./lookup-popup.js";
import { t } from "./text.js";

const LABELS = ["display_name", "name", "label", "display", "number", "code", "title", "id"];
const labelCache = new Map();
let loadCreator = null;

/** Pages that offer "Create …" say how to load quick-create.js (it needs this file, so this file can't import it). */
export function setCreator(load) {
  loadCreator = load;
}

const pending = new Set();

/** Remember work that turns texts into records, so that a save can wait for it. */
export function track(promise) {
  pending.add(promise);
  promise.finally(() => pending.delete(promise));
  return promise;
}

/** Waits until every text that was typed or pasted has found its record, or has not. */
export async function lookupsSettled() {
  const lookup = document.activeElement?.bahiLookup;
  if (lookup?.unresolved) await track(lookup.settle(lookup.input.value.trim()));
  while (pending.size) await Promise.allSettled([...pending]);
}

/** The text that names a record; keys is one key or a list of keys joined by a space. */
export function recordLabel(record, keys) {
  if (record === null || record === undefined) return "";
  const wanted = keys ? [keys].flat() : LABELS.slice(0, LABELS.findIndex((key) => record[key]) + 1).slice(-1);
  return wanted.map((key) => record[key]).filter((part) => part !== undefined && part !== null && part !== "").join(" ");
}

function recordSub(record, keys) {
  return [keys || []].flat().map((key) => record[key]).filter(Boolean).join(" · ");
}

/** Address with {field} parts replaced by the document's other values; an empty one leaves its parameter out. */
export function lookupUrl(config, context = () => null) {
  const url = config.url.replace(/([?&])(\w+)=\{(\w+)\}/g, (whole, mark, name, field) => {
    const value = context(field);
    return value === null || value === undefined || value === "" ? mark : `${mark}${name}=${encodeURIComponent(value)}`;
  });
  return url.replace(/\?&+/, "?").replace(/&{2,}/g, "&").replace(/[?&]$/, "");
}

/** The label of a known id, asked from the API once per page; the id itself when that fails. */
export async function labelOf(config, id) {
  const base = config.url.split("?")[0];
  const key = `${base}${id}`;
  if (!labelCache.has(key)) {
    const found = get(`${base}${id}/`).then(({ data }) => recordLabel(data, config.label), () => `#${id}`);
    labelCache.set(key, found);
  }
  return labelCache.get(key);
}

/** One input that holds a record. onSelect(record|null) hears each change made by the person. */
export class Lookup {
  constructor(input, config, { id = null, label = "", onSelect = () => {}, onUnresolved = () => {}, context = () => null, grid = false } = {}) {
    Object.assign(this, { input, config, id, label, onSelect, onUnresolved, context, grid });
    this.call = null;
    input.bahiLookup = this;
    this.search = debounce((text) => this.load(text), 180);
    input.value = label;
    input.setAttribute("role", "combobox");
    input.setAttribute("autocomplete", "off");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-haspopup", "listbox");
    input.spellcheck = false;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.left());
    input.addEventListener("click", () => !grid && !popup().isOpenFor(this) && !input.readOnly && this.load(""));
  }

  /** Set the held record from outside, without telling onSelect. */
  set(id, label) {
    this.id = id ?? null;
    this.label = id === null || id === undefined ? "" : label || "";
    this.input.value = this.label;
    if (this.id !== null && !this.label) this.fetchLabel();
  }

  async fetchLabel() {
    const asked = this.id;
    const label = await labelOf(this.config, asked);
    if (this.id !== asked || this.label) return;
    this.label = label;
    this.input.value = label;
  }

  /** Was something typed that names no record? */
  get unresolved() {
    return this.input.value.trim() !== "" && this.input.value !== this.label;
  }

  typed() {
    const text = this.input.value.trim();
    if (text === "") {
      this.search.cancel();
      popup().close();
      if (this.id !== null) this.take(null);
      return;
    }
    this.search(text);
  }

  async load(text) {
    this.call?.abort();
    const call = (this.call = new AbortController());
    const url = withQuery(lookupUrl(this.config, this.context), { search: text || undefined, per_page: 10 });
    try {
      const { data } = await get(url, { signal: call.signal });
      if (call !== this.call || document.activeElement !== this.input) return;
      this.present(rowsOf(data).slice(0, 10), text);
    } catch (error) {
      if (error instanceof ApiError && document.activeElement === this.input) popup().show(this, [], { note: error.message });
    }
  }

  present(records, text) {
    const items = records.map((record) => ({
      record, kind: "record", label: recordLabel(record, this.config.label), sub: recordSub(record, this.config.sub),
    }));
    if (this.config.create && loadCreator) {
      items.push({ kind: "create", label: text ? t("create_named", { text }) : t("create_new"), text });
    }
    popup().show(this, items, { note: records.length ? "" : t("no_results") });
  }

  choose(item) {
    popup().close();
    if (!item) return;
    if (item.kind === "create") this.create(item.text);
    else this.take(item.record);
  }

  /** Hold this record (or nothing) and tell the page. */
  take(record) {
    this.search.cancel();
    this.call?.abort();
    this.call = null;
    this.id = record ? record.id : null;
    this.label = record ? recordLabel(record, this.config.label) : "";
    this.input.value = this.label;
    this.onSelect(record);
  }

  async create(text) {
    const { quickCreate } = await loadCreator();
    const record = await quickCreate(this.config.create, text);
    if (record) this.take(record);
    this.input.focus();
  }

  key(event) {
    const open = popup().isOpenFor(this);
    if (event.altKey && event.key === "ArrowDown" && !event.shiftKey) return this.stop(event, () => this.load(this.unresolved ? this.input.value : ""));
    if (!open) {
      if (event.key === "ArrowDown" && !this.grid && !event.altKey) this.stop(event, () => this.load(""));
      return undefined;
    }
    if (event.key === "ArrowDown") return this.stop(event, () => popup().move(1));
    if (event.key === "ArrowUp") return this.stop(event, () => popup().move(-1));
    if (event.key === "Escape") return this.stop(event, () => this.escape());
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) return this.enter(event);
    if (event.key === "Tab" && this.unresolved && popup().current()?.kind === "record") this.choose(popup().current());
    return undefined;
  }

  enter(event) {
    event.preventDefault();
    const item = popup().current();
    if (!item) return;
    // In a grid Enter also goes on to the next cell, unless a dialog is about to open.
    if (!this.grid || item.kind === "create") event.stopPropagation();
    this.choose(item);
  }

  escape() {
    popup().close();
    this.search.cancel();
    this.input.value = this.label;
  }

  stop(event, run) {
    event.preventDefault();
    event.stopPropagation();
    run();
  }

  left() {
    this.search.cancel();
    if (popup().isOpenFor(this)) popup().close();
    if (this.unresolved) track(this.settle(this.input.value.trim()));
  }

  /** Text was left behind without a choice: take the record that it names exactly, or the only one that it finds. */
  async settle(text) {
    try {
      const { data } = await get(withQuery(lookupUrl(this.config, this.context), { search: text, per_page: 10 }));
      if (this.input.value.trim() !== text) return;
      const found = rowsOf(data);
      const exact = found.filter((record) => namesExactly(record, text, this.config));
      if (exact.length === 1) this.take(exact[0]);
      else if (found.length === 1) this.take(found[0]);
      else this.onUnresolved(text);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** Is this the record that the text names: by its code, its label or another short key? */
export function namesExactly(record, text, config) {
  const wanted = text.trim().toLowerCase();
  const keys = [config.code || "code", "name", "number", "gstin", ...[config.sub || []].flat()];
  const values = keys.map((key) => record[key]).concat(recordLabel(record, config.label), record.barcodes || []);
  return values.flat().some((value) => value !== undefined && value !== null && String(value).toLowerCase() === wanted);
}

/** Make <input data-lookup="…"> of plain forms into look-ups (also in parts that htmx brought in later). */
export function enhanceLookups(root = document) {
  root.querySelectorAll("input[data-lookup]:not([role=combobox])").forEach((input) => {
    const hidden = el("input", { type: "hidden", name: input.name, value: input.value });
    const clear = el("button", { type: "button", class: "bahi-clear", "aria-label": t("clear"), tabIndex: -1 }, icon("close", 14));
    const id = input.value === "" ? null : input.value;
    input.removeAttribute("name");
    const wrap = el("span", { class: "bahi-lookup" });
    input.replaceWith(wrap);
    wrap.append(input, clear, hidden);
    const onSelect = (record) => {
      hidden.value = record ? record.id : "";
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const lookup = new Lookup(input, JSON.parse(input.dataset.lookup), { onSelect });
    lookup.set(id, input.dataset.label);
    clear.addEventListener("click", () => {
      lookup.take(null);
      input.focus();
    });
  });
}
