// Ready HTML from the server takes the place of the element with its id. All of it is state, so an old fragment
// that comes late, or one that comes twice, changes nothing.
import { favourites, heed } from "./alerts.js";
import { gently, morph, move } from "./elements.js";
import { offset } from "./stream.js";

const GATHER_MS = 16; // what comes within so long is placed together
const shown = new Map(); // id of an element -> offset of what it shows
const waiting = [];
let ground = 0; // offset of the page as it was loaded
const sight = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) show(target);
  },
  { rootMargin: "50%" },
);

// The page is as it was at `position`; nothing older is placed in it.
export function begin(position) {
  shown.clear();
  ground = position ? offset(position) : 0;
  heed(document.body);
  picture(document.body);
}

// The page becomes like `fresh`, the same page read anew.
export function renew(fresh) {
  document.title = fresh.title;
  Object.assign(document.body.dataset, fresh.body.dataset);
  gently(() => morph(document.getElementById("main"), fresh.getElementById("main"), hasPicture));
  begin(fresh.body.dataset.after);
}

export function place(html, position) {
  if (!waiting.length) setTimeout(placeAll, GATHER_MS);
  waiting.push([html, offset(position)]);
}

function placeAll() {
  gently(() => {
    for (const [html, at] of waiting.splice(0)) {
      const template = document.createElement("template");
      template.innerHTML = html;
      for (const fresh of [...template.content.children]) put(fresh, at);
    }
  });
}

function put(fresh, at) {
  if (at < ground || (shown.get(fresh.id) ?? 0) > at) return;
  if (fresh.dataset.keep !== undefined) {
    keep(fresh, at);
    return;
  }
  for (const star of fresh.querySelectorAll("button[name=toggle]")) {
    star.setAttribute("aria-pressed", String(favourites().has(star.value)));
  }
  const [, match] = fresh.id.match(/^row-(.+)-now$/) ?? [];
  if (match) favourite(fresh, match, at);
  if (fresh.dataset.gone === undefined) become(fresh, at);
  else remove(match ? `row-${match}` : fresh.id);
  shown.set(fresh.id, at);
}

// A match that is a favourite is shown twice.
function favourite(fresh, match, at) {
  if (fresh.dataset.gone !== undefined) {
    remove(`fav-${match}`);
    return;
  }
  const copy = fresh.cloneNode(true);
  copy.id = `fav-${match}-now`;
  become(copy, at);
}

function become(fresh, at) {
  const { in: container, order } = fresh.dataset;
  let element = document.getElementById(fresh.id);
  if (element) morph(element, fresh, (old, other) => isNewer(old, at) || hasPicture(old, other));
  const place = container && document.getElementById(container);
  if (place && (place.dataset.only ?? fresh.id) === fresh.id) {
    element ??= document.importNode(fresh, true);
    move(place, element, following(place, element, order));
  }
  if (!element) return;
  for (const part of element.querySelectorAll("[id]")) if (!isNewer(part, at)) shown.set(part.id, at);
  heed(element);
  picture(element);
}

// Before which child of `place` an element of `order` stands: the first that comes later, or has no order.
function following(place, element, order) {
  const others = [...place.children].filter((child) => child !== element);
  return others.find(({ dataset }) => dataset.order === undefined || dataset.order > order) ?? null;
}

// Of a container, the groups that are named; the others are gone.
function keep(fresh, at) {
  const named = new Set(fresh.dataset.keep.split(/\s+/));
  const place = document.getElementById(fresh.dataset.in);
  for (const group of [...(place?.children ?? [])]) {
    if (group.dataset.order !== undefined && !named.has(group.id) && !isNewer(group, at)) group.remove();
  }
}

const isNewer = (element, at) => (shown.get(element.id) ?? 0) > at;
const hasPicture = (old, fresh) => old.dataset.crest !== undefined && old.dataset.crest === fresh.dataset.crest;
const remove = (id) => document.getElementById(id)?.remove();

// Crests come when they are in sight; the monogram stands until, and where, there is none.
function picture(root) {
  for (const crest of root.querySelectorAll("[data-crest]")) if (!crest.querySelector("img")) sight.observe(crest);
}

function show(crest) {
  sight.unobserve(crest);
  if (crest.querySelector("img")) return;
  const image = new Image();
  image.alt = "";
  image.addEventListener("error", () => image.remove());
  image.src = crest.dataset.crest;
  crest.append(image);
}
