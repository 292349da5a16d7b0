// The import page: fields of the chosen target, map of the file's columns, dry run with problems, start.

import { ApiError, get, post, withQuery } from "./api.js";
import { el, fill } from "./dom.js";
import { watchJob } from "./progress.js";

const config = JSON.parse(document.getElementById("bahi-import-config").textContent);
const root = document.getElementById("bahi-import");
const form = root.querySelector("[data-import-form]");
const place = (name) => root.querySelector(`[data-import-${name}]`);
form.elements.file.hasChangeListener = true; // the theme would look for a text input beside it, and fail
const state = { fields: [], headers: [], sample: [], corrections: new Map() };
const say = (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replace(`%${name}`, value), config.texts[values.n === 1 ? `${key}_one` : key]);

/** A file that was saved anew since it was chosen can't be read any more: the browser sees another file. */
async function isStale(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return false;
  } catch {
    return true;
  }
}

async function fail(error) {
  if (!(error instanceof ApiError)) throw error;
  const file = form.elements.file.files[0];
  if (error.network && file && (await isStale(file))) error = new ApiError(say("stale"));
  const more = error.errors.map((item) => (item.field ? `${item.field}: ${item.detail}` : item.detail));
  place("error").textContent = more.length ? more.join(" · ") : error.message;
  place("error").hidden = false;
}

function calm() {
  place("error").hidden = true;
  fill(place("result"), []);
}

function optionField(option) {
  const id = `import-option-${option.name}`;
  let input;
  if (option.name === "company") {
    input = el("select", { class: "bahi-input", id, name: option.name }, config.companies.map((row) => el("option", { value: row.code, text: row.name })));
  } else if (option.flag) {
    input = el("input", { class: "bahi-check", id, name: option.name, type: "checkbox" });
  } else {
    // No type="text": the theme writes the name of a chosen file into such inputs of the form.
    input = el("input", { class: "bahi-input", id, name: option.name, type: option.name === "date" ? "date" : undefined });
  }
  input.dataset.option = option.flag ? "flag" : "text";
  return el("div", { class: "bahi-field bahi-report__field" }, [el("label", { class: "bahi-field__label", for: id, text: option.label }), input]);
}

async function chooseTarget() {
  calm();
  const target = form.elements.target.value;
  place("template").href = withQuery(config.template, { target });
  fill(place("options"), (config.options[target] || []).map(optionField));
  try {
    state.fields = (await get(withQuery(`${config.api}import-targets/`, { target }))).data.fields;
  } catch (error) {
    await fail(error);
  }
  await readFile();
}

function remembered(target) {
  const same = (map) => map.target === target && Object.keys(map.columns).every((name) => state.headers.includes(name));
  return config.maps.find((map) => same(map) && Object.keys(map.columns).length === state.headers.length);
}

async function readFile() {
  const file = form.elements.file.files[0];
  state.corrections.clear();
  fill(place("map"), []);
  place("check").disabled = place("start").disabled = !file;
  if (!file) return;
  calm();
  const body = new FormData();
  body.append("target", form.elements.target.value);
  body.append("file", file);
  try {
    const { data } = await post(`${config.api}import-targets/`, body);
    Object.assign(state, { headers: data.headers, sample: data.sample });
    const known = remembered(form.elements.target.value);
    drawMap(known ? known.columns : data.suggested);
  } catch (error) {
    place("check").disabled = place("start").disabled = true;
    await fail(error);
  }
}

function drawMap(chosen) {
  const rows = state.headers.map((header, index) => {
    const select = el("select", { class: "bahi-input", "aria-label": header }, [
      el("option", { value: "", text: say("leave_out") }),
      ...state.fields.map((field) => el("option", { value: field.path, text: field.required ? `${field.label} (${say("needed")})` : field.label })),
    ]);
    select.dataset.header = header;
    select.value = chosen[header] || "";
    const sample = state.sample.map((cells) => cells[index]).filter(Boolean).slice(0, 3).join(" · ");
    return el("tr", {}, [el("td", { text: header }), el("td", {}, [select]), el("td", { class: "bahi-muted", text: sample })]);
  });
  const head = el("tr", {}, ["column", "field", "sample"].map((key) => el("th", { scope: "col", text: say(key) })));
  fill(place("map"), [el("table", { class: "bahi-table bahi-import__cards" }, [el("thead", {}, [head]), el("tbody", {}, rows)])]);
}

function request(dryRun) {
  const body = new FormData(form);
  const mapping = Object.create(null); // its keys come from the file
  for (const select of place("map").querySelectorAll("select")) mapping[select.dataset.header] = select.value;
  const options = {};
  for (const input of place("options").querySelectorAll("[data-option]")) {
    body.delete(input.name);
    if (input.dataset.option === "flag" ? input.checked : input.value) options[input.name] = input.dataset.option === "flag" ? true : input.value;
  }
  body.append("mapping", JSON.stringify(mapping));
  body.append("options", JSON.stringify(options));
  if (state.corrections.size) body.append("corrections", JSON.stringify(corrections()));
  body.append("dry_run", dryRun ? "true" : "false");
  return body;
}

// --- cells put right where their problem is shown -------------------------------------------------

/** {row: {column: text}}; its keys come from the file. */
function corrections() {
  const rows = Object.create(null);
  for (const { row, column, text } of state.corrections.values()) (rows[row] ||= Object.create(null))[column] = text;
  return rows;
}

function correctedNote() {
  const count = state.corrections.size;
  place("corrected").textContent = count ? say("corrected", { n: count }) : "";
  place("forget").hidden = !count;
}

/** The cell's text to write over; nothing for a problem of the whole row. Enter checks again. */
function cellField({ row, column, value }) {
  if (value === undefined || !state.headers.includes(column)) return el("td");
  const keep = ({ target }) => {
    state.corrections.set(JSON.stringify([row, column]), { row, column, text: target.value });
    correctedNote();
  };
  const check = ({ key }) => key === "Enter" && run(true);
  const label = `${column}, ${say("row")} ${row}`;
  return el("td", {}, el("input", { class: "bahi-input", value, "aria-label": label, data: { importCell: "" }, on: { input: keep, keydown: check } }));
}

function correctingBar() {
  const forget = () => {
    state.corrections.clear();
    run(true);
  };
  return [
    el("p", { class: "bahi-muted", data: { importCorrected: "" } }),
    el("div", { class: "bahi-report__buttons" }, [
      el("button", { class: "bahi-button", type: "button", text: say("check_again"), data: { importAgain: "" }, on: { click: () => run(true) } }),
      el("button", { class: "bahi-button", type: "button", text: say("forget"), data: { importForget: "" }, on: { click: forget } }),
    ]),
  ];
}

function verdict(run, problems) {
  const wrote = run.created + run.updated > 0;
  if (run.dry_run) return problems ? say("bad", { n: problems }) : say("checked", { n: run.records });
  if (problems && !wrote) return say("bad", { n: problems });
  const done = say("done", { c: run.created, u: run.updated, s: run.skipped });
  return problems ? `${done} ${say("kept", { n: problems })}` : done;
}

function showRun(run) {
  const problems = run.errors || [];
  const parts = [el("p", { class: problems.length ? "bahi-form-error" : "", text: verdict(run, problems.length) })];
  parts.push(...(run.notes || []).map((note) => el("p", { class: "bahi-muted", text: note })));
  const list = config.lists[form.elements.target.value];
  if (list && !run.dry_run && run.created + run.updated > 0) parts.push(el("p", {}, [el("a", { class: "bahi-link", href: list, text: say("open_list") })]));
  if (problems.length) {
    const rows = problems.slice(0, 100).map((item) => el("tr", {}, [el("td", { class: "bahi-right", text: item.row, data: { label: say("row") } }), el("td", { text: item.column }), el("td", { text: item.detail }), cellField(item)]));
    const head = el("tr", {}, [el("th", { scope: "col", class: "bahi-right", text: say("row") }), el("th", { scope: "col", text: say("column") }), el("th", { scope: "col", text: say("problem") }), el("th", { scope: "col", text: say("value") })]);
    parts.push(el("div", { class: "bahi-scroll", tabindex: "0", role: "region", "aria-label": say("problem") }, [el("table", { class: "bahi-table bahi-import__cards" }, [el("thead", {}, [head]), el("tbody", {}, rows)])]));
    parts.push(el("p", {}, [el("a", { class: "bahi-link", href: config.errors.replace("/0/", `/${run.id}/`), text: say("download") })]));
  }
  const correcting = problems.length || state.corrections.size;
  fill(place("result"), correcting ? [...parts, ...correctingBar()] : parts);
  if (correcting) correctedNote();
}

async function run(dryRun) {
  calm();
  place("check").disabled = place("start").disabled = true;
  try {
    const { data } = await post(`${config.api}imports/start/`, request(dryRun));
    if (data.job) {
      fill(place("result"), [el("p", { text: say("queued") })]);
      const job = await watchJob(data.job, { title: say("running") });
      if (job && job.result) showRun(job.result);
      else if (job) throw new ApiError(job.error || say("failed"));
    } else {
      showRun(data);
    }
  } catch (error) {
    await fail(error);
  } finally {
    place("check").disabled = place("start").disabled = false;
  }
}

form.elements.target.addEventListener("change", chooseTarget);
form.elements.file.addEventListener("change", readFile);
place("check").addEventListener("click", () => run(true));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run(false);
});
chooseTarget();
