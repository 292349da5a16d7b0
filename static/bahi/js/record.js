// Beside a record: its related documents, files and timeline with comments.
// <div data-bahi-links="sales.order:7">, <div data-bahi-files="…">, <div data-bahi-timeline="…">.

import { ApiError, get, post, remove, rowsOf, withQuery } from "./api.js";
import { el, fill, safeUrl, uid } from "./dom.js";
import { formatMoment } from "./format.js";
import { icon } from "./icons.js";
import { startMentions } from "./mentions.js";
import { onPastedPictures, thumbnail } from "./pictures.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const BASE = "/api/v1/documents/";

async function rows(name, target) {
  const { data } = await get(withQuery(`${BASE}${name}/`, { target, per_page: 100 }));
  return rowsOf(data);
}

// Each part shows its own failure; the others and the document stay usable.
async function show(host, run) {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    fill(host, el("p", { class: "bahi-muted", text: error.message }));
  }
}

// ── related documents ────────────────────────────────────────────────────────────────────────────────────

function linkEntry(link) {
  const label = link.label || link.number || `${link.kind} ${link.id}`;
  const url = safeUrl(link.url || link.admin_url);
  const badge = link.status_label ? el("span", { class: `bahi-badge bahi-badge--${link.tone || "neutral"}`, text: link.status_label }) : null;
  const name = url ? el("a", { class: "bahi-link", href: url, text: label }) : el("span", { text: label });
  return el("li", { class: "bahi-rows__item" }, name, link.kind_label ? el("span", { class: "bahi-muted", text: link.kind_label }) : null, badge);
}

function startLinks(host) {
  return show(host, async () => {
    const links = await rows("links", host.dataset.bahiLinks);
    fill(host, links.length ? el("ul", { class: "bahi-rows" }, links.map(linkEntry)) : el("p", { class: "bahi-muted", text: t("no_links") }));
  });
}

// ── files ────────────────────────────────────────────────────────────────────────────────────────────────

class Files {
  constructor(host) {
    this.target = host.dataset.bahiFiles;
    const id = uid("files");
    this.input = el("input", { type: "file", id, class: "bahi-sr", multiple: true });
    this.input.hasChangeListener = true; // the theme would look for a text input beside it, and fail
    this.list = el("ul", { class: "bahi-rows" });
    this.status = el("p", { class: "bahi-muted", role: "status" });
    fill(host, this.list, this.status, this.input, el("label", { class: "bahi-button bahi-button--small", for: id }, icon("plus", 15), t("attach")));
    this.input.addEventListener("change", () => this.upload([...this.input.files]));
    this.wireDrop(host);
    onPastedPictures((files) => this.upload(files), host);
    this.load();
  }

  wireDrop(host) {
    host.addEventListener("dragover", (event) => {
      event.preventDefault();
      host.classList.add("bahi-drop");
    });
    host.addEventListener("dragleave", () => host.classList.remove("bahi-drop"));
    host.addEventListener("drop", (event) => {
      event.preventDefault();
      host.classList.remove("bahi-drop");
      this.upload([...event.dataTransfer.files]);
    });
  }

  load() {
    return show(this.status, async () => {
      const files = await rows("attachments", this.target);
      fill(this.list, files.map((file) => this.entry(file)));
      this.status.textContent = files.length ? "" : t("no_files");
    });
  }

  entry(file) {
    const name = file.name || file.file_name || String(file.file);
    const url = safeUrl(file.url);
    const by = [file.added_by_label, formatMoment(file.created_at)].filter(Boolean).join(", ");
    const drop = el("button", { type: "button", class: "bahi-grid__tool", "aria-label": t("attachment_remove", { name }) }, icon("trash", 15));
    drop.addEventListener("click", () => show(this.status, async () => {
      await remove(`${BASE}attachments/${file.id}/`);
      await this.load();
    }));
    const picture = thumbnail(file, url);
    const label = url ? el("a", { class: "bahi-link", href: url, target: "_blank", rel: "noopener", text: name }) : el("span", { text: name });
    return el("li", { class: "bahi-rows__item" }, picture, label, el("span", { class: "bahi-muted", text: by }), file.removable === false ? null : drop);
  }

  /** The same file hangs on another record already: most often a document entered twice. */
  warn(name, twins) {
    if (!twins.length) return;
    const records = twins.map((twin) => twin.label).join(", ");
    toast(t("file_twin", { name, records }), { tone: "warning", seconds: 15, url: safeUrl(twins[0].url) });
  }

  async upload(files) {
    for (const file of files) {
      this.status.textContent = t("uploading", { name: file.name });
      const body = new FormData();
      body.append("target", this.target);
      body.append("file", file);
      try {
        const { data } = await post(`${BASE}attachments/`, body);
        this.warn(file.name, data?.twins || []);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        toast(`${file.name}: ${error.errors[0]?.detail || error.message}`, { tone: "danger", seconds: 12 });
      }
    }
    this.input.value = "";
    await this.load();
  }
}

// ── timeline ─────────────────────────────────────────────────────────────────────────────────────────────

const TONES = { post: "success", posted: "success", confirm: "success", confirmed: "success", cancel: "danger", cancelled: "danger", comment: "info" };

class Timeline {
  constructor(host) {
    this.target = host.dataset.bahiTimeline;
    this.list = el("ol", { class: "bahi-timeline" });
    this.note = el("p", { class: "bahi-muted", role: "status" });
    this.text = el("textarea", { class: "bahi-input", rows: 2, "aria-label": t("comment"), placeholder: t("comment") });
    this.public = "public" in host.dataset ? el("input", { type: "checkbox" }) : null;
    const send = el("button", { class: "bahi-button bahi-button--small", text: t("comment_add") });
    this.form = el("form", { class: "bahi-comment" }, this.text, this.public && el("label", { class: "bahi-comment__public" }, this.public, ` ${t("comment_public")}`), send);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(send);
    });
    startMentions(this.text, this.target);
    this.shown = "";
    this.turn = 0;
    this.more = el("button", { type: "button", class: "bahi-button bahi-button--small", text: t("timeline_older"), hidden: true });
    this.more.addEventListener("click", () => this.older());
    fill(host, this.form, this.chips(), this.list, this.note, this.more);
    this.load();
  }

  /** All, or one kind of entry alone; the server leaves the others out, so that older ones come up. */
  chips() {
    const names = ["", "changes", "comments", "files", "mails"];
    const buttons = names.map((name) => el("button", {
      type: "button", class: "bahi-filters__one", "aria-pressed": String(name === ""), text: t(`timeline_${name || "all"}`),
      on: { click: () => this.choose(name, buttons) }, data: { name },
    }));
    return el("div", { class: "bahi-filters", role: "group", "aria-label": t("timeline_show") }, buttons);
  }

  choose(name, buttons) {
    this.shown = name;
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.name === name)));
    return this.load();
  }

  page(url) {
    return show(this.note, async () => {
      const turn = ++this.turn;
      const { data, meta } = await get(url);
      if (turn !== this.turn) return; // the list was asked for anew meanwhile
      const entries = rowsOf(data);
      this.list.append(...entries.map(timelineEntry));
      this.next = meta?.pagination?.next || "";
      this.more.hidden = !this.next;
      this.note.textContent = this.list.children.length ? "" : t(this.shown ? "no_entries" : "no_history");
    });
  }

  load() {
    this.list.replaceChildren();
    this.more.hidden = true;
    return this.page(withQuery(`${BASE}timeline/`, { target: this.target, per_page: 50, show: this.shown || undefined }));
  }

  older() {
    this.more.hidden = true;
    return this.page(this.next);
  }

  async send(button) {
    const text = this.text.value.trim();
    if (!text) return this.text.focus();
    button.disabled = true;
    try {
      await post(`${BASE}comments/`, { target: this.target, text, ...(this.public?.checked && { public: true }) });
      this.text.value = "";
      if (this.public) this.public.checked = false;
      await this.load();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toast(error.message, { tone: "danger" });
    } finally {
      button.disabled = false;
    }
    return undefined;
  }
}

function timelineEntry(entry) {
  const tone = TONES[entry.verb] ? ` bahi-timeline__item--${TONES[entry.verb]}` : "";
  const changes = entry.data?.changes || entry.changes || [];
  return el("li", { class: `bahi-timeline__item${tone}` },
    el("div", { class: "bahi-timeline__head", text: entry.actor_label || "" }, entry.data?.public && el("span", { class: "bahi-badge bahi-badge--info", text: t("comment_is_public") })),
    el("div", { class: "bahi-timeline__text" }, safeUrl(entry.data?.url) ? el("a", { class: "bahi-link", href: safeUrl(entry.data.url), target: "_blank", rel: "noopener", text: entry.text }) : entry.text || entry.verb),
    thumbnail(entry.data, safeUrl(entry.data?.url)),
    changes.map((change) => el("div", { class: "bahi-timeline__change" }, `${change.label || change.field}: `, el("del", { text: change.old ?? "–" }), " ", el("ins", { text: change.new ?? "–" }))),
    el("time", { class: "bahi-timeline__time", datetime: entry.at, text: formatMoment(entry.at) }));
}

/** Start the parts that are on the page; a part that htmx brings again starts anew. */
export function startRecord(root = document) {
  const each = (name, run) => root.querySelectorAll(`[${name}]:not([data-started])`).forEach((host) => {
    host.dataset.started = "true";
    run(host);
  });
  each("data-bahi-links", startLinks);
  each("data-bahi-files", (host) => new Files(host));
  each("data-bahi-timeline", (host) => new Timeline(host));
}
