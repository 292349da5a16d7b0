// Widths of a list's columns: drawn at the right edge of a head, kept for the person. The form of columns takes
// the same numbers from the keyboard. On a phone rows are cards, and widths mean nothing.

import { csrfToken } from "./api.js";
import { el } from "./dom.js";
import { t } from "./text.js";

const NARROWEST = 40;
const WIDEST = 900;

/** The columns of the table by the name that their cells carry: [{name, head}]. */
function columnsOf(table) {
  const cells = [...(table.querySelector("tbody .data-row")?.cells || [])];
  return cells.flatMap((cell) => {
    const name = [...cell.classList].find((one) => one.startsWith("field-"))?.slice("field-".length);
    const head = table.tHead?.rows[0]?.cells[cell.cellIndex];
    return name && head ? [{ name, head, cell }] : [];
  });
}

function rule(name, width) {
  const cells = `#changelist .result-list :is(th[data-width="${CSS.escape(name)}"], .field-${CSS.escape(name)})`;
  return `@media (min-width: 1024px) { ${cells} { box-sizing: border-box; width: ${width}px; min-width: ${width}px; max-width: ${width}px; overflow: hidden; text-overflow: ellipsis; } }`;
}

class Widths {
  constructor(table, tools) {
    this.url = tools.dataset.widthUrl;
    this.kept = JSON.parse(tools.dataset.widths);
    this.sheet = new CSSStyleSheet();
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
    this.columns = columnsOf(table);
    this.columns.forEach((column) => this.prepare(column));
    this.apply();
  }

  prepare(column) {
    column.head.dataset.width = column.name;
    const label = t("width_of", { name: column.cell.dataset.label || column.name });
    const grip = el("span", { class: "bahi-width", title: label });
    grip.addEventListener("pointerdown", (event) => event.button === 0 && this.drag(column, grip, event));
    grip.addEventListener("dblclick", () => this.keep(column.name, null));
    column.head.append(grip);
  }

  apply() {
    const known = this.columns.filter(({ name }) => this.kept[name]);
    this.sheet.replaceSync(known.map(({ name }) => rule(name, this.kept[name])).join("\n"));
  }

  drag(column, grip, event) {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const start = column.head.getBoundingClientRect().width;
    let width = null;
    const move = ({ clientX }) => {
      width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, start + clientX - event.clientX)));
      this.kept[column.name] = width;
      this.apply();
    };
    const end = () => {
      grip.removeEventListener("pointermove", move);
      if (width !== null && width !== Math.round(start)) this.keep(column.name, width);
    };
    grip.addEventListener("pointermove", move);
    ["pointerup", "pointercancel"].forEach((name) => grip.addEventListener(name, end, { once: true }));
  }

  keep(name, width) {
    if (width === null) delete this.kept[name];
    this.apply();
    const box = document.querySelector(`[name="width:${CSS.escape(name)}"]`);
    if (box) box.value = width ?? "";
    const body = new URLSearchParams({ column: name, width: width ?? "" });
    fetch(this.url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, credentials: "same-origin" }).catch(() => {});
  }
}

/** Widths that were kept hold from the start; each head can be drawn wider or narrower. */
export function startWidths(table, tools) {
  if (table && tools?.dataset.widths) new Widths(table, tools);
}
