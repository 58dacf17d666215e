/**
 * The script of a page that follows runs. At each message of the server it takes the new page in the place of the old one. The
 * reader's place, the parts that were opened and the focus stay.
 */
export const followScript = `"use strict";
const events = new EventSource("events");
const status = document.createElement("p");
status.className = "quiet";
status.setAttribute("role", "status");
document.querySelector("header").append(status);
const say = (text) => { if (status.textContent !== text) status.textContent = text; };
const keyOf = (one) => (one.querySelector("summary")?.textContent ?? "");
let busy = false;
let again = false;
async function renew() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(await answer.text());
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = new Set([...document.querySelectorAll("details[open]")].map(keyOf));
    for (const one of fresh.querySelectorAll("details")) if (open.has(keyOf(one))) one.open = true;
    const focused = document.activeElement?.closest("[aria-label]")?.getAttribute("aria-label");
    for (const part of ["main", "nav"]) {
      document.querySelector(part).replaceWith(fresh.querySelector(part));
    }
    if (focused) {
      for (const one of document.querySelectorAll("[aria-label]")) {
        if (one.getAttribute("aria-label") === focused) one.focus({ preventScroll: true });
      }
    }
    say("This page follows the runs.");
  } catch (error) {
    say("The page could not be renewed: " + error.message);
  } finally {
    busy = false;
    if (again) { again = false; renew(); }
  }
}
events.onmessage = renew;
events.onerror = () => say("The server has ended. The page shows what was last known.");
events.onopen = () => say("This page follows the runs.");
`;
