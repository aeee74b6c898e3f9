// What an open page does: it listens, and puts what the server painted in its place.
// Nothing is computed here: no score, no minute, no time of day.
import { favourites } from "./alerts.js";
import { alive, state } from "./connection.js";
import { enhance, offerZone, read } from "./forms.js";
import { begin, place } from "./fragments.js";
import { install, keep } from "./offline.js";
import { Share } from "./share.js";

const RESET_SPREAD_MS = 2000; // all pages are told to read themselves anew at once
const page = {};
let share, followed, rereading, now;

function stand() {
  const { tz, match, after } = document.body.dataset;
  Object.assign(page, { zone: tz, matches: match ? [match] : [], position: after ?? "" });
  followed = [...favourites()].join();
}

function renewed() {
  stand();
  share?.again();
}

function reread() {
  rereading ??= setTimeout(async () => {
    try {
      await read();
      rereading = undefined;
      renewed();
    } catch {
      rereading = undefined;
      reread();
    }
  }, Math.random() * RESET_SPREAD_MS);
}

const on = {
  fragment: place,
  state,
  reset: reread,
  alive(data) {
    alive(data);
    now = JSON.parse(data).now;
  },
  // Another tab may have changed the favourites while this one was hidden.
  join() {
    if ([...favourites()].join() !== followed) reread();
  },
};

document.documentElement.classList.add("js");
stand();
begin(page.position);
enhance(renewed);
offerZone();
if (document.body.dataset.stream) share = new Share(page, on);
const leave = () => keep(page.position, now);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
addEventListener("load", () => install().then(leave, () => {})); // without a worker there is no copy, and that is all
