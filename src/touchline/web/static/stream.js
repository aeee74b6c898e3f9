// The change stream: places in it, and one connection that comes back for ever and says how it is doing.

// A place is `<epoch>-<offset>`.
export const epoch = (position) => position.slice(0, position.lastIndexOf("-"));
export const offset = (position) => Number(position.slice(position.lastIndexOf("-") + 1));

// Whether `position` lies before `other`. Between epochs there is no before: everything is older than it.
export const older = (position, other) => epoch(position) !== epoch(other) || offset(position) < offset(other);

const SILENCE_MS = 20000; // without a sign of life for so long the data is called delayed
const LOST_AFTER_MS = 3000; // a short gap is nobody's business
const RETRY_MS = [500, 1000, 2000, 4000, 5000]; // each half as long to half as long again: a crowd comes back spread out

export class Stream {
  state = "connecting";
  #address;
  #tell;
  #source;
  #silence;
  #lost;
  #retry;
  #failures = 0;

  // `address()` is asked at each opening; `tell` is given every event and every state as a message.
  constructor(address, tell) {
    this.#address = address;
    this.#tell = tell;
  }

  open() {
    this.#rest();
    const source = (this.#source = new EventSource(this.#address()));
    for (const type of ["fragment", "alive", "reset"]) {
      source.addEventListener(type, (event) => {
        this.#alive();
        this.#tell({ type, data: event.data, position: event.lastEventId });
      });
    }
    for (const type of ["bye", "error"]) source.addEventListener(type, () => this.#again());
    this.#listenFor();
    this.#doubt();
  }

  // The network is back: no more waiting for the end of a pause.
  hurry() {
    if (this.#failures) this.open();
  }

  close() {
    this.#rest();
    clearTimeout(this.#lost);
    this.#lost = undefined;
  }

  #rest() {
    this.#source?.close();
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
  }

  #alive() {
    clearTimeout(this.#lost);
    this.#lost = undefined;
    this.#failures = 0;
    this.#listenFor();
    if (this.state !== "live") this.#say("live");
  }

  #listenFor() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (this.state === "live") this.#say("delayed");
      this.#again();
    }, SILENCE_MS);
  }

  #doubt() {
    this.#lost ??= setTimeout(() => this.#say("lost"), LOST_AFTER_MS);
  }

  #again() {
    this.#rest();
    this.#doubt();
    this.#say(this.state); // other tabs hear that somebody still tries
    const pause = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = setTimeout(() => this.open(), pause * (0.5 + Math.random()));
  }

  #say(state) {
    this.state = state;
    this.#tell({ type: "state", state });
  }
}
