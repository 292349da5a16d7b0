// Pictures among the files of a record: small ones in the lists, the whole one in a dialog, pasted ones from the clipboard.

import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const SHOWN = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]); // what the server lets a browser show
const LARGEST = 8 * 1024 * 1024; // a larger one is opened by its name only

/** A small picture that opens the whole one; null for what is no picture, or was taken off. */
export function thumbnail(file, url) {
  if (!url || !SHOWN.has(file?.content_type) || (file.size || 0) > LARGEST) return null;
  const small = el("img", { class: "bahi-thumb__image", src: url, alt: "", loading: "lazy", decoding: "async" });
  const button = el("button", { type: "button", class: "bahi-thumb", "aria-label": t("picture_open", { name: file.name }) }, small);
  small.addEventListener("error", () => button.remove());
  button.addEventListener("click", () => openDialog({
    title: file.name,
    size: "lg",
    body: el("a", { href: url, target: "_blank", rel: "noopener", class: "bahi-picture" }, el("img", { src: url, alt: file.name })),
  }));
  return button;
}

/** Run with the pictures that are pasted anywhere on the page while `host` is there. Cells of a spreadsheet carry a
 *  picture besides their text: those are pasted as text, where the cursor is. */
export function onPastedPictures(run, host) {
  const listen = (event) => {
    if (!host.isConnected) return document.removeEventListener("paste", listen);
    const data = event.clipboardData;
    if (event.defaultPrevented || !data || [...data.types].some((type) => type.startsWith("text/"))) return undefined;
    const pictures = [...data.files].filter((file) => SHOWN.has(file.type));
    if (!pictures.length) return undefined;
    event.preventDefault();
    toast(t("picture_pasted"));
    return run(pictures.map(named));
  };
  document.addEventListener("paste", listen);
}

// Browsers call every pasted picture image.png; the moment tells them apart.
function named(file, index) {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("");
  const ending = file.type.split("/")[1].replace("jpeg", "jpg");
  return new File([file], `${t("picture")} ${day} ${time}${index ? `-${index + 1}` : ""}.${ending}`, { type: file.type });
}
