// What an open page does: it listens, and puts what the server painted in its place.
// Nothing is computed here: no score, no minute, no time of day.
import { listen } from "./stream.js";
import { place, refetch } from "./fragments.js";

const connection = document.getElementById("connection");
const words = document.getElementById("connection-text");
const notice = document.getElementById("notice");
const STATES = { live: "Live", connecting: "Connecting…", delayed: "Data delayed", lost: "Reconnecting…" };
const rows = document.body.dataset.stream.includes("rows");

listen(document.body.dataset.stream, {
  fragment: place,
  state(name) {
    connection.dataset.state = name;
    words.textContent = STATES[name];
    notice.hidden = name !== "lost" && name !== "delayed";
    notice.textContent = name === "lost" ? "Unable to load match data. What you see is the last we had." : "Data delayed";
  },
  // A stream begins with the state of its list or match; a page of single rows reads itself anew.
  reset() {
    if (rows) refetch("list");
  },
});
