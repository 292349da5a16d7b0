// Date inputs of plain forms: typed and shown as 21-11-2026, whatever the browser's own language; sent as 2026-11-21.

import { el } from "./dom.js";
import { datePlaceholder, formatDate, parseDate } from "./format.js";
import { t } from "./text.js";

function enhance(input) {
  const sent = el("input", { type: "hidden", name: input.name, value: input.value });
  input.removeAttribute("name");
  const iso = input.value;
  input.type = "text";
  input.value = iso ? formatDate(iso) : "";
  input.placeholder = datePlaceholder;
  input.autocomplete = "off";
  input.inputMode = "text";
  input.after(sent);
  const read = () => {
    const text = input.value.trim();
    const found = text ? parseDate(text) : "";
    input.setCustomValidity(text && !found ? t("date_bad") : "");
    sent.value = found || "";
    return found;
  };
  input.addEventListener("input", read);
  input.addEventListener("change", () => {
    const found = read();
    if (found) input.value = formatDate(found);
    else input.reportValidity();
  });
}

/** Take over every <input type="date" data-bahi-date> below `root`. */
export function enhanceDates(root = document) {
  root.querySelectorAll("input[type=date][data-bahi-date]").forEach(enhance);
}
