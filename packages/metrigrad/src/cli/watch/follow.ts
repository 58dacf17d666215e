/**
 * The script of a page that follows runs. At each message of the server it asks for the page again, and puts those parts in place that
 * have changed. Opened parts stay open, and the focus and the places to which the reader has scrolled stay. A page that takes long
 * to make is asked for less often.
 */
export const followScript = `"use strict";
const events = new EventSource("events");
const status = document.createElement("p");
status.className = "quiet";
status.setAttribute("role", "status");
document.querySelector("header").append(status);
const say = (text) => { if (status.textContent !== text) status.textContent = text; };
const sectionsOf = (root) => [...root.querySelectorAll("main > section")];
const idOf = (one) => one.getAttribute("aria-labelledby");
const stops = "a, summary, [tabindex]";
const known = new Map(sectionsOf(document).map((one) => [idOf(one), one.outerHTML]));

/** Puts a new part in the place of an old one, which is left as the reader has it. */
function swap(old, fresh) {
  const open = new Set([...old.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  for (const one of fresh.querySelectorAll("details")) one.open = open.has(one.dataset.key);
  const focused = [...old.querySelectorAll(stops)].indexOf(document.activeElement);
  const scrolled = [...old.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
  old.replaceWith(fresh);
  [...fresh.querySelectorAll(".scroll")].forEach((one, at) => { one.scrollLeft = scrolled[at] ?? 0; });
  if (focused >= 0) fresh.querySelectorAll(stops)[focused]?.focus({ preventScroll: true });
}

/** The first part that the reader sees, and where it is. */
function placeOf() {
  const seen = sectionsOf(document).find((one) => one.getBoundingClientRect().bottom > 0);
  return seen && { id: idOf(seen), top: seen.getBoundingClientRect().top };
}

function renewParts(fresh) {
  const place = placeOf();
  const main = document.querySelector("main");
  const own = new Map(sectionsOf(document).map((one) => [idOf(one), one]));
  for (const one of [...main.children]) if (one.tagName !== "SECTION") one.remove();
  let last = null;
  for (const one of sectionsOf(fresh)) {
    const [id, html] = [idOf(one), one.outerHTML];
    const old = own.get(id);
    own.delete(id);
    if (old && known.get(id) === html) { last = old; continue; }
    known.set(id, html);
    if (old) swap(old, one);
    else if (last) last.after(one);
    else main.prepend(one);
    last = one;
  }
  for (const [id, old] of own) { known.delete(id); old.remove(); }
  const now = place && sectionsOf(document).find((one) => idOf(one) === place.id);
  if (now && scrollY > 0) scrollBy(0, now.getBoundingClientRect().top - place.top);
}

function renewHead(fresh) {
  document.title = fresh.title;
  for (const part of ["h1", "header > p:not([role])", "style"]) {
    const [old, one] = [document.querySelector(part), fresh.querySelector(part)];
    if (old && one && old.textContent !== one.textContent) old.textContent = one.textContent;
    if (!old && one && part.includes("p")) document.querySelector("h1").after(one);
  }
  const [old, one] = [document.querySelector("nav"), fresh.querySelector("nav")];
  if (old.textContent !== one.textContent) swap(old, one);
}

let busy = false;
let again = false;
async function renew() {
  if (busy) { again = true; return; }
  busy = true;
  const begun = performance.now();
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok) throw new Error(fresh.querySelector("main")?.textContent ?? answer.statusText);
    renewHead(fresh);
    renewParts(fresh);
    say("This page follows the runs.");
  } catch (error) {
    say("The page could not be renewed: " + error.message);
  } finally {
    const rest = Math.min(10_000, 5 * (performance.now() - begun));
    setTimeout(() => { busy = false; if (again) { again = false; renew(); } }, rest);
  }
}
events.onmessage = renew;
events.onerror = () => say("The server has ended. The page shows what was last known.");
`;
