// What remains without a network: the page as it stood when it was last looked at, marked as old. The worker keeps it.

const VERSION = new URL(import.meta.url).pathname.split("/")[2];
let worker;

export async function install() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(`/sw.js?v=${VERSION}`);
  worker = (await navigator.serviceWorker.ready).active;
}

// `position`: where the page stands; `now`: the server's time when it last spoke, in seconds, if it did.
export function keep(position, now) {
  if (!worker) return;
  const copy = document.documentElement.cloneNode(true);
  const body = copy.querySelector("body");
  Object.assign(body.dataset, { offline: "", after: position });
  copy.querySelector("#connection").dataset.state = "lost";
  copy.querySelector("#connection-text").textContent = "Offline";
  copy.querySelector(".offer")?.remove();
  const notice = copy.querySelector("#notice");
  notice.hidden = false;
  notice.textContent = `You are offline. This is how it stood${now ? ` at ${clock(now, body.dataset.tz)}` : ""}.`;
  const files = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker.postMessage({
    address: location.href,
    html: `<!doctype html>${copy.outerHTML}`,
    files: files.filter((name) => name.startsWith(`${location.origin}/static/`)),
  });
}

function clock(now, timeZone) {
  return new Date(now * 1000).toLocaleString("en-GB", { timeZone, dateStyle: "medium", timeStyle: "short" });
}
