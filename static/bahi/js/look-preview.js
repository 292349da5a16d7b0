// The sign-in page beside its form: shows colours, sentence and logo as they are typed, before anything is saved.

const COLOUR = /^#[0-9a-f]{6}$/i;
const PAGE = "#f5f6f8"; // as the service has it
const LEAST = 3;

// Relative luminance as WCAG 2 defines it.
function luminance(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const readable = (colour) => (contrast(colour, "#ffffff") >= contrast(colour, "#000000") ? "#ffffff" : "#000000");
const chosen = (field) => (COLOUR.test(field.value.trim()) ? field.value.trim().toLowerCase() : "");

// A colour picker that fills the text field beside it; the field stays: empty means "the usual".
function addPicker(field, label, draw) {
  const picker = document.createElement("input");
  picker.type = "color";
  picker.className = "portal-preview__picker";
  picker.setAttribute("aria-label", label);
  const follow = () => {
    picker.value = chosen(field) || PAGE;
  };
  picker.addEventListener("input", () => {
    field.value = picker.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
  });
  field.addEventListener("input", follow);
  follow();
  const row = document.createElement("div");
  row.className = "portal-preview__colour";
  field.replaceWith(row);
  row.append(field, picker);
}

function start(figure) {
  const form = document.querySelector("form[data-look]");
  const part = (name) => figure.querySelector(`[data-part=${name}]`);
  const { text, accent, background, logo, remove_logo: without } = form.elements;
  const kept = part("logo").getAttribute("src");
  let uploaded = "";

  const draw = () => {
    part("text").textContent = text.value.trim();
    part("text").hidden = !text.value.trim();
    const [button, page] = [chosen(accent), chosen(background)];
    part("page").style.background = page;
    part("page").style.color = page && readable(page);
    part("button").style.background = button;
    part("button").style.borderColor = button;
    part("button").style.color = button && readable(button);
    const shown = uploaded || (without.checked ? "" : kept);
    part("logo").hidden = !shown;
    if (shown) part("logo").src = shown;
    const ratio = button ? contrast(button, page || PAGE) : LEAST;
    part("problem").textContent = ratio < LEAST ? figure.dataset.contrast.replace("%s", ratio.toFixed(1)) : "";
  };

  logo.addEventListener("change", () => {
    if (uploaded) URL.revokeObjectURL(uploaded);
    uploaded = logo.files.length ? URL.createObjectURL(logo.files[0]) : "";
    draw();
  });
  for (const field of [accent, background]) addPicker(field, figure.dataset.pick.replace("%s", field.labels[0].textContent), draw);
  form.addEventListener("input", draw);
  draw();
}

for (const figure of document.querySelectorAll("[data-look-preview]")) start(figure);
