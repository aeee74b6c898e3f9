// Ready HTML from the server takes the place of the element with its id.

const said = document.getElementById("said");

export function place(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const fresh of template.content.children) {
    const old = document.getElementById(fresh.id);
    if (!old) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(fresh);
    if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"], a[href="${focused}"]`)?.focus({ preventScroll: true });
    if (fresh.dataset.goal) celebrate(fresh);
  }
}

export async function refetch(id) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = answer.ok && page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(fresh);
  } catch {
    // The stream says when we are cut off; the old list stays.
  }
}

function celebrate(element) {
  const row = element.closest(".row") ?? element;
  row.classList.remove("goal");
  void row.offsetWidth; // starts the flash anew
  row.classList.add("goal");
  row.dataset.scored = element.dataset.goal;
  row.addEventListener("animationend", () => row.classList.remove("goal"), { once: true });
  if (element.dataset.say) said.textContent = element.dataset.say;
}
