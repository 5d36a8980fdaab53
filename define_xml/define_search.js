// Search as one types: an index of what stands on the page, made when it is first needed.
// Follows define.js in the page and uses what stands there.

const SHOWN = 6;
const SHOWN_ALL = 200;
const text = (element) => element?.textContent.trim().replace(/\s+/g, " ") ?? "";

function indexed() {
  const items = [];
  const add = (group, hash, name, detail, more = "", short = name) => items.push({
    group, hash, name, detail, short, place: items.length, words: ` ${name} ${detail} ${more}`.toLowerCase(),
  });
  const heading = (section) => [section.querySelector("h3").firstChild.data.trim(), text(section.querySelector("h3 small"))];
  // What an entry says first: its description. Looked for by place, since a selector would walk through all terms.
  const said = (section) => (section.lastElementChild.firstElementChild?.localName === "p" ? text(section.lastElementChild.firstElementChild) : "");
  for (const section of all("section.dataset")) {
    const [dataset, label] = heading(section);
    add("Datasets", section.id, dataset, label, text(section.querySelector(".about")));
    let variable;
    for (const row of all("table.variables > tbody > tr", section)) {
      if (row.parentNode.className.startsWith("values")) {
        add("Values", row.id, variable, text(row.cells[0].querySelector("p")), text(row.cells[0]));
      } else {
        const short = row.cells[0].textContent;
        variable = `${dataset}.${short}`;
        add("Variables", row.id, variable, row.cells[1].firstChild?.data?.trim() ?? "", "", short);
      }
    }
  }
  for (const section of all("section.display")) {
    add("Analysis results", section.id, ...heading(section));
    for (const result of all(".result", section)) add("Analysis results", result.id, text(result.querySelector("h4")), heading(section)[0]);
  }
  for (const section of all("section.codelist, section.dictionary")) {
    const [list, code] = heading(section);
    add("Code lists", section.id, list, code, said(section));
    for (const { firstElementChild: first } of section.querySelector("tbody")?.rows ?? []) {
      const value = first.firstChild?.data?.trim() ?? "";
      const meaning = first.nextElementSibling?.textContent ?? "";
      const code = first.nextElementSibling?.nextElementSibling?.textContent ?? "";
      add("Terms", `${section.id}/${value}`, value, `${meaning} · ${list}`, code);
    }
  }
  for (const section of all("section.method")) add("Methods", section.id, heading(section)[0], said(section));
  for (const section of all("section.comment")) add("Comments", section.id, heading(section)[0], said(section));
  for (const row of all("tr.document")) add("Documents", row.id, text(row.cells[0]), text(row.cells[1]));
  return items.filter((item) => item.hash);
}

// The better, the smaller: the name itself, its beginning, the beginning of a word, anything else.
function rank(item, query, words) {
  const [short, full] = [item.short.toLowerCase(), item.name.toLowerCase()];
  if (short === query || full === query) return 0;
  if (short.startsWith(query) || full.startsWith(query)) return 1;
  return words.every((word) => item.words.includes(` ${word}`)) ? 2 : 3;
}

function found(items, query) {
  const words = query.split(/\s+/);
  const groups = new Map();
  for (const item of items) {
    if (!words.every((word) => item.words.includes(word))) continue;
    item.rank = rank(item, query, words);
    if (!groups.has(item.group)) groups.set(item.group, []);
    groups.get(item.group).push(item);
  }
  for (const group of groups.values()) group.sort((a, b) => a.rank - b.rank || a.place - b.place);
  return [...groups.values()].sort((a, b) => Math.min(a[0].rank, 2) - Math.min(b[0].rank, 2));
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function marked(name, content, words) {
  const parts = [];
  const pattern = new RegExp(words.map((word) => word.replace(/[^\p{L}\p{N}\s]/gu, "\\$&")).join("|"), "gi");
  let end = 0;
  for (const match of content.matchAll(pattern)) {
    parts.push(content.slice(end, match.index), element("mark", {}, match[0]));
    end = match.index + match[0].length;
  }
  return element(name, {}, ...parts, content.slice(end));
}

// The results by group, a few of each; all (or so many that more would help nobody) of the group `whole`.
function drawn(groups, words, whole) {
  let number = 0;
  const option = (attributes, ...children) =>
    element("a", { role: "option", id: `option-${number++}`, tabindex: -1, "aria-selected": "false", ...attributes }, ...children);
  return groups.map((group) => {
    const name = group[0].group;
    const size = group.length.toLocaleString("en");
    const shown = group.slice(0, name === whole ? SHOWN_ALL : SHOWN);
    const rows = shown.map((item) =>
      option({ href: `#${encodeURIComponent(item.hash)}` }, marked("b", item.name, words), marked("span", item.detail.slice(0, 160), words)));
    if (shown.length < group.length) {
      rows.push(name === whole
        ? element("p", { role: "presentation" }, `The first ${SHOWN_ALL} of ${size}: type more to see fewer`)
        : option({ class: "more", "data-group": name }, `Show all ${size} in ${name.toLowerCase()}`));
    }
    const title = element("p", { role: "presentation" }, name, element("span", { class: "count" }, size));
    return element("div", { role: "group", "aria-label": name }, title, ...rows);
  });
}

function startSearch() {
  const [input, box, count] = [byId("search"), byId("results"), byId("count")];
  let items = null;
  let active = -1;
  const options = () => all("[role=option]", box);

  const choose = (index) => {
    const shown = options();
    active = shown.length ? (index + shown.length) % shown.length : -1;
    shown.forEach((option, place) => option.setAttribute("aria-selected", place === active));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", shown[active].id);
    shown[active]?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    box.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const show = (whole = null) => {
    ready();
    const query = input.value.trim().toLowerCase();
    const groups = query ? found(items, query) : [];
    const total = groups.reduce((sum, group) => sum + group.length, 0);
    count.textContent = !query ? "" : total ? `${total.toLocaleString("en")} result${total === 1 ? "" : "s"}` : "No results";
    if (!query) return close();
    box.replaceChildren(...(total ? drawn(groups, query.split(/\s+/), whole) : [element("p", { role: "presentation" }, "No results")]));
    box.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(whole ? options().findIndex((option) => option.parentNode.getAttribute("aria-label") === whole) : 0);
  };
  const go = (option) => {
    if (option.dataset.group) return show(option.dataset.group);
    close();
    input.blur();
    follow(option.hash, null);
  };
  const keys = {
    ArrowDown: () => (box.hidden ? show() : choose(active + 1)),
    ArrowUp: () => choose(active - 1),
    Enter: () => { if (!box.hidden && active >= 0) go(options()[active]); },
    Escape: () => { if (box.hidden) input.blur(); else close(); },
  };

  const ready = () => { items ??= indexed(); };
  if (window.requestIdleCallback) requestIdleCallback(ready);
  input.addEventListener("focus", () => show());
  input.addEventListener("input", () => show());
  input.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(keys, event.key) || event.isComposing) return;
    event.preventDefault();
    keys[event.key]();
  });
  box.addEventListener("mousedown", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(option);
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
