/* Sets theme class and density before the first paint (a plain script in <head>, no module: modules run too late).
   The setting is the one that the admin theme keeps: localStorage adminTheme = "light" | "dark" | "auto" (JSON). */
(function () {
  "use strict";
  var choice = "auto";
  // The profile's choice arrives as a cookie at sign-in; each new value is taken over once.
  var profile = /(?:^|;\s*)bahi_theme=(auto|light|dark)/.exec(document.cookie);
  try {
    if (profile && window.localStorage.getItem("bahi.profileTheme") !== profile[1]) {
      window.localStorage.setItem("bahi.profileTheme", profile[1]);
      window.localStorage.setItem("adminTheme", JSON.stringify(profile[1]));
    }
    choice = JSON.parse(window.localStorage.getItem("adminTheme") || '"auto"');
  } catch (error) {
    choice = profile ? profile[1] : "auto"; // a private window may refuse the store
  }
  var dark = choice === "dark" || (choice === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
  var density = document.querySelector('meta[name="bahi-density"]'); // the profile's, on pages of whoever signed in
  document.documentElement.dataset.density = density ? density.content : "compact";
})();
