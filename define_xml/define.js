"use strict";
// What the page does beyond reading: light and dark, values opened in place, the way back, where one is, search.
// Without it everything is still there to be read. Nothing is loaded; texts go in as text, never as markup.
// It is one script with define_search.js, which follows it in the page.

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const narrow = matchMedia("(max-width: 64rem)");
root.classList.add("js");

// -- light and dark: the choice is kept where the browser lets a page keep something; for files it may refuse
const THEME = "define-theme";
const kept = () => { try { return localStorage.getItem(THEME); } catch { return null; } };
const keep = (theme) => { try { localStorage.setItem(THEME, theme); } catch { /* it lasts as long as the page */ } };
if (["light", "dark"].includes(kept())) root.dataset.theme = kept();

function startTheme() {
  const button = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => button.setAttribute("aria-pressed", dark());
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    keep(root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}

// -- the values of a variable, opened and closed in place
const opener = (list) => document.querySelector(`button[aria-controls="${CSS.escape(list.id)}"]`);

function setOpen(list, open) {
  list.classList.toggle("open", open);
  opener(list)?.setAttribute("aria-expanded", open);
}

function startValues() {
  for (const button of all("button.values")) {
    button.addEventListener("click", () => setOpen(byId(button.getAttribute("aria-controls")), button.ariaExpanded !== "true"));
  }
  const forAll = (button, within) => {
    const [expand, collapse] = [button.textContent, button.textContent.replace("Expand", "Collapse")];
    button.addEventListener("click", () => {
      const open = button.ariaPressed !== "true";
      for (const list of all("tbody.values", within)) setOpen(list, open);
      button.ariaPressed = String(open);
      button.textContent = open ? collapse : expand;
    });
  };
  forAll(byId("expand"), document);
  for (const button of all("button.all")) forAll(button, button.closest("section"));
}

// -- where an address leads: an id, or `CL.SEX/F` for a term; what is closed opens
function target(hash) {
  let id = hash.slice(1);
  try { id = decodeURIComponent(id); } catch { /* a stray percent sign stands for itself */ }
  const found = byId(id);
  if (found || !id.includes("/")) return found;
  const value = id.slice(id.indexOf("/") + 1);
  const list = byId(id.slice(0, id.indexOf("/")));
  return list && (all("tbody tr", list).find((row) => row.cells[0].firstChild?.data.trim() === value) || list);
}

function openUp(found, marked = true) {
  for (const row of all(".here")) row.classList.remove("here");
  if (!found) return;
  const list = found.closest("tbody.values");
  if (list) setOpen(list, true);
  for (let box = found.closest("details:not([open])"); box; box = box.parentElement.closest("details:not([open])")) box.open = true;
  const isRow = found.localName === "tr";
  found.classList.toggle("here", isRow && marked);
  found.scrollIntoView({ block: isRow ? "center" : "start" });
  if (!found.hasAttribute("tabindex")) found.tabIndex = -1;
  found.focus({ preventScroll: true });
}

// -- the way back: an entry of the history keeps what was left on the page, and where in the window it stood; the next keeps its name
function nameOf(element) {
  const heading = element.closest("main section[id]")?.querySelector("h1, h2, h3")?.firstChild.data.trim();
  const row = element.closest("table.variables tbody tr");
  if (!row) return heading ?? "where you were";
  const list = row.closest("tbody.values");
  const variable = list ? [...list.previousElementSibling.rows].at(-1) : row;
  return `${heading}.${variable.cells[0].textContent}`;
}

function remember(from) {
  const place = (from ?? document.elementFromPoint(innerWidth * 0.6, innerHeight * 0.4))?.closest("main [id]");
  const left = place && { id: place.id, top: place.getBoundingClientRect().top, marked: Boolean(from) };
  if (place) history.replaceState({ ...history.state, left }, "");
  return place;
}

function restore({ id, top, marked }) {
  const place = byId(id);
  openUp(place, marked);
  const put = () => place && scrollBy(0, place.getBoundingClientRect().top - top);
  put();
  requestAnimationFrame(put); // what comes into sight may only now have got its height
}

let followed = null;

function follow(hash, from) {
  const place = remember(from);
  followed = { from: place ? nameOf(place) : "where you were" };
  if (location.hash === hash) arrive();
  else location.hash = hash;
}

function arrive() {
  if (followed) history.replaceState({ from: followed.from }, "");
  if (history.state?.left) restore(history.state.left);
  else openUp(target(location.hash));
  followed = null;
  showWayBack();
}

function showWayBack() {
  const from = history.state?.from;
  byId("back").hidden = !from;
  byId("back").textContent = `← Back to ${from}`;
}

function startLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!link.getAttribute("href").startsWith("#")) return void remember(link);
    event.preventDefault();
    root.classList.remove("opened");
    follow(link.hash, link.closest("main") && link);
  });
  addEventListener("hashchange", arrive);
  byId("back").addEventListener("click", () => history.back());
  // A page that is loaded again is put by the browser where it was.
  if (performance.getEntriesByType("navigation")[0]?.type === "reload") showWayBack();
  else arrive();
}

// -- the contents: shown or not, and marked where one is
function startContents() {
  const button = byId("contents-button");
  const nav = byId("contents");
  const show = () => button.setAttribute("aria-expanded", narrow.matches ? root.classList.contains("opened") : !root.classList.contains("shut"));
  button.addEventListener("click", () => {
    root.classList.toggle(narrow.matches ? "opened" : "shut");
    show();
    if (narrow.matches && root.classList.contains("opened")) nav.querySelector("a").focus();
  });
  // Where tables scroll sideways, the keyboard must reach them.
  const fit = () => {
    for (const table of all(".wide")) narrow.matches ? table.setAttribute("tabindex", 0) : table.removeAttribute("tabindex");
    show();
  };
  narrow.addEventListener("change", fit);
  fit();

  const links = new Map(all("a", nav).map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const mark = () => {
    const here = all("main section[id]").filter((section) => seen.has(section) && links.has(section.id)).at(-1);
    const link = here && links.get(here.id);
    if (link?.ariaCurrent) return;
    for (const old of all("a[aria-current]", nav)) old.removeAttribute("aria-current");
    if (!link) return;
    link.setAttribute("aria-current", "location");
    if (!link.checkVisibility()) return;
    const [box, frame] = [link.getBoundingClientRect(), nav.getBoundingClientRect()];
    if (box.top < frame.top || box.bottom > frame.bottom) nav.scrollTop += box.top - frame.top - frame.height / 3;
  };
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
    mark();
  }, { rootMargin: "-20% 0px -79% 0px" });
  for (const section of all("main section[id]")) observer.observe(section);
}

// Sections that are not laid out yet get a height by their rows, so that the scroll bar tells where one is.
function estimateHeights() {
  for (const section of all(".dataset, .entry")) {
    const rows = all("tbody:not(.values) > tr", section).length;
    if (rows) section.style.containIntrinsicBlockSize = `auto ${(section.matches(".dataset") ? 56 : 28) * rows + 100}px`;
  }
}

addEventListener("DOMContentLoaded", () => {
  estimateHeights();
  startTheme();
  startValues();
  startContents();
  startSearch();
  startLinks();
});
