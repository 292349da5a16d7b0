// Saving a document and running its verbs: checks, idempotent create, version on update, errors at their places.

import { ApiError, get, newKey, patch, post } from "./api.js";
import { resolveConflict } from "./document-conflict.js";
import { showProblems } from "./document-errors.js";
import { confirmDialog, formDialog } from "./dialog.js";
import "./field-lines.js";
import { safeUrl } from "./dom.js";
import { makeField } from "./fields.js";
import { lookupsSettled } from "./lookup.js";
import { t } from "./text.js";
import { flash, toast } from "./toast.js";

/** Adds save() and runVerb() to an editable page. */
export function wireSaving(page) {
  let attempt = { body: "", key: "" };

  // One intended write keeps one key, so that a repeated try after a lost answer makes no second document.
  page.keyFor = (body) => {
    const text = JSON.stringify(body);
    if (attempt.body !== text) attempt = { body: text, key: newKey() };
    return attempt.key;
  };
  page.newAttempt = () => (attempt = { body: "", key: "" });
  page.save = (options) => exclusively(page, () => save(page, options || {}));
}

/** Do one thing at a time on this page: false at once while another is under way. */
export async function exclusively(page, run) {
  if (page.busy) return false;
  const focused = document.activeElement;
  page.busy = true;
  page.setBusy(true);
  try {
    return await run();
  } finally {
    page.busy = false;
    page.setBusy(false);
    // The button that was pressed lost the focus while it was closed; a dialog gives it back to where it was.
    if (document.activeElement === document.body && focused?.isConnected) focused.focus({ preventScroll: true });
  }
}

/** Save what changed. then: "stay" (default), "new", or "quiet" (before a verb). True when everything is saved. */
async function save(page, { then = "stay" } = {}) {
  await lookupsSettled();
  if (!localCheck(page)) return false;
  if (page.id && !page.isDirty()) {
    if (then === "stay") toast(t("saved"), { tone: "success", seconds: 2 });
    return leave(page, then);
  }
  if (page.config.opened) return sendOpened(page);
  try {
    const answer = page.id ? await update(page) : await create(page);
    if (!answer) return false;
    page.newAttempt();
    return saved(page, answer, then);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!error.network) page.newAttempt();
    showProblems(page, error);
    return false;
  }
}

function localCheck(page) {
  const found = [];
  page.fields.forEach((field) => {
    field.setError(field.problem());
    if (field.hasError) found.push({ label: field.def.label, text: field.error.textContent, focus: () => field.focus(), root: field.root });
  });
  page.grids.forEach((grid) => {
    grid.message.hidden = true;
    found.push(...grid.check());
  });
  if (found.length) showProblems(page, null, found);
  else page.errors.hidden = true;
  return found.length === 0;
}

function create(page) {
  const filled = Object.entries(page.payload()).filter(([, value]) => value !== null && value !== "");
  const body = { ...page.config.hidden, ...Object.fromEntries(filled) };
  return post(page.config.resource, body, { key: page.keyFor(body) });
}

async function update(page) {
  const all = page.payload();
  const body = Object.fromEntries(page.dirtyNames().map((name) => [name, all[name]]));
  body.version = page.version;
  try {
    return await patch(`${page.config.resource}${page.id}/`, body);
  } catch (error) {
    if (!(error instanceof ApiError) || !["version_conflict"].includes(error.code)) throw error;
    const merged = await resolveConflict(page, error);
    return merged ? update(page) : null;
  }
}

function saved(page, { data, message }, then) {
  const wasNew = !page.id;
  page.load(data);
  if (then === "quiet") {
    const url = safeUrl(data.admin_url);
    if (wasNew && url) window.history.replaceState(null, "", url);
    return true;
  }
  if (then === "stay" && wasNew && safeUrl(data.admin_url)) {
    flash(message || t("saved"));
    return go(page, data.admin_url);
  }
  if (then === "stay") toast(message || t("saved"), { tone: "success", seconds: 3 });
  else flash(message || t("saved"));
  return leave(page, then);
}

function leave(page, then) {
  if (then === "new" && page.config.urls?.add) return go(page, page.config.urls.add);
  return true;
}

function go(page, url) {
  const address = safeUrl(url);
  if (!address) return true;
  page.leaving = true;
  window.location.assign(address);
  return true;
}

/** Run a verb: save first, ask what it asks, post, then show the document that came of it. */
export async function runVerb(page, verb) {
  if (page.busy) return;
  if (verb.page) return void go(page, verb.page);
  if (page.editable && (page.isDirty() || !page.id) && !(await page.save({ then: "quiet" }))) return;
  const url = `${page.config.resource}${page.id}/${verb.name}/`;
  let answer = null;
  try {
    answer = await askAndPost(page, verb, url);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showProblems(page, error);
    return;
  }
  if (answer) await arrived(page, verb, answer);
}

async function askAndPost(page, verb, url) {
  const send = (body) => exclusively(page, () => post(url, body));
  const style = verb.style || "primary";
  const ask = (fields, text, sent = {}) => formDialog({ title: verb.label, text, fields, submit: verb.label, style, makeField,
    onSubmit: (values) => send({ ...sent, ...given(fields, values) }) });
  const fields = verb.fields_url ? await exclusively(page, async () => (await get(verb.fields_url)).data.fields) : verb.fields || [];
  if (!fields) return null;
  const first = fields.filter((field) => !field.after?.length);
  if (first.length) return ask(first, verb.confirm || "");
  if (verb.confirm && !(await confirmDialog({ title: verb.label, text: verb.confirm, confirm: verb.label, style }))) return null;
  try {
    return await send({});
  } catch (error) {
    // Refused, but somebody with the right may go on with a reason: only now is it asked for.
    const late = error instanceof ApiError ? fields.filter((field) => field.after?.includes(error.code)) : [];
    if (!late.length) throw error;
    return ask(late.map((field) => ({ ...field, required: true })), error.message);
  }
}

/** What was filled in; what was emptied goes along where something stood before: a text, and what the verb empties. */
function given(fields, values) {
  const takes = (field) => field.empties || ["text", "textarea"].includes(field.kind);
  const emptied = (name) => fields.some((field) => field.name === name && field.default && takes(field));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => (value !== null && value !== "") || emptied(name)));
}

/** Send the lines that a verb opened: what changed of those that stood there, and the new ones. */
async function sendOpened(page) {
  const { verb, label, fields, back } = page.config.opened;
  const url = `${page.config.resource}${page.id}/${verb}/`;
  const names = [...page.grids, ...page.fields].map(({ def }) => def.name);
  const isOnPage = (error) => error instanceof ApiError && error.errors.some(({ field }) => names.includes(String(field || "").split(".")[0]));
  let refused = null;
  const onSubmit = async (values) => {
    try {
      return await post(url, { ...openedBody(page), ...given(fields, values) });
    } catch (error) {
      if (!isOnPage(error)) throw error;
      refused = error; // what is wrong stands on the page: the dialog closes and it is shown there
      return null;
    }
  };
  const answer = await formDialog({ title: label, fields, submit: label, makeField, onSubmit });
  if (refused) showProblems(page, refused);
  if (!answer) return false;
  flash(answer.message || label);
  return go(page, back);
}

function openedBody(page) {
  const { grid: name, key, changes, adds, header } = page.config.opened;
  const dirty = page.dirtyNames();
  const body = { version: page.version };
  header.filter((field) => dirty.includes(field)).forEach((field) => (body[field] = page.valueOf(field)));
  if (!dirty.includes(name)) return body;
  const taken = (line, names) => Object.fromEntries(names.filter((column) => line[column] !== undefined && line[column] !== null).map((column) => [column, line[column]]));
  const grid = page.grids.find((one) => one.def.name === name);
  const lines = grid.payload();
  const removed = (grid.def.removable || []).filter((id) => !lines.some((line) => line.id === id));
  body[name] = lines.map((line) => (line.id ? { [key]: line.id, ...taken(line, changes) } : taken(line, adds)));
  body[name].push(...removed.map((id) => ({ [key]: id, remove: true }))); // last, so that errors keep the rows' numbers
  return body;
}

async function arrived(page, verb, { data, message, status }) {
  if (status === 202 && data?.job) {
    const { watchJob } = await import("./progress.js");
    await watchJob(data.job, { title: verb.label });
  }
  flash(message || verb.label);
  const url = safeUrl(data?.admin_url);
  if (verb.answers === "new_document" && url) return void go(page, url);
  page.leaving = true;
  // A document that was new when the page opened has its own address by now.
  if (url && page.config.id === null) window.location.assign(url);
  else window.location.reload();
}
