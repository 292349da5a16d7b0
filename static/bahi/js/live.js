// One WebSocket per page for everything that happens elsewhere. Each message {id, type, at, data} becomes
// CustomEvent("bahi:<type>") on window, once per id. While the socket is down, unread notifications are polled.

import { ApiError, get, rowsOf } from "./api.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60000;
const POLL_EVERY = 60000;
const REMEMBER = 500;

class Live {
  constructor({ socket, poll }) {
    Object.assign(this, { url: socket, pollUrl: poll, last: null, tries: 0, socket: null, timer: 0, pollTimer: 0 });
    this.seen = new Set();
    this.everOpen = false;
    window.addEventListener("online", () => this.now());
    window.addEventListener("pagehide", () => this.stop());
    window.addEventListener("pageshow", (event) => event.persisted && this.connect());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
    this.connect();
  }

  /** Has this id been handed out before? Remembers it. */
  isNew(id) {
    if (id === undefined || id === null) return true;
    const key = String(id);
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    if (this.seen.size > REMEMBER) this.seen.delete(this.seen.values().next().value);
    return true;
  }

  connect() {
    this.stopped = false;
    clearTimeout(this.timer);
    const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
    try {
      this.socket = new WebSocket(`${scheme}//${window.location.host}${this.url}`);
    } catch {
      this.closed();
      return;
    }
    const socket = this.socket;
    socket.addEventListener("open", () => this.opened(socket));
    socket.addEventListener("message", (event) => this.received(event.data));
    socket.addEventListener("close", () => socket === this.socket && this.closed());
  }

  opened(socket) {
    this.tries = 0;
    clearInterval(this.pollTimer);
    this.pollTimer = 0;
    if (this.everOpen) {
      if (this.last !== null) socket.send(JSON.stringify({ type: "since", data: { id: this.last } }));
      this.emit("live.reconnected", {});
    }
    this.everOpen = true;
    this.emit("live.open", {});
  }

  received(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    if (!message?.type) return;
    if (message.id !== undefined && message.id !== null) this.last = message.id;
    if (this.isNew(message.id)) this.emit(message.type, message.data, message);
  }

  emit(type, data, message = null) {
    window.dispatchEvent(new CustomEvent(`bahi:${type}`, { detail: { data, id: message?.id ?? null, at: message?.at ?? null } }));
  }

  closed() {
    this.socket = null;
    if (this.stopped) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.tries);
    this.tries += 1;
    // Half fixed, half random: a thousand pages must not come back in the same second.
    this.timer = setTimeout(() => this.connect(), wait / 2 + Math.random() * (wait / 2));
    this.emit("live.closed", {});
    if (!this.pollTimer && this.pollUrl) {
      this.pollTimer = setInterval(() => this.poll(), POLL_EVERY);
      if (!this.everOpen) this.poll();
    }
  }

  /** Try at once: the page came to the front or the network came back. */
  now() {
    if (this.socket || this.stopped) return;
    this.tries = 0;
    this.connect();
  }

  async poll() {
    if (document.visibilityState === "hidden") return;
    try {
      const { data, meta } = await get(this.pollUrl);
      this.emit("notification.count", { unread: meta.pagination?.total ?? rowsOf(data).length });
      const first = !this.polled;
      this.polled = true;
      rowsOf(data).reverse().forEach((row) => {
        // What was unread before this page opened is counted, not announced again.
        if (this.isNew(`n${row.id}`) && !first) this.emit("notification.new", row);
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.pollTimer);
    this.pollTimer = 0;
    this.socket?.close();
    this.socket = null;
  }
}

let live = null;
/** Start the page's connection (once). */
export function startLive(options = {}) {
  if (!live) live = new Live({ socket: "/ws/", poll: "/api/v1/messaging/notifications/?unread=true", ...options });
  return live;
}
