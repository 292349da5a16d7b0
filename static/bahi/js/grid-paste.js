// Paste rows from a spreadsheet into the line grid: tab-separated text, quotes as Excel writes them, up to 200 rows.
// Look-up columns are resolved through the API: many codes in one call, what is left by search.

import { ApiError, get, rowsOf, withQuery } from "./api.js";
import { parseDate, parseNumber } from "./format.js";
import { lookupUrl, namesExactly, recordLabel, track } from "./lookup.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const MOST = 200;
const CODES_A_CALL = 50;
const TRUE_WORDS = ["1", "y", "yes", "true", "x", "हाँ"];

/** Tab-separated text → rows of cells; a quoted cell may hold tabs, line ends and doubled quotes. */
export function parseTable(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  const rows = [[]];
  let at = 0;
  while (at <= source.length) {
    const quoted = source[at] === '"' ? /"((?:[^"]|"")*)"(?=[\t\n]|$)/y : null;
    if (quoted) quoted.lastIndex = at;
    const match = quoted?.exec(source);
    const end = match ? at + match[0].length : at + source.slice(at).search(/[\t\n]|$/);
    rows[rows.length - 1].push((match ? match[1].replace(/""/g, '"') : source.slice(at, end)).trim());
    if (source[end] === "\n") rows.push([]);
    at = end + 1;
  }
  return rows;
}

/** Listen to pastes into the grid's cells; one plain value stays the browser's business. */
export function wirePaste(grid) {
  grid.body.addEventListener("paste", (event) => {
    const spot = grid.at(event.target);
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!spot || !/[\t\n\r]/.test(text.replace(/[\r\n]+$/, ""))) return;
    event.preventDefault();
    track(pasteTable(grid, spot, parseTable(text)));
  });
}

/** Put a table of texts into the grid from this spot on; gives a promise that ends when look-ups are resolved. */
export async function pasteTable(grid, { index, column }, table) {
  let columns = grid.inputColumns.slice(grid.inputColumns.indexOf(column));
  const named = headerColumns(grid, table[0]);
  let rows = table;
  if (named) {
    columns = named;
    rows = table.slice(1);
  }
  if (rows.length > MOST) toast(t("lines_too_many", { n: MOST }), { tone: "warning", seconds: 10 });
  rows = rows.slice(0, MOST).filter((cells) => cells.some(Boolean));
  const wanted = new Map();
  rows.forEach((cells, offset) => {
    const row = rowAt(grid, index + offset);
    cells.forEach((text, place) => columns[place] && putText(grid, row, columns[place], text, wanted));
  });
  grid.renumber(index);
  grid.onChange();
  toast(t("lines_pasted", { n: rows.length }), { tone: "success" });
  await Promise.all([...wanted].map(([target, spots]) => resolveColumn(grid, target, spots)));
  if (wanted.size) grid.onChange();
}

/** A first row that only names columns says which column each cell belongs to. */
function headerColumns(grid, cells) {
  const names = new Map(grid.inputColumns.flatMap((column) => [[column.label.toLowerCase(), column], [column.name.toLowerCase(), column]]));
  const found = cells.map((cell) => names.get(cell.toLowerCase()));
  return found.length && found.every(Boolean) ? found : null;
}

function rowAt(grid, index) {
  if (index >= grid.rows.length) grid.insert(grid.newRow({}), grid.rows.length);
  return grid.rows[index];
}

function putText(grid, row, column, text, wanted) {
  if (grid.isShown(column, row)) return undefined; // closed in this line: what was pasted there is left out
  if (text !== "") grid.mark(row, column);
  if (column.kind === "lookup") {
    if (text === "") return grid.put(row, column, null);
    const lookup = grid.lookupOf(row, column);
    lookup.set(null, "");
    lookup.input.value = text;
    row.values[column.name] = null;
    if (!wanted.has(column)) wanted.set(column, []);
    return wanted.get(column).push({ row, text });
  }
  const { value, problem } = readText(column, text);
  grid.put(row, column, value);
  if (problem) {
    row.cells[column.name].control.value = text;
    grid.setBad(row, column, problem);
  }
  return undefined;
}

function readText(column, text) {
  if (column.kind === "bool") return { value: TRUE_WORDS.includes(text.toLowerCase()) };
  if (column.kind === "choice") return readChoice(column, text);
  if (column.kind === "date") return readBy(parseDate, text, t("date_bad"));
  if (column.kind === "decimal" || column.kind === "money") return readBy(parseNumber, text, t("number_bad"));
  return { value: text };
}

function readBy(parse, text, problem) {
  const value = parse(text);
  return value === null ? { value: text, problem } : { value };
}

function readChoice(column, text) {
  const wanted = text.toLowerCase();
  const found = (column.choices || []).find(([value, label]) => String(value).toLowerCase() === wanted || label.toLowerCase() === wanted);
  if (found || text === "") return { value: found ? found[0] : null };
  return { value: null, problem: t("no_match", { text }) };
}

async function resolveColumn(grid, column, spots) {
  const config = { ...column.lookup, url: lookupUrl(column.lookup, grid.context) };
  const texts = [...new Map(spots.map(({ text }) => [text.toLowerCase(), text])).values()];
  const found = await resolveTexts(config, texts);
  spots.forEach(({ row, text }) => {
    const lookup = row.cells[column.name].lookup;
    // The person may have typed something else meanwhile, or deleted the line.
    if (!lookup || lookup.input.value !== text) return;
    const record = found.get(text.toLowerCase());
    if (!record) return void grid.setBad(row, column, t("no_match", { text }));
    lookup.set(record.id, recordLabel(record, config.label));
    grid.takeRecord(row, column, record, { quiet: true });
  });
}

/** Texts (codes, names, barcodes) → Map(lower-case text → record or undefined). */
export async function resolveTexts(config, texts) {
  const found = new Map();
  await resolveByCode(config, texts.filter((text) => !text.includes(",")), found);
  const left = texts.filter((text) => !found.has(text.toLowerCase()));
  const worker = async () => {
    for (let text = left.pop(); text !== undefined; text = left.pop()) await resolveBySearch(config, text, found);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return found;
}

async function resolveByCode(config, texts, found) {
  const key = config.code || "code";
  for (let start = 0; start < texts.length; start += CODES_A_CALL) {
    const part = texts.slice(start, start + CODES_A_CALL);
    try {
      const { data } = await get(withQuery(config.url, { [`${key}__in`]: part.join(","), per_page: MOST }));
      rowsOf(data).forEach((record) => found.set(String(record[key]).toLowerCase(), record));
    } catch (error) {
      // This list has no such filter (400), or the call failed: each text is searched instead.
      if (!(error instanceof ApiError)) throw error;
      return;
    }
  }
}

async function resolveBySearch(config, text, found) {
  try {
    const { data } = await get(withQuery(config.url, { search: text, per_page: 10 }));
    const exact = rowsOf(data).filter((record) => namesExactly(record, text, config));
    if (exact.length === 1) found.set(text.toLowerCase(), exact[0]);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
