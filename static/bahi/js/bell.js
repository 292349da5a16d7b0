// The notification bell: <div data-bahi-bell></div> in the header. Count badge, panel, mark read, toasts for new ones.

import { ApiError, get, post, rowsOf, withQuery } from "./api.js";
import { el, fill, safeUrl, uid } from "./dom.js";
import { formatMoment } from "./format.js";
import { icon } from "./icons.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const PANEL_ROWS = 15;

class Bell {
  constructor(host) {
    this.host = host;
    this.url = host.dataset.url || "/api/v1/messaging/notifications/";
    this.unread = Number(host.dataset.unread || 0);
    this.known = new Set();
    const panelId = uid("bell");
    this.badge = el("span", { class: "bahi-bell__badge", "aria-hidden": "true", hidden: true });
    this.button = el("button", { type: "button", class: "bahi-iconlink bahi-bell__button", "aria-expanded": "false", "aria-controls": panelId }, icon("bell", 20), this.badge);
    this.list = el("ul", { class: "bahi-bell__list" });
    this.readAll = el("button", { type: "button", class: "bahi-link", text: t("all_read") });
    this.panel = el("div", { class: "bahi-bell__panel", id: panelId, role: "region", "aria-label": t("notifications"), hidden: true },
      el("div", { class: "bahi-bell__head" }, el("strong", { text: t("notifications") }), this.readAll), this.list,
      el("div", { class: "bahi-bell__foot" }, el("a", { class: "bahi-link", href: host.dataset.page || "/notifications/", text: t("all_notifications") })));
    host.classList.add("bahi-bell");
    fill(host, this.button, this.panel);
    this.wire();
    this.setUnread(this.unread);
    if (host.dataset.unread === undefined) this.count();
  }

  wire() {
    this.button.addEventListener("click", () => (this.panel.hidden ? this.open() : this.close()));
    this.readAll.addEventListener("click", () => this.markAll());
    this.host.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      event.stopPropagation();
      this.close();
      this.button.focus();
    });
    document.addEventListener("pointerdown", (event) => !this.host.contains(event.target) && this.close());
    window.addEventListener("bahi:notification.new", ({ detail }) => this.arrived(detail.data || {}));
    window.addEventListener("bahi:notification.count", ({ detail }) => this.setUnread(detail.data.unread));
    window.addEventListener("bahi:notification.read", () => this.count());
    window.addEventListener("bahi:live.reconnected", () => this.count());
  }

  setUnread(count) {
    this.unread = Math.max(0, Number(count) || 0);
    this.badge.hidden = this.unread === 0;
    this.badge.textContent = this.unread > 99 ? "99+" : String(this.unread);
    this.button.setAttribute("aria-label", this.unread ? t("unread_many", { n: this.unread }) : t("notifications"));
  }

  async count() {
    await quietly(async () => {
      const { data, meta } = await get(withQuery(this.url, { unread: true, per_page: 1 }));
      this.setUnread(meta.pagination?.total ?? rowsOf(data).length);
    });
  }

  arrived(row) {
    // The socket and the polling may both bring the same notification.
    if (row.id !== undefined && this.known.has(row.id)) return;
    this.known.add(row.id);
    this.setUnread(row.unread_count ?? this.unread + 1);
    toast(row.title || row.text || t("notifications"), { tone: row.tone || "info", url: safeUrl(row.url) });
    if (!this.panel.hidden) this.load();
  }

  open() {
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    fill(this.list, el("li", { class: "bahi-bell__empty", text: t("loading") }));
    this.load();
  }

  close() {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  async load() {
    try {
      const { data } = await get(withQuery(this.url, { per_page: PANEL_ROWS }));
      const rows = rowsOf(data);
      fill(this.list, rows.length ? rows.map((row) => this.entry(row)) : el("li", { class: "bahi-bell__empty", text: t("no_notifications") }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fill(this.list, el("li", { class: "bahi-bell__empty", text: error.message }));
    }
  }

  entry(row) {
    const unread = !(row.read_at || row.is_read || row.read === true);
    const url = safeUrl(row.url);
    const inside = [el("span", { class: "bahi-bell__title", text: row.title || row.text }), row.body ? el("span", { class: "bahi-bell__body", text: row.body }) : null,
      el("time", { class: "bahi-bell__time", datetime: row.created_at || row.at, text: formatMoment(row.created_at || row.at) })];
    const item = url ? el("a", { href: url }, inside) : el("button", { type: "button" }, inside);
    const line = el("li", { class: unread ? "bahi-bell__item bahi-bell__item--unread" : "bahi-bell__item" }, item);
    item.addEventListener("click", () => unread && this.markRead(row, line));
    return line;
  }

  async markRead(row, line) {
    line.classList.remove("bahi-bell__item--unread");
    this.setUnread(this.unread - 1);
    await quietly(() => post(`${this.url}${row.id}/read/`, {}, { keepalive: true }));
  }

  async markAll() {
    await quietly(async () => {
      await post(`${this.url}read-all/`, {});
      this.setUnread(0);
      await this.load();
    });
  }
}

// A refused or lost call only leaves the count as it was; the next event or poll corrects it.
async function quietly(run) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** Start the bells of the page. */
export function startBell() {
  document.querySelectorAll("[data-bahi-bell]").forEach((host) => new Bell(host));
}
