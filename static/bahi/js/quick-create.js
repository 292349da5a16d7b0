// "Create “xyz”…" of a look-up: a small dialog that posts to the API and gives back the new record.
// config: {url, title, fields: [as in the document form], text_fields: [where the typed text goes], defaults: {…}}

import { newKey, post } from "./api.js";
import { formDialog } from "./dialog.js";
import { makeField } from "./fields.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

/** Opens the dialog; gives the record that the API answered, or null when the person left. */
export function quickCreate(config, text) {
  const names = config.text_fields?.length ? config.text_fields : config.fields.filter((field) => !field.kind || field.kind === "text").slice(0, 1).map((field) => field.name);
  const values = { ...config.defaults, ...(text ? Object.fromEntries(names.map((name) => [name, text])) : {}) };
  let sent = "";
  let key = newKey();
  return formDialog({
    title: config.title || t("create_new"),
    fields: config.fields, values, makeField,
    onSubmit: async (entered) => {
      const filled = Object.entries(entered).filter(([, value]) => value !== "" && value !== null);
      const body = { ...config.defaults, ...Object.fromEntries(filled) };
      // The same entries sent again after a lost answer must not make a second record.
      if (JSON.stringify(body) !== sent) key = newKey();
      sent = JSON.stringify(body);
      const answer = await post(config.url, body, { key });
      for (const text of answer.meta.warnings || []) toast(text, { tone: "warning", seconds: 15 });
      return answer.data;
    },
  });
}
