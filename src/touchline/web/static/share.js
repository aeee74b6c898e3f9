// One stream for all tabs of a browser: the tab that holds the lock listens and tells the others. Over HTTP/1.1 a
// browser opens six connections to a server, so a seventh stream would wait for ever.
//
// A hidden tab takes no part; on its return it goes on from where it stood. Where a browser lacks locks or
// channels, each tab leads itself.
import { epoch, older, Stream } from "./stream.js";

const DEAF_MS = 30000; // a leader that says nothing for so long hangs; the lock is taken from it
const MATCHES_MAX = 20; // the server lets one stream name so many
const GATHER_MS = 30; // tabs that answer a new leader within so long are covered by one request
const me = Math.random().toString(36).slice(2);

export class Share {
  #page;
  #on;
  #seat;
  #gone = false;

  // `page` says what this tab wants and where it stands: `zone`, `matches`, `position` (kept up to date here).
  constructor(page, on) {
    this.#page = page;
    this.#on = on;
    for (const type of ["visibilitychange", "freeze", "resume"]) document.addEventListener(type, () => this.#settle());
    for (const type of ["pagehide", "pageshow"]) addEventListener(type, () => this.#settle((this.#gone = type === "pagehide")));
    this.#settle();
  }

  // The page was read anew: it may want something else, and stands elsewhere.
  again() {
    if (this.#seat?.zone !== this.#page.zone) this.#leave();
    if (this.#seat) this.#announce();
    else this.#settle();
  }

  #settle() {
    if (this.#gone || document.visibilityState === "hidden") this.#leave();
    else if (!this.#seat) this.#join();
  }

  #join() {
    const zone = this.#page.zone;
    const seat = (this.#seat = { zone, left: new AbortController(), whole: false });
    this.#on.join();
    if (!navigator.locks || !globalThis.BroadcastChannel) {
      this.#lead(seat);
      return;
    }
    seat.channel = new BroadcastChannel(`touchline ${zone}`);
    seat.channel.onmessage = (event) => this.#hear(event.data);
    seat.left.signal.addEventListener("abort", () => clearTimeout(seat.deaf));
    this.#announce();
    this.#queue(seat);
  }

  #leave() {
    const seat = this.#seat;
    if (!seat) return;
    this.#seat = undefined;
    seat.leader?.close();
    seat.channel?.postMessage({ type: "gone", tab: me });
    seat.channel?.close();
    seat.left.abort();
  }

  async #queue(seat, options = { signal: seat.left.signal }) {
    try {
      await navigator.locks.request(`touchline ${seat.zone}`, options, () => this.#lead(seat));
    } catch {
      // Given up, or taken from us because we hung.
      seat.leader?.close();
      seat.leader = undefined;
      if (seat === this.#seat) this.#queue(seat);
    }
  }

  // Lead until this tab leaves.
  #lead(seat) {
    if (seat !== this.#seat || seat.leader) return;
    clearTimeout(seat.deaf);
    seat.leader = new Leader(seat.zone, (message) => {
      seat.channel?.postMessage(message);
      this.#hear(message);
    });
    this.#announce();
    seat.channel?.postMessage({ type: "who" });
    return new Promise((resolve) => seat.left.signal.addEventListener("abort", resolve));
  }

  #announce() {
    const { matches, position } = this.#page;
    const seat = this.#seat;
    seat.whole = false;
    if (seat.leader) seat.leader.seat(me, matches, position);
    else {
      seat.channel?.postMessage({ type: "tab", tab: me, matches, position });
      this.#listenFor(seat);
    }
  }

  #listenFor(seat) {
    clearTimeout(seat.deaf);
    if (!seat.leader) seat.deaf = setTimeout(() => this.#queue(seat, { steal: true }), DEAF_MS);
  }

  #hear(message) {
    const seat = this.#seat;
    if (!seat) return;
    if (message.type === "tab") seat.leader?.seat(message.tab, message.matches, message.position);
    else if (message.type === "gone") seat.leader?.unseat(message.tab);
    else if (message.type === "who") this.#announce();
    else this.#follow(seat, message);
  }

  #follow(seat, message) {
    this.#listenFor(seat);
    if (message.type === "covered") this.#covered(seat, message);
    else if (message.type === "state") this.#on.state(message.state);
    else this.#on[message.type](message.data, message.position);
    if (seat.whole && message.position) this.#stand(message.position);
  }

  // What the leader listens to has all we want from where we stand: from now on we stand where it stands.
  #covered(seat, { matches, position, state }) {
    const { position: mine, matches: wanted } = this.#page;
    this.#on.state(state);
    if (mine && position && epoch(mine) !== epoch(position)) this.#on.reset();
    else seat.whole = wanted.every((id) => matches.includes(id)) && (!mine || !older(mine, position));
  }

  #stand(position) {
    if (!this.#page.position || older(this.#page.position, position)) this.#page.position = position;
  }
}

// Who listens for all tabs: one stream of what they want together, from where the oldest stands.
class Leader {
  #zone;
  #tell;
  #tabs = new Map();
  #matches;
  #position = "";
  #gathering;
  #stream = new Stream(() => this.#address(), (message) => this.#pass(message));
  #hurry = () => this.#stream.hurry();

  constructor(zone, tell) {
    this.#zone = zone;
    this.#tell = tell;
    addEventListener("online", this.#hurry);
  }

  // A tab says which matches it has open, and up to which position it is whole.
  seat(tab, matches, position) {
    this.#tabs.set(tab, { matches, position });
    this.#gathering ??= setTimeout(() => this.#cover(), GATHER_MS);
  }

  unseat(tab) {
    this.#tabs.delete(tab);
  }

  close() {
    removeEventListener("online", this.#hurry);
    clearTimeout(this.#gathering);
    this.#stream.close();
  }

  #cover() {
    this.#gathering = undefined;
    const tabs = [...this.#tabs.values()];
    const matches = [...new Set(tabs.flatMap((tab) => tab.matches))].slice(-MATCHES_MAX);
    const oldest = [this.#position, ...tabs.map((tab) => tab.position)]
      .filter(Boolean)
      .reduce((a, b) => (a && !older(b, a) ? a : b), "");
    for (const tab of tabs) tab.position = ""; // from now on it stands where we stand
    if (oldest !== this.#position || !this.#matches || matches.some((id) => !this.#matches.includes(id))) {
      this.#position = oldest;
      this.#matches = matches;
      this.#stream.open();
    }
    this.#tell({ type: "covered", matches: this.#matches, position: oldest, state: this.#stream.state });
  }

  #address() {
    const query = new URLSearchParams(this.#matches.map((id) => ["match", id]));
    query.set("tz", this.#zone);
    if (this.#position) query.set("after", this.#position);
    return `/live/stream?${query}`;
  }

  #pass(message) {
    if (message.position) this.#position = message.position;
    this.#tell(message);
  }
}
