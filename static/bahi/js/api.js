// Calls of the REST API on this origin: session cookie, CSRF token, the envelope of the API, friendly failures.

import { t } from "./text.js";

/** A refused or failed call. `errors` is [{field, code, detail}]; `network` is true when no answer came. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = "", errors = [], data = null, network = false } = {}) {
    super(message);
    this.name = "ApiError";
    Object.assign(this, { status, code, errors, data, network });
  }
}

/** The CSRF token: a meta tag wins (the cookie may be HttpOnly), then the cookie, then a form's hidden input. */
export function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (meta?.content) return meta.content;
  const match = /(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/.exec(document.cookie);
  if (match) return decodeURIComponent(match[1]);
  return document.querySelector('input[name="csrfmiddlewaretoken"]')?.value || "";
}

/** A random key for one intended write; also in windows without a secure context. */
export function newKey() {
  if (window.crypto.randomUUID) return window.crypto.randomUUID();
  return Array.from(window.crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function headersFor(method, { body, key, headers }) {
  const all = { Accept: "application/json", "X-Requested-With": "XMLHttpRequest", "X-Bahi-Labels": "1", ...headers };
  if (method !== "GET") all["X-CSRFToken"] = csrfToken();
  if (body !== undefined && !(body instanceof FormData)) all["Content-Type"] = "application/json";
  if (method === "POST") all["Idempotency-Key"] = key || newKey();
  return all;
}

async function answerOf(response) {
  if (response.status === 204) return { success: true, data: null, meta: {} };
  try {
    return await response.json();
  } catch {
    throw new ApiError(t("not_json", { status: response.status }), { status: response.status });
  }
}

function refusal(response, answer) {
  const errors = Array.isArray(answer.errors) ? answer.errors : [];
  let message = answer.message || errors[0]?.detail || t("not_json", { status: response.status });
  if (response.status === 401) message = t("signed_out");
  if (response.status === 429) message = t("too_many", { n: response.headers.get("Retry-After") || 60 });
  const data = answer.data ?? answer.meta?.current ?? null;
  return new ApiError(message, { status: response.status, code: answer.code || errors[0]?.code || "", errors, data });
}

/** One call. Gives {data, meta, message, status}; throws ApiError (or AbortError when the signal was used). */
export async function api(method, url, options = {}) {
  const { body, signal, keepalive = false } = options;
  let response;
  try {
    response = await fetch(url, {
      method, signal, keepalive, credentials: "same-origin", headers: headersFor(method, options),
      body: body === undefined || body instanceof FormData ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(t("network"), { network: true });
  }
  const answer = await answerOf(response);
  if (!response.ok || answer.success === false) throw refusal(response, answer);
  return { data: answer.data, meta: answer.meta || {}, message: answer.message || "", status: response.status };
}

export const get = (url, options) => api("GET", url, options);
export const post = (url, body, options) => api("POST", url, { body, ...options });
export const remove = (url, options) => api("DELETE", url, options);
export const patch = (url, body, options) => api("PATCH", url, { body, ...options });

/** Add or replace query parameters of an address; undefined and null leave it out. */
export function withQuery(url, params) {
  const parsed = new URL(url, window.location.origin);
  Object.entries(params).forEach(([name, value]) => {
    if (value !== undefined && value !== null) parsed.searchParams.set(name, value);
  });
  return parsed.pathname + parsed.search;
}

/** The rows of a list answer, whether `data` is the list or holds it under `results`. */
export function rowsOf(data) {
  if (Array.isArray(data)) return data;
  return Array.isArray(data?.results) ? data.results : [];
}
