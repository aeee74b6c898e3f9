// Stars, filters and the zone without a reload. The server does what it does without us; we show its answer.
import { renew } from "./fragments.js";

const OFFER = "touchline-zone-offered";

// Reads the page at `address` and becomes it. Rejects where there is no such answer.
export async function read(address = location.href, options = {}) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, ...options });
  if (!answer.ok) throw new Error(answer.statusText);
  renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
  return answer.url;
}

// `renewed()` is told after the page became another answer.
export function enhance(renewed) {
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    const star = submitter?.name === "toggle" && submitter;
    if (!star && !form.matches("[data-auto]")) return;
    const data = new URLSearchParams(new FormData(form, submitter));
    const address = new URL(form.action);
    if (!star && address.pathname !== location.pathname) return;
    event.preventDefault();
    if (!star) address.search = data;
    if (star) star.setAttribute("aria-pressed", String(star.getAttribute("aria-pressed") !== "true"));
    try {
      const url = await (star ? read(address, { method: "POST", body: data }) : read(address));
      if (!star) history.replaceState(null, "", url);
      renewed();
    } catch {
      if (star) star.setAttribute("aria-pressed", String(star.getAttribute("aria-pressed") !== "true"));
    }
  });
  document.addEventListener("change", ({ target }) => {
    const typing = target.type === "date" && !(target.valueAsNumber > 0); // a year begins as 0002
    if (!typing && target.form?.matches("[data-auto]")) target.form.requestSubmit();
  });
}

// Once, to a visitor who has chosen no zone: the one of his browser.
export function offerZone() {
  const select = document.getElementById("tz");
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const chosen = document.cookie.includes("tz=") || localStorage.getItem(OFFER);
  if (!select || chosen || !timeZone || timeZone === document.body.dataset.tz) return;
  const offer = document.createElement("p");
  offer.className = "offer";
  offer.innerHTML = '<button type="button"></button><button type="button" aria-label="No, thank you">×</button>';
  offer.firstChild.textContent = `Show times in ${timeZone.replaceAll("_", " ")}?`;
  offer.addEventListener("click", ({ target }) => {
    if (target === offer) return;
    localStorage.setItem(OFFER, "1");
    offer.remove();
    if (target !== offer.firstChild) return;
    if (![...select.options].some((option) => option.value === timeZone)) select.add(new Option(timeZone, timeZone));
    select.value = timeZone;
    select.form.requestSubmit();
  });
  document.body.append(offer);
}
