// What calls for an eye or an ear: a goal, one withdrawn, a red card, the end. Each once, and none on first sight.

const ALERTS = ["goal", "cancelled", "red"];
const SAID_MS = 10000;
const PART = /^(row|fav|match)-(.+)-(?:now|score)$/;
const seen = new Map(); // id of an element -> the numbers it carried
const told = new Map(); // id of a match -> what was last said of it

// Looks at everything in `root` that can score.
export function heed(root) {
  for (const element of [root, ...root.querySelectorAll("[data-state][id]")]) {
    const [, kind, match] = PART.exec(element.id) ?? [];
    if (match) look(element, kind, match);
  }
}

function look(element, kind, match) {
  const { state, say } = element.dataset;
  const now = Object.fromEntries(ALERTS.map((name) => [name, Number(element.dataset[name] ?? 0)]));
  const was = seen.get(element.id);
  seen.set(element.id, { ...now, state });
  if (!was) return;
  const [newest] = ALERTS.filter((name) => now[name] > was[name]).sort((a, b) => now[b] - now[a]);
  if (newest) flash(element.closest(".row") ?? element, `flash-${newest}`);
  const over = state === "over" && was.state !== "over";
  if (say && (newest || over) && (kind === "match" || favourites().has(match))) speak(match, say);
}

function flash(element, flashing) {
  element.classList.remove(...ALERTS.map((name) => `flash-${name}`));
  void element.offsetWidth; // starts the flash anew
  element.classList.add(flashing);
  element.addEventListener("animationend", () => element.classList.remove(flashing), { once: true });
}

function speak(match, words) {
  if (told.get(match) === words) return; // its copy among the favourites has said so
  told.set(match, words);
  const line = document.createElement("span");
  line.textContent = words;
  document.getElementById("said").append(line);
  setTimeout(() => line.remove(), SAID_MS);
}

// Which matches the visitor follows: the cookie the server keeps.
export function favourites() {
  const [, ids = ""] = document.cookie.match(/(?:^|; )fav=([^;]*)/) ?? [];
  return new Set(ids.split("."));
}
