// The list of what needs correction: each entry jumps to its field or cell; the first one gets the focus.

import { el, fill } from "./dom.js";
import { t } from "./text.js";

/** Show the errors of a refused call, or problems found in the browser: [{label, text, focus}]. */
export function showProblems(page, error, found = null) {
  const problems = found || error.errors.map((one) => placed(page, one));
  if (!problems.length) problems.push({ label: "", text: error.message });
  const general = error && error.errors.length === 0;
  const title = general ? "" : problems.length === 1 ? t("errors_one") : t("errors_many", { n: problems.length });
  const heading = title ? el("h2", { class: "bahi-errors__title", text: title }) : null;
  fill(page.errors, heading, el("ul", {}, problems.slice(0, 50).map((problem) => el("li", {}, entry(problem)))));
  page.errors.hidden = false;
  const first = problems.find((problem) => problem.focus);
  if (first) jump(first);
  else page.errors.focus();
}

function entry(problem) {
  const text = problem.label ? `${problem.label}: ${problem.text}` : problem.text;
  if (!problem.focus) return el("span", { text });
  return el("button", { type: "button", class: "bahi-link", text, on: { click: () => jump(problem) } });
}

function jump(problem) {
  problem.root?.closest("details")?.setAttribute("open", "");
  problem.focus();
}

/** One API error → where it is shown. Unknown fields keep their text in the list. */
function placed(page, { field, detail }) {
  const path = String(field || "");
  const [name] = path.split(".");
  const grid = page.grids.find((candidate) => candidate.def.name === name);
  if (grid) return grid.showError(path.slice(name.length + 1), detail);
  const target = page.fields.find((candidate) => candidate.def.name === name);
  if (!target) return { label: "", text: detail };
  target.setError(detail);
  return { label: target.def.label, text: detail, focus: () => target.focus(), root: target.root };
}
