// Proposed lines: once the party is chosen, its open documents stand in the grid, and what is paid is spread
// over them, the oldest first. Nothing that a person typed is touched; a proposed line without an amount is no line.

import { ApiError, get } from "./api.js";
import { el } from "./dom.js";
import { amountOf, formatDate, formatMoney, paiseOf, parseNumber } from "./format.js";
import { t } from "./text.js";

/** Fill each grid of the page that has a proposal ({url, by, kind, columns, amount, spread}; docs/frontend.md). */
export function wireProposals(page) {
  page.grids.filter((grid) => grid.def.proposal).forEach((grid) => {
    const proposal = new Proposal(page, grid);
    page.listeners.push((name) => proposal.heard(name));
    if (!page.id && page.valueOf("party")) proposal.ask();
  });
}

class Proposal {
  constructor(page, grid) {
    Object.assign(this, { page, grid, def: grid.def.proposal, asked: "", latest: 0 });
    this.note = el("p", { class: "bahi-lines__note", role: "status", hidden: true });
    grid.message.before(this.note);
  }

  heard(name) {
    if (this.def.by.includes(name)) this.ask();
    else if (this.def.spread.includes(name)) this.spread();
  }

  async ask() {
    const values = this.def.by.map((name) => [name, this.page.valueOf(name)]);
    const key = JSON.stringify(values);
    if (key === this.asked) return;
    this.asked = key;
    this.withdraw();
    if (!this.page.valueOf("party") || this.grid.rows.some((row) => !this.grid.isBlank(row))) return;
    this.latest += 1;
    const mine = this.latest;
    const query = values.filter(([, value]) => value).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join("");
    try {
      const { data } = await get(this.def.url + query);
      if (mine === this.latest) this.show(data);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // who may not see open items just types them
    }
  }

  withdraw() {
    const { grid } = this;
    grid.rows.filter((row) => row.proposed && !row.typed.size).forEach((row) => {
      grid.rows.splice(grid.rows.indexOf(row), 1);
      row.tr.remove();
    });
    grid.renumber(0);
    this.say("");
  }

  show(items) {
    const { grid, def } = this;
    grid.rows.filter((row) => grid.isBlank(row)).forEach((row) => row.tr.remove());
    grid.rows = grid.rows.filter((row) => !grid.isBlank(row));
    items.forEach((item) => {
      const [own, other] = def.columns;
      const [name, id] = item.source_kind === def.kind ? [own, item.source_id] : [other, item.id];
      const label = [item.number, formatDate(item.due_date || item.date)].filter(Boolean).join(" · ");
      const row = grid.rows[grid.addRow({ [name]: id, [`${name}_display`]: label })];
      row.proposed = true;
      row.open = item.open_amount.replace("-", ""); // what we owe has a minus
      row.cells[def.amount].control.placeholder = formatMoney(row.open);
    });
    this.say(items.length ? t("proposed") : t("nothing_open"));
    this.spread();
    this.page.remember();
  }

  say(text) {
    this.note.textContent = text;
    this.note.hidden = !text;
  }

  /** The amount over the proposed lines; what was typed into a line is kept and taken off first. */
  spread() {
    const { grid, def } = this;
    const column = grid.columns.find(({ name }) => name === def.amount);
    const isTyped = (row) => !row.proposed || row.typed.has(def.amount);
    const paise = (value) => paiseOf(parseNumber(value));
    const given = grid.rows.filter(isTyped).reduce((sum, row) => sum + paise(row.values[def.amount]), 0n);
    let left = def.spread.reduce((sum, name) => sum + paise(this.page.valueOf(name)), 0n) - given;
    grid.rows.filter((row) => !isTyped(row)).forEach((row) => {
      const part = left <= 0n ? 0n : left < paise(row.open) ? left : paise(row.open);
      left -= part;
      grid.put(row, column, part > 0n ? amountOf(part) : null);
    });
  }
}
