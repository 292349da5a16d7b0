// Entry point of every page, admin and portal. Heavy parts load when they are first needed.

import { csrfToken } from "./api.js";
import { startBell } from "./bell.js";
import { startKeys } from "./keys.js";
import { startForms, startLists } from "./lists.js";
import { startLive } from "./live.js";
import { startPins } from "./pin.js";
import { startRecent } from "./recent.js";
import { startTheme } from "./theme.js";
import { showFlash } from "./toast.js";
import { guardForms, startUnsaved } from "./unsaved.js";

async function openPalette() {
  const { togglePalette } = await import("./palette.js");
  togglePalette();
}

// Fetched when the page has come to rest, so that the first Ctrl+K opens before the next key is typed.
function preloadPalette() {
  const later = window.requestIdleCallback || ((run) => setTimeout(run, 800));
  later(() => import("./palette.js"));
}

// In the capture phase, so that it works inside inputs and before the admin theme's own, narrower search.
function startPalette() {
  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.code !== "KeyK") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    openPalette();
  }, true);
  window.addEventListener("opencommand", (event) => {
    event.stopImmediatePropagation();
    openPalette();
  }, true);
  document.addEventListener("click", (event) => event.target.closest?.("[data-bahi-palette]") && openPalette());
}

async function enhance(root) {
  guardForms(root);
  if (root.querySelector("input[type=date][data-bahi-date]")) (await import("./dates.js")).enhanceDates(root);
  if (root.querySelector("input[data-lookup]")) {
    const { enhanceLookups, setCreator } = await import("./lookup.js");
    setCreator(() => import("./quick-create.js"));
    enhanceLookups(root);
  }
  if (root.querySelector("[data-bahi-timeline], [data-bahi-files], [data-bahi-links]")) (await import("./record.js")).startRecord(root);
  if (root.querySelector("[data-bahi-shared]")) (await import("./shared.js")).startShared(root);
  if (root.querySelector("[data-bahi-job]")) (await import("./progress.js")).startJobs(root);
}

function startHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:afterSettle", (event) => enhance(event.target));
}

async function start() {
  startLists();
  startForms();
  startTheme();
  startKeys();
  startUnsaved();
  startHtmx();
  showFlash();
  enhance(document);
  if (document.querySelector('meta[name="bahi-user"]')) {
    startPalette();
    preloadPalette();
    startRecent();
    startPins();
    startBell();
    startLive();
  }
  if (document.getElementById("bahi-document-config")) (await import("./document-form.js")).startDocument();
}

start();
