// Light, dark or as the system: one setting shared with the admin theme (its localStorage key "adminTheme").

import { ApiError, patch } from "./api.js";
import { el, fill, keep, stored } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./text.js";

const KEY = "adminTheme";
const CHOICES = [["light", "sun"], ["dark", "moon"], ["auto", "screen"]];
const system = window.matchMedia("(prefers-color-scheme: dark)");

/** "light", "dark" or "auto". */
export function themeChoice() {
  const choice = stored("localStorage", KEY, "auto");
  return CHOICES.some(([name]) => name === choice) ? choice : "auto";
}

function themeData() {
  // In the admin, Alpine owns the class of <html>; tell it instead of working against it.
  const data = window.Alpine?.$data?.(document.documentElement);
  return data && "adminTheme" in data ? data : null;
}

/** Put the theme on the page. */
export function applyTheme() {
  const choice = themeChoice();
  if (!themeData()) document.documentElement.classList.toggle("dark", choice === "dark" || (choice === "auto" && system.matches));
  document.querySelectorAll("[data-bahi-theme] button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.choice === choice));
  });
}

/** Keep and show a choice. */
export function setTheme(choice) {
  const data = themeData();
  if (data) data.adminTheme = choice;
  keep("localStorage", KEY, choice);
  applyTheme();
  keepInProfile(choice);
}

// For this person's other devices. The page already looks right: a refused call changes nothing here.
async function keepInProfile(theme) {
  if (!document.querySelector('meta[name="bahi-user"]')) return;
  try {
    await patch("/api/v1/auth/me/", { theme });
    document.cookie = `bahi_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    window.localStorage.setItem("bahi.profileTheme", theme);
  } catch (error) {
    if (!(error instanceof ApiError) && error.name !== "SecurityError") throw error;
  }
}

/** Fill <div data-bahi-theme> with its three buttons, follow the system and other tabs. */
export function startTheme() {
  document.querySelectorAll("[data-bahi-theme]").forEach((host) => {
    host.setAttribute("role", "group");
    host.setAttribute("aria-label", t("theme"));
    fill(host, CHOICES.map(([choice, mark]) => el("button", { type: "button", class: "bahi-iconlink", data: { choice }, title: t(`theme_${choice}`),
      "aria-label": t(`theme_${choice}`), on: { click: () => setTheme(choice) } }, icon(mark))));
  });
  applyTheme();
  system.addEventListener("change", applyTheme);
  window.addEventListener("storage", (event) => event.key === KEY && applyTheme());
}
