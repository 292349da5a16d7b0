// Progress of an organisation that is being set up or removed: asks every second, then goes on.

const host = document.querySelector("[data-setup-status]");

const goOn = () => (host.dataset.setupEnter ? location.assign(host.dataset.setupEnter) : location.reload());

async function look() {
  try {
    const answer = await fetch(host.dataset.setupStatus, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 404) return location.assign("/"); // removed, and no other organisation opens here
    const data = await answer.json();
    if (data.state === "active") return goOn();
    if (data.state === "deleted") return location.assign("/");
    if (data.state === "failed") return location.reload();
    host.querySelector("[data-setup-text]").textContent = data.text;
    host.querySelector("[data-setup-bar]").value = data.percent;
  } catch {
    // The server restarts or the network is away: ask again.
  }
  return setTimeout(look, 1000);
}

if (host) setTimeout(look, 600);
