// How elements change: one becomes like another, and what has to move glides there.

const FLASH = /^flash-/;
const FLASHING = "[class*=flash-]";
const OURS = new Set(["open", "style"]); // attributes the server has no say in

// `old` becomes like `fresh`. What stays keeps its focus and what the visitor did to it; `keeps(old, fresh)` says
// which parts are to be left alone.
export function morph(old, fresh, keeps) {
  if (old.isEqualNode(fresh) || keeps(old, fresh)) return;
  attributes(old, fresh);
  const wantedIds = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...old.children]) if (child.id && !wantedIds.has(child.id)) child.remove();
  let next = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const known = wanted.id
      ? document.getElementById(wanted.id)
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

// Puts `child` before `next` in `parent`. What has the focus or flashes is not taken out for it, where the browser can;
// all else is, for a thing that was never out counts as a jump wherever it is painted.
export function move(parent, child, next) {
  if (child.parentNode === parent && child.nextSibling === next) return;
  const focused = child.contains(document.activeElement) && document.activeElement;
  const busy = focused || child.matches(FLASHING) || child.querySelector(FLASHING);
  if (busy && parent.moveBefore && child.isConnected) parent.moveBefore(child, next);
  else parent.insertBefore(child, next);
  if (focused && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

function attributes(old, fresh) {
  const flashes = [...old.classList].filter((name) => FLASH.test(name));
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OURS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (flashes.length) old.classList.add(...flashes);
}

const MOVING = "main section, main .group, main li, main .empty, .foot";
const LEFT = 0.8; // of its way, a thing has so much before it after a frame
const still = matchMedia("(prefers-reduced-motion: reduce)");
const gliding = new Map(); // element -> { by, held }: how far from its place it is painted
let stepping = false;

// Does `change`, then lets everything glide from its old place to its new one.
export function gently(change) {
  if (still.matches) {
    change();
    return;
  }
  const before = tops();
  change();
  for (const element of gliding.keys()) rest(element);
  const moved = new Map();
  for (const [element, top] of tops()) {
    if (!before.has(element)) continue;
    const by = before.get(element) - top;
    moved.set(element, by);
    const own = by - (moved.get(element.parentElement?.closest(MOVING)) ?? 0);
    if (Math.abs(own) >= 1) glide(element, own);
  }
}

function tops() {
  const found = new Map();
  for (const element of document.querySelectorAll(MOVING)) {
    found.set(element, element.getBoundingClientRect().top);
  }
  return found;
}

// A thing is painted in its old place once before it moves: else a browser calls it a jump. For the same reason
// we move it ourselves, frame by frame: where an animation has brought it by now is known to the compositor alone.
function glide(element, by) {
  if (!stepping) requestAnimationFrame(step);
  stepping = true;
  gliding.set(element, { by, held: true });
  element.style.transform = `translateY(${by}px)`;
}

function step() {
  for (const [element, { by, held }] of gliding) {
    const left = held ? by : by * LEFT;
    if (Math.abs(left) < 1 || !element.isConnected) rest(element);
    else {
      gliding.set(element, { by: left, held: false });
      element.style.transform = `translateY(${left}px)`;
    }
  }
  stepping = gliding.size > 0;
  if (stepping) requestAnimationFrame(step);
}

function rest(element) {
  gliding.delete(element);
  if (element.hasAttribute("style")) element.removeAttribute("style"); // unasked, Chromium leaves an empty one
}
