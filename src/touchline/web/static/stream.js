// A stream that comes back for ever, and says how it is doing.

const SILENCE_MS = 20000; // without a sign of life the data is called delayed
const LOST_AFTER_MS = 3000; // a short gap is nobody's business
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];

export function listen(url, on) {
  let source, silence, lost, failures = 0;

  function alive() {
    clearTimeout(silence);
    clearTimeout(lost);
    lost = undefined;
    silence = setTimeout(() => { on.state("delayed"); again(); }, SILENCE_MS);
    on.state("live");
  }

  function again() {
    source.close();
    clearTimeout(silence);
    lost ??= setTimeout(() => on.state("lost"), LOST_AFTER_MS);
    const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    setTimeout(open, pause * (0.5 + Math.random()));
  }

  function open() {
    source = new EventSource(url);
    source.addEventListener("open", () => { failures = 0; alive(); on.reset(); });
    source.addEventListener("alive", alive);
    source.addEventListener("fragment", (event) => { alive(); on.fragment(event.data); });
    source.addEventListener("reset", on.reset);
    source.addEventListener("bye", again);
    source.addEventListener("error", again);
  }

  on.state("connecting");
  lost = setTimeout(() => on.state("lost"), LOST_AFTER_MS * 2);
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
}
