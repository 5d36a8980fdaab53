"use strict";
// What the page does beyond reading: a filter by name, only what differs, light and dark. Without it everything is there to be read.

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
root.classList.add("js");

// A dataset is shown if its name has the text, with all its variables, or if one of its variables has, with those.
function show() {
  const text = byId("filter").value.trim().toUpperCase();
  const differing = byId("differing").checked;
  const has = (element) => element.dataset.name.toUpperCase().includes(text);
  const wanted = (element) => !(differing && element.classList.contains("same"));
  const shown = new Set();
  for (const section of all("section")) {
    const whole = has(section);
    let some = whole;
    for (const part of all("[data-name]", section)) {
      part.hidden = !(wanted(part) && (whole || has(part)));
      some ||= !part.hidden;
    }
    section.hidden = !(some && wanted(section));
    if (!section.hidden) shown.add(section.dataset.name);
    for (const table of all("table", section)) table.hidden = table.tBodies[0].rows.length > 0 && all("tbody tr:not([hidden])", table).length === 0;
  }
  for (const row of all("#datasets tbody tr")) row.hidden = !shown.has(row.dataset.name);
}

addEventListener("DOMContentLoaded", () => {
  byId("filter").addEventListener("input", show);
  byId("differing").addEventListener("change", show);
  startTheme();
});
