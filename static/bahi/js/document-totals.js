// Live totals: after a short pause the server works out the document as it stands; late answers are ignored.

import { ApiError, post } from "./api.js";
import { debounce } from "./dom.js";
import { shownValue } from "./fields.js";
import { t } from "./text.js";

const PAUSE = 250;

/** Ask the preview address after each change of this page. */
export function wireTotals(page) {
  const url = page.config.preview_url;
  if (!url) return;
  let latest = 0;
  let call = null;

  const ask = async () => {
    latest += 1;
    const mine = latest;
    call?.abort();
    call = new AbortController();
    const { body, parts } = previewBody(page);
    state(page, t("totals_working"));
    try {
      const { data } = await post(url, body, { signal: call.signal });
      if (mine !== latest) return;
      parts.forEach(({ grid, rows }) => grid.setComputed(rows, data[grid.def.name] || []));
      page.fields.forEach((field) => field.suggest(field.isEmpty() ? shownValue(field.def, data) : ""));
      page.showTotals(data);
      state(page, "");
    } catch (error) {
      if (!(error instanceof ApiError)) {
        if (error.name !== "AbortError") throw error;
        return;
      }
      if (mine === latest) refused(page, parts, error);
    }
  };

  const later = debounce(ask, PAUSE);
  page.listeners.push((name) => {
    if (name && !amountMissing(page)) later();
  });
  if (!page.id && page.grids.some((grid) => grid.rows.some((row) => !grid.isBlank(row)))) later();
}

/** Of a receipt without its amount nothing can be worked out. */
function amountMissing(page) {
  return page.fields.some((field) => field.def.kind === "money" && field.def.required && field.isEmpty());
}

function state(page, text, stale = false) {
  page.totalsState.textContent = text;
  page.root.classList.toggle("bahi-doc--stale", stale);
}

// Only complete lines go out, and of the header only what is filled: half a document is normal while typing.
function previewBody(page) {
  const parts = page.grids.map((grid) => ({ grid, ...grid.previewPayload() }));
  const fields = page.fields.filter((field) => !field.def.readonly && !field.isEmpty() && !field.problem());
  const body = { ...(page.id ? { id: page.id } : {}), ...closedValues(page), ...Object.fromEntries(fields.map((field) => [field.def.name, field.value])) };
  parts.forEach(({ grid, lines }) => (body[grid.def.name] = lines));
  return { body, parts };
}

// Where only lines are opened, the rest of the document goes along as it stands.
function closedValues(page) {
  if (!page.config.opened) return {};
  const closed = page.fields.filter((field) => field.def.readonly && !field.isEmpty() && page.config.opened.known.includes(field.def.name));
  return Object.fromEntries(closed.map((field) => [field.def.name, field.value]));
}

// The totals shown are marked as old. Errors of cells appear at once; those of the header wait for the save,
// because a field that was not reached yet is no mistake.
function refused(page, parts, error) {
  const missing = error.status === 400 && error.errors.every((one) => ["required", "null", "blank"].includes(one.code));
  state(page, missing ? "" : t("totals_old"), true);
  error.errors.forEach(({ field, detail }) => {
    const part = parts.find(({ grid }) => String(field).startsWith(`${grid.def.name}.`));
    if (part) part.grid.showError(field.slice(part.grid.def.name.length + 1), detail, part.rows);
  });
}
