// Small DOM helpers. Everything is built from nodes and text, never from markup strings, so data can't become HTML.

const PROPERTIES = new Set(["value", "checked", "disabled", "readOnly", "required", "hidden", "tabIndex", "selected"]);

/** Make an element. props: class, text, on {event: fn}, data {key: value}, DOM properties, or attributes. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null) continue;
    setProp(node, key, value);
  }
  append(node, children);
  return node;
}

function setProp(node, key, value) {
  if (key === "class") node.className = value;
  else if (key === "text") node.textContent = value;
  else if (key === "on") Object.entries(value).forEach(([type, fn]) => node.addEventListener(type, fn));
  else if (key === "data") Object.entries(value).forEach(([name, v]) => (node.dataset[name] = v));
  else if (PROPERTIES.has(key)) node[key] = value;
  else if (value === true) node.setAttribute(key, "");
  else if (value !== false) node.setAttribute(key, value);
}

function append(node, children) {
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child);
  }
}

/** Replace what is inside a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Parsed JSON of a <script type="application/json" id="…">, or the fallback. */
export function readJson(id, fallback = null) {
  const node = document.getElementById(id);
  if (!node) return fallback;
  try {
    return JSON.parse(node.textContent);
  } catch {
    return fallback;
  }
}

/** A function that runs `fn` once the calls have paused for `wait` milliseconds; `.cancel()` drops the pending one. */
export function debounce(fn, wait) {
  let timer = 0;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

let counter = 0;
/** An id that is unique on this page. */
export function uid(prefix = "bahi") {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Is the person typing into this element? */
export function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT") return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
}

/** A value of localStorage or sessionStorage; private windows may refuse, then the fallback. */
export function stored(store, key, fallback = null) {
  try {
    const raw = window[store].getItem(key);
    return raw === null ? fallback : JSON.parse(raw);
  } catch {
    return fallback;
  }
}

/** Keep a value; a refusal (private window, full store) loses only the convenience. */
export function keep(store, key, value) {
  try {
    window[store].setItem(key, JSON.stringify(value));
  } catch {
    // nothing depends on it
  }
}

/** Only addresses of this origin may be followed from data. */
export function safeUrl(url) {
  if (!url) return null;
  try {
    const parsed = new URL(url, window.location.origin);
    return parsed.origin === window.location.origin ? parsed.href : null;
  } catch {
    return null;
  }
}
