/* Sets the theme class before the first paint (a plain script in <head>, no module: modules run too late).
   The setting is the one that the admin theme keeps: localStorage adminTheme = "light" | "dark" | "auto" (JSON). */
(function () {
  "use strict";
  var choice = "auto";
  try {
    var kept = window.localStorage.getItem("adminTheme");
    var cookie = /(?:^|; )bahi_theme=(light|dark|auto)/.exec(document.cookie); // set at sign-in, from the profile
    choice = kept ? JSON.parse(kept) : cookie ? cookie[1] : "auto";
  } catch (error) {
    choice = "auto";
  }
  var dark = choice === "dark" || (choice === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
  try {
    document.documentElement.dataset.density = JSON.parse(window.localStorage.getItem("bahi.density") || '"compact"');
  } catch (error) {
    document.documentElement.dataset.density = "compact";
  }
})();
