// How the page is doing: connected or not, and how old what it shows is. The age is the server's own number.

const WORDS = { live: "Live", connecting: "Connecting…", delayed: "Data delayed", lost: "Reconnecting…" };
const NOTICES = {
  delayed: "Data delayed",
  lost: "Unable to load match data. What you see is the last we had.",
};
const SPEECHLESS = new Set(["down", "refused"]); // states of a provider that tells us nothing new
const UNITS = [[3600, "h"], [60, "min"], [1, "s"]];

const [connection, words, notice, age] = ["connection", "connection-text", "notice", "age"].map((id) =>
  document.getElementById(id),
);
let silent = false; // whether the provider tells the server nothing

// One of `connecting`, `live`, `delayed`, `lost`.
export function state(name) {
  const shown = name === "live" && silent ? "delayed" : name;
  if (connection.dataset.state === shown) return;
  connection.dataset.state = shown;
  words.textContent = WORDS[shown];
  if (shown === "connecting") return; // what a page that was offline says stays until it is whole
  notice.textContent = NOTICES[shown] ?? "";
  notice.hidden = !NOTICES[shown];
}

// `data` as the server's sign of life: `{now, provider, age_s}`.
export function alive(data) {
  const { provider, age_s } = JSON.parse(data);
  silent = SPEECHLESS.has(provider);
  state("live");
  const [unit, name] = UNITS.find(([seconds]) => age_s >= seconds) ?? UNITS.at(-1);
  if (age) age.textContent = `${Math.floor(age_s / unit)} ${name} ago`;
}
