// The one list of proposals of a page, shared by every lookup: shown under the input that owns it at the moment.

import { el, fill, uid } from "./dom.js";
import { t } from "./text.js";

class Popup {
  constructor() {
    this.owner = null;
    this.items = [];
    this.index = -1;
    this.list = el("ul", { class: "bahi-popup", id: uid("popup"), role: "listbox", hidden: true });
    this.status = el("div", { class: "bahi-sr", role: "status" });
    // Pressing an option must not move the focus out of the input.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
    const close = (event) => {
      if (this.owner && !this.list.contains(event.target)) this.close();
    };
    window.addEventListener("scroll", close, true);
    window.addEventListener("resize", close);
  }

  get isOpen() {
    return !this.list.hidden;
  }

  isOpenFor(owner) {
    return this.isOpen && this.owner === owner;
  }

  /** items: [{label, sub, kind}], shown for this owner, an object with .input and .choose(item). */
  show(owner, items, { note = "", active = 0 } = {}) {
    this.attach(owner);
    this.items = items;
    const options = items.map((item, index) => this.option(item, index));
    fill(this.list, options, note ? el("li", { class: "bahi-popup__note", role: "presentation", text: note }) : null);
    this.list.hidden = false;
    owner.input.setAttribute("aria-expanded", "true");
    this.place(owner.input);
    this.highlight(items.length ? active : -1);
    this.status.textContent = note || t("count_results", { n: items.length });
  }

  attach(owner) {
    if (this.owner && this.owner !== owner) this.close();
    this.owner = owner;
    const parent = owner.input.closest("dialog") || document.body;
    if (this.list.parentNode !== parent) parent.append(this.list, this.status);
    owner.input.setAttribute("aria-controls", this.list.id);
    this.list.setAttribute("aria-label", owner.input.getAttribute("aria-label") || t("choose_from_list", { text: "" }));
  }

  option(item, index) {
    return el("li", { class: `bahi-popup__item bahi-popup__item--${item.kind || "record"}`, role: "option",
      id: `${this.list.id}-${index}`, "aria-selected": "false", data: { index } },
    el("span", { class: "bahi-popup__label", text: item.label }),
    item.sub ? el("span", { class: "bahi-popup__sub", text: item.sub }) : null);
  }

  place(input) {
    const box = input.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, 300), window.innerWidth - 16);
    const below = window.innerHeight - box.bottom;
    const style = this.list.style;
    style.width = `${width}px`;
    style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`;
    const up = below < 220 && box.top > below;
    style.maxHeight = `${Math.max(120, Math.min(360, (up ? box.top : below) - 12))}px`;
    style.top = up ? "auto" : `${box.bottom + 2}px`;
    style.bottom = up ? `${window.innerHeight - box.top + 2}px` : "auto";
  }

  highlight(index) {
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    this.index = index;
    const option = this.list.children[index];
    if (!option || index < 0) {
      this.owner?.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.owner.input.setAttribute("aria-activedescendant", option.id);
  }

  move(step) {
    if (!this.items.length) return;
    this.highlight((this.index + step + this.items.length) % this.items.length);
  }

  current() {
    return this.items[this.index] || null;
  }

  clicked(event) {
    const option = event.target.closest("[data-index]");
    if (option && this.owner) this.owner.choose(this.items[Number(option.dataset.index)]);
  }

  close() {
    this.list.hidden = true;
    this.items = [];
    this.index = -1;
    if (this.owner) {
      this.owner.input.setAttribute("aria-expanded", "false");
      this.owner.input.removeAttribute("aria-activedescendant");
    }
    this.owner = null;
  }
}

let shared = null;
/** The page's popup. */
export function popup() {
  if (!shared) shared = new Popup();
  return shared;
}
