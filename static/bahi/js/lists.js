// Lists of the admin theme: one native scroller, so that the head can stay in sight and keys can scroll it.

import { t } from "./text.js";

/** Runs before DOMContentLoaded (modules are deferred), hence before the theme's scroll bar takes the table over. */
export function startLists() {
  const table = document.getElementById("result_list");
  const box = table?.closest("[data-simplebar]");
  if (!box) return;
  box.removeAttribute("data-simplebar");
  box.classList.add("bahi-list");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", document.querySelector("h1")?.textContent.trim() || t("search_list"));
}
