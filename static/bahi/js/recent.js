// Records opened last, kept in this browser per user: document and form pages note themselves, the home page lists them.

const MOST = 8;

function key() {
  return `bahi:recent:${document.querySelector('meta[name="bahi-user"]')?.content}:${location.host}`;
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(key())) || [];
  } catch {
    return [];
  }
}

/** Notes the record page that is open now. */
function note() {
  if (!/^\/admin\/[a-z]+\/[a-z]+\/\d+\/change\/$/.test(location.pathname)) return;
  const title = document.title.split("|")[0].trim();
  if (!title) return;
  const rows = [{ path: location.pathname, title }, ...read().filter((row) => row.path !== location.pathname)];
  try {
    localStorage.setItem(key(), JSON.stringify(rows.slice(0, MOST)));
  } catch {
    // A full or forbidden store only costs the list of recent pages.
  }
}

/** Notes this page and fills the list of the home page, when it is there. */
export function startRecent() {
  note();
  const box = document.querySelector("[data-bahi-recent]");
  const rows = read();
  if (!box || !rows.length) return;
  const list = box.querySelector("ul");
  rows.forEach((row) => {
    const link = document.createElement("a");
    link.href = row.path;
    link.textContent = row.title;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  });
  box.hidden = false;
}
