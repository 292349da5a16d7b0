// People to name in a comment: "@" and some letters offer them; arrows and Enter, Tab or a click choose.

import { ApiError, get, rowsOf, withQuery } from "./api.js";
import { debounce, el, fill, uid } from "./dom.js";
import { t } from "./text.js";

const AT = /(?:^|[^\w.@])@([\p{L}\p{M}\w.+-]{0,40})$/u;

/** Offer people while one types into `text`, a comment on the record `target`. */
export function startMentions(text, target) {
  const list = el("ul", { class: "bahi-mentions", role: "listbox", id: uid("mentions"), hidden: true, "aria-label": t("mention_people") });
  const state = { people: [], at: 0, asked: "" };
  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
  queueMicrotask(() => text.after(list)); // the form is built around it first

  const close = () => {
    state.people = [];
    state.asked = "";
    list.hidden = true;
    list.replaceChildren();
    text.removeAttribute("aria-activedescendant");
  };
  const mark = () => {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === state.at)));
    const chosen = list.children[state.at];
    if (chosen) text.setAttribute("aria-activedescendant", chosen.id);
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const choose = (person) => {
    const begin = text.value.slice(0, text.selectionStart).lastIndexOf("@");
    text.setRangeText(`@${person.insert} `, begin, text.selectionStart, "end");
    close();
    text.focus();
  };
  const item = (person) => el("li", { role: "option", id: uid("person"), class: "bahi-mentions__item", on: { mousedown: (event) => {
    event.preventDefault(); // the cursor stays in the text
    choose(person);
  } } }, person.name, person.sees ? null : el("span", { class: "bahi-muted", text: t("mention_blind") }));
  const ask = debounce(async (said) => {
    let people = [];
    try {
      people = rowsOf((await get(withQuery("/api/v1/documents/mentions/", { target, q: said }))).data);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // without the offer one still types the name
    }
    if (state.asked !== `@${said}`) return; // typed on, or left
    state.people = people;
    state.at = 0;
    fill(list, people.map(item));
    list.hidden = !people.length;
    mark();
  }, 150);

  text.addEventListener("input", () => {
    const found = AT.exec(text.value.slice(0, text.selectionStart));
    if (!found) return close();
    state.asked = `@${found[1]}`;
    return ask(found[1]);
  });
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) state.at = (state.at + step + state.people.length) % state.people.length;
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" || event.key === "Tab") choose(state.people[state.at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (step) mark();
  });
}
