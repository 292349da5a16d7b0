// "Shared with" beside a record: to whom this single record was opened, by whom and when; share it, take it back.
// <div data-bahi-shared="sales.order:7" data-may="sales.view_order sales.change_order">.

import { ApiError, get, post, remove, rowsOf, withQuery } from "./api.js";
import { el, fill, uid } from "./dom.js";
import { formatMoment } from "./format.js";
import { icon } from "./icons.js";
import { Lookup } from "./lookup.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const URL = "/api/v1/accounts/grants/";
const actionOf = (permission) => permission.split(".")[1].split("_")[0];

const WIDEST = ["delete", "change", "view"];

/** The grants of each person together, the widest first; people in the order in which they were given. */
function byPerson(grants) {
  const people = new Map();
  grants.forEach((grant) => people.set(grant.user, [...(people.get(grant.user) || []), grant]));
  return [...people.values()].map((own) => own.sort((a, b) => WIDEST.indexOf(a.action) - WIDEST.indexOf(b.action)));
}

class Shared {
  constructor(host) {
    this.target = host.dataset.bahiShared;
    this.list = el("ul", { class: "bahi-rows" });
    this.note = el("p", { class: "bahi-muted", role: "status" });
    const may = (host.dataset.may || "").split(" ").filter(Boolean);
    fill(host, this.list, this.note, may.length ? this.form(may) : null);
    this.load();
  }

  form(may) {
    const [personId, whatId] = [uid("share"), uid("share")];
    const input = el("input", { class: "bahi-input", id: personId, placeholder: t("share_person") });
    this.what = el("select", { class: "bahi-input", id: whatId }, may.map((code) => el("option", { value: code, text: t(`share_${actionOf(code)}`) })));
    this.button = el("button", { class: "bahi-button bahi-button--small", text: t("share") });
    this.person = new Lookup(input, { url: `${URL}people/?record=${encodeURIComponent(this.target)}`, label: "name", sub: ["email"] });
    const form = el("form", { class: "bahi-share" },
      el("label", { class: "bahi-sr", for: personId, text: t("share_person") }), el("span", { class: "bahi-lookup" }, input),
      el("label", { class: "bahi-sr", for: whatId, text: t("share_what") }), this.what, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.share();
    });
    return form;
  }

  /** Take one back; what was shared on by that person and ended with it is said. It may have ended with the one before. */
  async end(grant) {
    try {
      const { data, message } = await remove(`${URL}${grant.id}/`);
      if (data?.ended) toast(message);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
  }

  async tried(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.errors?.[0]?.detail || error.message, { tone: "danger" });
    }
  }

  async load() {
    try {
      const { data } = await get(withQuery(URL, { record: this.target, per_page: 200 }));
      const people = byPerson(rowsOf(data));
      fill(this.list, people.map((grants) => this.entry(grants)));
      this.note.textContent = people.length ? "" : t("share_nobody");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.note.textContent = error.message;
    }
  }

  /** One person: the widest of what was given, and one button that takes all of it back. */
  entry(grants) {
    const [grant] = grants;
    const drop = el("button", { type: "button", class: "bahi-grid__tool", "aria-label": t("share_end", { name: grant.user_label }), title: t("share_end", { name: grant.user_label }) }, icon("trash", 15));
    drop.addEventListener("click", () => this.tried(async () => {
      drop.disabled = true;
      try {
        for (const one of grants) await this.end(one);
      } finally {
        await this.load();
      }
    }));
    const given = t("share_given", { who: grant.given_by_label || "–", when: formatMoment(grant.given_at) });
    const tone = grant.action === "view" ? "neutral" : "info";
    return el("li", { class: "bahi-rows__item" }, el("span", { text: grant.user_label }),
      el("span", { class: `bahi-badge bahi-badge--${tone}`, text: t(`share_${grant.action}`) }), el("span", { class: "bahi-muted", text: given }), drop);
  }

  async share() {
    if (this.person.id === null) return this.person.input.focus();
    this.button.disabled = true;
    await this.tried(async () => {
      await post(URL, { record: this.target, user: this.person.id, permission: this.what.value });
      this.person.take(null);
      await this.load();
    });
    this.button.disabled = false;
    return undefined;
  }
}

/** Start the panels on the page. */
export function startShared(root = document) {
  root.querySelectorAll("[data-bahi-shared]:not([data-started])").forEach((host) => {
    host.dataset.started = "true";
    new Shared(host);
  });
}
