// Ctrl/Cmd+K on every page: records found by the search API, commands of the page, and what was opened lately.

import { ApiError, get, withQuery } from "./api.js";
import { debounce, el, fill, keep, readJson, safeUrl, stored, uid } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

const RECENT = 8;

function recentKey() {
  return `bahi.recent.${document.querySelector('meta[name="bahi-user"]')?.content || ""}`;
}

/** All words of the query begin some word of the label or the keywords. */
export function matches(command, query) {
  const words = `${command.label} ${[command.keywords || ""].flat().join(" ")}`.toLowerCase().split(/[\s,/]+/);
  return query.toLowerCase().split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}

class Palette {
  constructor() {
    this.commands = readJson("bahi-commands", []) || [];
    this.list = el("ul", { class: "bahi-palette__list", id: uid("palette"), role: "listbox", "aria-label": t("search") });
    this.input = el("input", { class: "bahi-palette__input", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": this.list.id, "aria-autocomplete": "list",
      "aria-label": t("search"), placeholder: t("search_hint"), autocomplete: "off", spellcheck: "false" });
    this.note = el("p", { class: "bahi-palette__note", role: "status" });
    this.node = el("dialog", { class: "bahi-palette", "aria-label": t("search") },
      el("div", { class: "bahi-palette__head" }, icon("search"), this.input), this.list, this.note,
      el("p", { class: "bahi-palette__foot", text: t("open_new_tab") }));
    this.items = [];
    this.index = -1;
    this.found = [];
    this.search = debounce((query) => this.ask(query), 120);
    this.wire();
    document.body.append(this.node);
  }

  wire() {
    this.input.addEventListener("input", () => this.typed());
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("click", (event) => event.target === this.node && this.close());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-index]");
      if (option) this.follow(this.items[Number(option.dataset.index)], event.ctrlKey || event.metaKey);
    });
  }

  open() {
    if (this.node.open) return this.close();
    this.opener = document.activeElement;
    this.node.showModal();
    this.input.value = "";
    this.found = [];
    this.show();
    this.input.focus();
    return undefined;
  }

  close() {
    this.search.cancel();
    this.call?.abort();
    this.node.close();
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
  }

  typed() {
    const query = this.input.value.trim();
    this.show();
    if (query.length < 2) {
      this.search.cancel();
      this.call?.abort();
      this.found = [];
      this.show();
    } else this.search(query);
  }

  async ask(query) {
    this.call?.abort();
    const call = (this.call = new AbortController());
    try {
      const { data } = await get(withQuery("/api/v1/search/", { q: query }), { signal: call.signal });
      if (call !== this.call) return;
      this.found = data?.results || (Array.isArray(data) ? data : []);
      this.show();
    } catch (error) {
      if (!(error instanceof ApiError)) return;
      this.note.textContent = error.network ? error.message : t("search_slow");
    }
  }

  show() {
    const query = this.input.value.trim();
    const groups = query
      ? [[t("commands"), this.commands.filter((command) => matches(command, query)).slice(0, 6).map(asCommand)], [t("search"), this.found.map(asRecord)]]
      : [[t("recent"), (stored("localStorage", recentKey(), []) || []).map(asRecent)], [t("commands"), this.commands.slice(0, 12).map(asCommand)]];
    this.items = groups.flatMap(([, items]) => items).filter((item) => item.url);
    const nodes = [];
    groups.forEach(([title, items]) => {
      if (!items.length) return;
      nodes.push(el("li", { class: "bahi-palette__group", role: "presentation", text: title }));
      items.filter((item) => item.url).forEach((item) => nodes.push(this.option(item, this.items.indexOf(item))));
    });
    fill(this.list, nodes);
    this.note.textContent = query.length > 1 && !this.items.length ? t("no_results") : "";
    this.highlight(this.items.length ? 0 : -1);
  }

  option(item, index) {
    return el("li", { class: "bahi-palette__item", role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false", data: { index } }, icon(item.mark, 16),
      el("span", { class: "bahi-palette__label", text: item.label }), item.sub ? el("span", { class: "bahi-palette__sub", text: item.sub }) : null);
  }

  highlight(index) {
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    this.index = index;
    const option = this.list.querySelector(`[data-index="${index}"]`);
    if (!option) return void this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.items.length) {
      event.preventDefault();
      this.highlight((this.index + step + this.items.length) % this.items.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.follow(this.items[this.index], event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
    event.stopPropagation();
  }

  follow(item, newTab) {
    if (!item) return;
    remember(item);
    this.close();
    if (newTab) window.open(item.url, "_blank", "noopener");
    else window.location.assign(item.url);
  }
}

const asCommand = (command) => ({ label: command.label, url: safeUrl(command.url), mark: "bolt", sub: "" });
const asRecord = (row) => ({ label: row.title, sub: row.subtitle || row.kind, url: safeUrl(row.url), mark: "page" });
const asRecent = (row) => ({ label: row.label, sub: row.sub, url: safeUrl(row.url), mark: "clock" });

function remember({ label, sub, url }) {
  const before = (stored("localStorage", recentKey(), []) || []).filter((row) => row.url !== url);
  keep("localStorage", recentKey(), [{ label, sub, url }, ...before].slice(0, RECENT));
}

let palette = null;
/** Open (or close) the palette. */
export function togglePalette() {
  if (!palette) palette = new Palette();
  palette.open();
}
