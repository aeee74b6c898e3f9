// How elements change: one becomes like another, and what has to move glides there.

const FLASH = /^flash-/;
const THEIRS = new Set(["open"]); // attributes that belong to the visitor

// `old` becomes like `fresh`. What stays keeps its focus and what the visitor did to it; `keeps(old, fresh)` says
// which parts are to be left alone.
export function morph(old, fresh, keeps) {
  if (old.isEqualNode(fresh) || keeps(old, fresh)) return;
  attributes(old, fresh);
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let next = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const known = wanted.id
      ? (byId.get(wanted.id) ?? document.getElementById(wanted.id))
      : next && !next.id && next.nodeName === wanted.nodeName && next;
    if (!known) old.insertBefore(wanted, next);
    else {
      if (known === next) next = next.nextSibling;
      else move(old, known, next);
      if (known.nodeType === Node.ELEMENT_NODE) morph(known, wanted, keeps);
      else if (known.data !== wanted.data) known.data = wanted.data;
    }
  }
  while (next) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

// Puts `child` before `next` in `parent`; where the browser can, without unloading what is in it.
export function move(parent, child, next) {
  if (child.parentNode === parent && child.nextSibling === next) return;
  const focused = child.contains(document.activeElement) && document.activeElement;
  if (parent.moveBefore && child.isConnected && parent.isConnected) parent.moveBefore(child, next);
  else parent.insertBefore(child, next);
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

function attributes(old, fresh) {
  const flashes = [...old.classList].filter((name) => FLASH.test(name));
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !THEIRS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (flashes.length) old.classList.add(...flashes);
}

const MOVING = "main section, main .group, main li, main .empty, .foot";
const GLIDE_MS = 280;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const gliding = new WeakMap();

// Does `change`, then lets everything in sight glide from its old place to its new one.
export function gently(change) {
  if (still.matches) {
    change();
    return;
  }
  const before = tops();
  change();
  for (const element of before.keys()) gliding.get(element)?.cancel();
  const moved = new Map();
  for (const [element, top] of tops()) {
    if (!before.has(element)) continue;
    const by = before.get(element) - top;
    moved.set(element, by);
    const own = by - (moved.get(element.parentElement?.closest(MOVING)) ?? 0);
    if (Math.abs(own) >= 1) glide(element, own);
  }
}

function glide(element, from) {
  const frames = { transform: [`translateY(${from}px)`, "none"] };
  gliding.set(element, element.animate(frames, { duration: GLIDE_MS, easing: "ease-out" }));
}

function tops() {
  const found = new Map();
  for (const element of document.querySelectorAll(MOVING)) {
    found.set(element, element.getBoundingClientRect().top);
  }
  return found;
}
