// Every text that our scripts show. English is the source; pages hand over translations in
// <script type="application/json" id="bahi-texts"> (templates/bahi/config.html) under the same keys.

import { readJson } from "./dom.js";

export const TEXTS = {
  add_line: "Add line",
  add_new: "New",
  all_read: "Mark all as read",
  all_notifications: "All notifications",
  cancel: "Cancel",
  changed_elsewhere: "Somebody else saved this document while you were editing it.",
  changed_by: "Last saved by {who}.",
  choose_from_list: "Choose “{text}” from the list, or clear it.",
  choose_version: "For each difference, choose which value to keep.",
  city: "City",
  clear: "Clear",
  close: "Close",
  commands: "Commands",
  continue_background: "Continue in background",
  copied: "Copied to the clipboard.",
  copied_above: "Copied from the line above",
  copy: "Copy",
  count_results: "{n} results",
  country: "Country",
  create_named: "Create “{text}”…",
  create_new: "Create new…",
  date_bad: "This is not a date. Type it as 21-11-2026, or t for today, +5, 3.",
  delete_line: "Delete line {n}",
  done: "Done",
  drag_line: "Move line {n}",
  duplicate_line: "Duplicate line {n}",
  errors_many: "{n} entries need correction",
  errors_one: "1 entry needs correction",
  failed: "Failed",
  field_changed: "Field",
  go_next: "Next document",
  go_previous: "Previous document",
  job_failed: "The work did not finish.",
  job_running: "Working…",
  job_waiting: "Waiting to start…",
  attach: "Add files",
  attachment_remove: "Remove {name}",
  file_twin: "{name} is already attached to: {records}.",
  comment: "Comment",
  comment_add: "Add comment",
  comment_is_public: "Customer sees it",
  comment_public: "The customer or vendor sees it too",
  keep_mine: "Mine",
  keep_theirs: "Theirs",
  line_deleted: "Line {n} deleted",
  line_n: "Line {n}",
  lines_many: "{n} lines",
  lines_one: "1 line",
  lines_pasted: "{n} lines pasted",
  lines_too_many: "Only the first {n} lines were pasted.",
  line1: "Address line 1",
  line2: "Address line 2",
  loading: "Loading…",
  more: "More",
  more_actions: "Line actions",
  more_columns: "More columns",
  network: "The server could not be reached. Check the connection and try again; nothing was lost.",
  no: "No",
  no_files: "No files yet. Drop files here, or choose them.",
  no_history: "Nothing has happened yet.",
  no_links: "No related documents.",
  no_lines: "No lines yet",
  no_match: "No match for “{text}”",
  no_notifications: "You have no notifications.",
  no_results: "Nothing found",
  not_json: "The server gave an answer that could not be read (status {status}). Try again.",
  nothing_open: "Nothing is open for this party. What is received or paid stays on account.",
  notifications: "Notifications",
  number_bad: "This is not a number.",
  ok: "OK",
  open_new_tab: "Ctrl+Enter opens a new tab",
  pin: "PIN code",
  pin_page: "Pin to the menu",
  pinned: "Pinned: it stands first in the menu.",
  print: "Print",
  recent: "Recent",
  reload: "Reload",
  required: "This is needed.",
  save: "Save",
  save_and_new: "Save and new",
  saved: "Saved",
  saving: "Saving…",
  search: "Search records and commands",
  search_hint: "Type a number, a name or a command",
  search_list: "Search this list",
  search_slow: "Search is not available at the moment.",
  shortcuts: "Keyboard shortcuts",
  shortcut_copy: "Copy the cell above",
  shortcut_delete: "Delete the line",
  shortcut_duplicate: "Duplicate the line",
  shortcut_enter: "Next cell; in the last cell a new line",
  shortcut_help: "Show this list",
  shortcut_move: "Move the line up or down",
  shortcut_palette: "Search and commands",
  shortcut_paste: "Paste rows from a spreadsheet",
  proposed: "Open documents, the oldest first. The amount is spread over them; change or delete lines as you like.",
  signed_out: "You have been signed out. Sign in again in another tab, then retry.",
  state: "State",
  state_code: "State",
  theme: "Theme",
  theme_auto: "Same as system",
  theme_dark: "Dark",
  theme_light: "Light",
  too_many: "Too many requests. Try again in {n} seconds.",
  totals: "Totals",
  totals_old: "Totals are not up to date",
  totals_working: "Working out totals…",
  uploading: "Uploading {name}…",
  undo: "Undo",
  unpinned: "Taken off the menu.",
  unread_many: "Notifications, {n} unread",
  unsaved: "Unsaved changes",
  use_this: "Save with these choices",
  yes: "Yes",
};

let merged = null;

function texts() {
  if (!merged) merged = { ...TEXTS, ...readJson("bahi-texts", {}) };
  return merged;
}

/** Let a page add or replace texts (the document page's `labels`). */
export function addTexts(more) {
  merged = { ...texts(), ...(more || {}) };
}

/** The text of a key, with {name} parts filled in. */
export function t(key, params = {}) {
  const text = texts()[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** "1 line", "6 lines". */
export const countLines = (n) => (n === 1 ? t("lines_one") : t("lines_many", { n }));
