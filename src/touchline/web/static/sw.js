// The worker: files of the pages are taken from its cache, pages from the network, and without a network the last
// copy a page left here. Streams and the API pass by untouched.

const CACHE = `touchline-${new URL(self.location).searchParams.get("v")}`;
const OFFLINE = "/offline";
const PAGES_MAX = 30;
const NEVER = /^\/(api|live)\//;
// As strict as a page of ours needs it: a copy must not do more than the page it was taken of.
const HEADERS = { "content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'self'" };

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || NEVER.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.add(OFFLINE);
  const html = await (await cache.match(OFFLINE)).text();
  await hold(cache, html.match(/\/static\/[^"]+\.(css|js|svg)/g) ?? []);
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function keep({ address, html, files }) {
  const cache = await caches.open(CACHE);
  await cache.delete(address); // so that it counts as the newest
  await cache.put(address, new Response(html, { headers: HEADERS }));
  await hold(cache, files);
  const pages = (await cache.keys()).filter(({ url }) => !/\/static\/|\/offline$/.test(url));
  for (const old of pages.slice(0, -PAGES_MAX)) await cache.delete(old);
}

async function hold(cache, addresses) {
  for (const address of addresses) if (!(await cache.match(address))) await cache.add(address);
}

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const held = (await caches.match(request.url)) ?? (await caches.match(OFFLINE));
    if (!held) throw error;
    return held;
  }
}

async function file(request) {
  const held = await caches.match(request);
  if (held) return held;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}
