// Reads the OpenAPI document and lists its calls by module: /api/docs/. No foreign script, nothing inline.

import { el, fill } from "./dom.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const TONES = { get: "info", delete: "danger" };

function resolve(schema, spec) {
  const name = schema?.$ref?.split("/").pop();
  return name ? spec.components.schemas[name] : schema;
}

function typeText(schema, spec) {
  const found = resolve(schema, spec) || {};
  const union = found.anyOf || found.oneOf || found.allOf;
  if (union) return union.map((one) => typeText(one, spec)).join(" | ");
  if (found.items) return `${typeText(found.items, spec)}[]`;
  return (found.enum || [found.type || "object"].flat()).join(" | ");
}

function table(heads, lines) {
  return el("div", { class: "bahi-scroll" }, el("table", { class: "bahi-table" },
    el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col", text })))),
    el("tbody", {}, lines.map((line) => el("tr", {}, line.map((text) => el("td", { text })))))));
}

function properties(schema, spec) {
  const found = resolve(schema, spec);
  const needed = new Set(found?.required || []);
  return Object.entries(found?.properties || {}).map(([name, one]) => [needed.has(name) ? `${name} *` : name, typeText(one, spec), one.description || ""]);
}

function details(call, spec) {
  const parts = [call.description ? el("p", { text: call.description }) : null];
  const parameters = (call.parameters || []).map((one) => [one.required ? `${one.name} *` : one.name, typeText(one.schema, spec), one.description || ""]);
  if (parameters.length) parts.push(table(["Parameter", "Type", "Meaning"], parameters));
  const body = properties(call.requestBody?.content?.["application/json"]?.schema, spec);
  if (body.length) parts.push(table(["Body field", "Type", "Meaning"], body));
  parts.push(table(["Status", "Answer"], Object.entries(call.responses || {}).map(([status, one]) => [status, one.description || ""])));
  return parts;
}

// The details are built when they are opened: a whole specification at once would be slow.
function entry({ path, method, call }, spec) {
  const node = el("details", { class: "bahi-call" }, el("summary", {},
    el("code", { class: `bahi-badge bahi-badge--${TONES[method] || "success"}`, text: method.toUpperCase() }),
    el("code", { text: path }), el("span", { class: "bahi-muted", text: call.summary || "" })));
  node.addEventListener("toggle", () => node.children.length === 1 && node.append(el("div", { class: "bahi-call__body" }, details(call, spec))));
  return node;
}

function calls(spec) {
  return Object.entries(spec.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({ path, method, call: item[method] })));
}

function draw(host, spec, text) {
  const wanted = text.toLowerCase();
  const groups = new Map();
  calls(spec).filter(({ path, call }) => `${path} ${call.summary || ""}`.toLowerCase().includes(wanted)).forEach((one) => {
    const module = one.path.split("/")[3] || "api";
    groups.set(module, [...(groups.get(module) || []), one]);
  });
  fill(host, [...groups].map(([module, list]) => el("section", {}, el("h2", { text: module }), list.map((one) => entry(one, spec)))));
}

async function start() {
  const host = document.getElementById("bahi-api-docs");
  if (!host) return;
  const list = el("div");
  const filter = el("input", { type: "search", class: "bahi-input", "aria-label": host.dataset.filter, placeholder: host.dataset.filter });
  fill(host, filter, list);
  const answer = await fetch(host.dataset.schema, { credentials: "same-origin", headers: { Accept: "application/vnd.oai.openapi+json" } });
  const spec = await answer.json();
  draw(list, spec, "");
  filter.addEventListener("input", () => draw(list, spec, filter.value));
}

start();
