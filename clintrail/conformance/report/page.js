// What the page shows of the findings: filters, groups and the open group, each list with the rows in sight only.

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const counted = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
const TALLEST = 8e6; // pixels that every browser can scroll; longer lists scroll faster than they are drawn
root.classList.add("js");
root.dataset.part = "findings";

// An element; texts are put in as text, never as HTML.
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// A list of any length of which only the rows in sight are elements. Arrow keys, page and end keys move, a click or Enter chooses.
class Rows {
  constructor(box, height, draw, choose, enter) {
    Object.assign(this, { box, height, draw, choose, count: 0, active: -1 });
    this.sheet = make("div");
    box.append(this.sheet);
    box.addEventListener("scroll", () => this.show());
    new ResizeObserver(() => this.show()).observe(box);
    this.sheet.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) this.select(Number(row.dataset.index));
    });
    const moves = { ArrowDown: () => this.active + 1, ArrowUp: () => this.active - 1, Home: () => 0, End: () => this.count - 1, PageDown: () => this.active + this.page(), PageUp: () => this.active - this.page() };
    box.addEventListener("keydown", (event) => {
      if (event.target !== box || event.ctrlKey || event.metaKey || event.altKey) return;
      if (moves[event.key] && this.count) this.select(Math.max(0, Math.min(this.count - 1, moves[event.key]())));
      else if (event.key === "Enter" && this.active >= 0) enter();
      else return;
      event.preventDefault();
    });
  }

  page() {
    return Math.max(1, Math.floor(this.box.clientHeight / this.height) - 1);
  }

  set(count, active = -1) {
    this.count = count;
    this.active = active;
    this.sheet.style.height = `${Math.min(TALLEST, count * this.height)}px`;
    this.box.scrollTop = 0;
    if (active >= 0) this.reveal();
    this.show();
  }

  // How many pixels of the whole list one pixel of scrolling passes.
  ratio() {
    const view = this.box.clientHeight;
    const whole = this.count * this.height;
    return whole <= TALLEST ? 1 : (whole - view) / (TALLEST - view);
  }

  select(index) {
    this.active = index;
    this.reveal();
    this.show();
    this.choose(index);
  }

  reveal() {
    const top = this.active * this.height;
    const at = this.box.scrollTop * this.ratio();
    if (top < at) this.box.scrollTop = top / this.ratio();
    else if (top + this.height > at + this.box.clientHeight) this.box.scrollTop = (top + this.height - this.box.clientHeight) / this.ratio();
  }

  show() {
    const at = this.box.scrollTop * this.ratio();
    const first = Math.max(0, Math.floor(at / this.height) - 4);
    const last = Math.min(this.count, Math.ceil((at + this.box.clientHeight) / this.height) + 4);
    const rows = [];
    for (let index = first; index < last; index++) {
      const row = this.draw(index);
      row.classList.add("row");
      row.id = `${this.box.id}-${index}`;
      row.dataset.index = index;
      row.style.top = `${index * this.height - at + this.box.scrollTop}px`;
      row.style.height = `${this.height}px`;
      for (const [name, value] of [["role", "option"], ["aria-selected", index === this.active], ["aria-setsize", this.count], ["aria-posinset", index + 1]]) row.setAttribute(name, value);
      rows.push(row);
    }
    this.sheet.replaceChildren(...rows);
    if (this.active >= 0) this.box.setAttribute("aria-activedescendant", `${this.box.id}-${this.active}`);
    else this.box.removeAttribute("aria-activedescendant");
  }
}

class Page {
  constructor(findings) {
    this.findings = findings;
    this.data = findings.data;
    this.groups = [];
    this.chosen = [];
    this.list = new Rows(byId("groups"), 76, (i) => this.groupRow(this.groups[i]), (i) => this.open(this.groups[i]), () => byId("records").focus());
    this.records = new Rows(byId("records"), 56, (i) => this.recordRow(this.chosen[i]), (i) => this.openRecord(this.chosen[i]), () => byId("record").focus());
    byId("opened").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (!byId("record").hidden) this.closeRecord();
      else byId("groups").focus();
    });
  }

  filter() {
    const checked = [...document.querySelectorAll("[name=severity]:checked")].map((box) => box.value);
    const dataset = byId("dataset").value;
    return {
      text: byId("text").value, severities: new Set(checked), explained: byId("explained").value, rule: byId("rule").value,
      origin: byId("origin").value, dataset: dataset === "*" ? null : dataset,
    };
  }

  show() {
    this.by = byId("group").value;
    const open = this.open_group && this.open_group.by === this.by ? this.open_group.key : null;
    const { found, hidden } = this.findings.filtered(this.filter());
    this.groups = this.findings.grouped(found, this.by);
    byId("told").replaceChildren(...this.told(found.length, hidden));
    let at = this.groups.findIndex((group) => group.key === open);
    if (at < 0 && this.groups.length) at = 0;
    this.list.set(this.groups.length, at);
    byId("opened").hidden = at < 0;
    if (at >= 0) this.open(this.groups[at]);
  }

  told(count, hidden) {
    const { all, listed } = this.data;
    const parts = [`${counted(count, "finding")} of ${counted(this.groups.length, this.by)}`];
    if (all > listed) parts.push(` of the ${listed.toLocaleString("en")} listed here, the first of each cause (${all.toLocaleString("en")} in all)`);
    if (hidden) {
      const button = make("button", "", `show ${counted(hidden, "finding")} that ${hidden === 1 ? "is" : "are"} explained`);
      button.type = "button";
      button.addEventListener("click", () => ((byId("explained").value = ""), this.show()));
      parts.push("; ", button);
    }
    return parts;
  }

  // A group in the words of what it groups by: {title, message, below}.
  words(group) {
    const first = this.findings.finding(group.findings[0]);
    if (this.by === "rule") return { title: group.key, message: this.data.rules[group.key].holds, below: this.names(group, "dataset") };
    if (this.by === "dataset") return { title: group.key || "(study)", message: this.data.datasets[group.key]?.label || "", below: this.names(group, "rule") };
    const cause = this.data.causes[group.key];
    return { title: cause.subject, message: first.message, below: cause.place || this.names(group, "rule") };
  }

  names(group, column) {
    const { numbers, texts } = this.findings.of[column];
    const found = new Set();
    for (const index of group.findings) found.add(numbers[index]);
    return [...found].map((number) => texts[number] || "(study)").sort().join(", ");
  }

  groupRow(group) {
    const { title, message, below } = this.words(group);
    const severity = SEVERITIES[group.severity];
    return make("div", "",
      make("div", "", mark(severity), make("b", "grow", title), make("span", "count", group.findings.length.toLocaleString("en"))),
      make("div", "", make("span", "", this.by === "cause" ? message : message || below)),
      make("div", "quiet", make("span", "code", this.by === "cause" || message ? below : "")));
  }

  recordRow(index) {
    const one = this.findings.finding(index);
    const where = [one.dataset || "(study)", one.record ? `record ${one.record.toLocaleString("en")}` : ""].filter(Boolean).join("  ");
    return make("div", "",
      make("div", "", mark(one.rule.severity), make("b", "", where), make("span", "quiet grow", one.keys), one.disposition ? make("span", "explained", "explained") : null),
      make("div", "", make("span", "", one.message)));
  }

  open(group) {
    this.open_group = { by: this.by, key: group.key };
    const { title, message } = this.words(group);
    const cause = this.by === "cause" ? this.data.causes[group.key] : null;
    const { numbers, texts } = this.findings.of.rule;
    const rules = [...new Set(group.findings.map((index) => numbers[index]))].map((number) => this.data.rules[texts[number]]);
    const dispositions = [...new Set(group.findings.map((index) => this.findings.of.disposition.numbers[index]))].filter(Boolean);
    const about = [make("h2", "", title), make("p", "said", message)];
    if (cause) about.push(facts([["made at", code(cause.place)], ["raw record", code(cause.raw)]]));
    about.push(...dispositions.map((number) => because(this.data.dispositions[number])));
    if (this.by === "dataset") about.push(facts(rules.map((rule) => [code(rule.id), rule.holds])));
    else about.push(...rules.flatMap((rule) => ruleFacts(rule, this.by === "rule")));
    byId("counted").textContent = counted(group.findings.length, "finding");
    byId("about").replaceChildren(...about);
    byId("about").scrollTop = 0;
    byId("record").hidden = true;
    this.one_rule = rules.length === 1;
    this.chosen = group.findings;
    this.records.set(this.chosen.length);
  }

  openRecord(index) {
    const one = this.findings.finding(index);
    const close = make("button", "", "Close");
    close.type = "button";
    close.addEventListener("click", () => this.closeRecord());
    const where = [one.dataset || "(study)", one.record ? `record ${one.record.toLocaleString("en")}` : ""].filter(Boolean).join(", ");
    const values = one.variables.map(([name, value]) => [name, value === undefined ? make("span", "quiet", "(no one value)") : value === "" ? make("span", "quiet", "(missing)") : make("span", "value", value)]);
    const box = byId("record");
    box.replaceChildren(close, make("h2", "", where), make("p", "said", one.message),
      facts([["keys", one.keys], ...values, ["made at", code(one.cause?.place)], ["raw record of the first", code(one.cause?.raw)]]),
      ...(one.disposition ? [because(one.disposition)] : []), ...(this.one_rule ? [] : ruleFacts(one.rule)));
    box.hidden = false;
    box.scrollTop = 0;
    this.records.reveal();
    this.records.show();
  }

  closeRecord() {
    byId("record").hidden = true;
    byId("records").focus();
  }

  // For paper: the groups as a table, since their lists hold only the rows in sight.
  print() {
    const most = 2000;
    const body = make("tbody", "", ...this.groups.slice(0, most).map((group) => {
      const { title, message, below } = this.words(group);
      const severity = SEVERITIES[group.severity];
      return make("tr", "", make("td", severity, severity), make("th", "", title), make("td", "number", group.findings.length.toLocaleString("en")), make("td", "", message), make("td", "code", below));
    }));
    const heads = ["Severity", "About", "Findings", "First finding", "Where"].map((name) => make("th", "", name));
    const more = this.groups.length > most ? [make("p", "", `and ${(this.groups.length - most).toLocaleString("en")} more`)] : [];
    byId("printed").replaceChildren(make("h2", "", "Findings"), make("p", "", byId("told").textContent), make("table", "", make("thead", "", make("tr", "", ...heads)), body), ...more);
  }
}

function mark(severity) {
  const dot = make("span", `mark ${severity}`);
  dot.setAttribute("role", "img");
  dot.setAttribute("aria-label", severity);
  dot.title = severity;
  return dot;
}

const code = (text) => (text ? make("span", "code", text) : "");

// A list of names and texts without those that are empty.
function facts(pairs) {
  return make("dl", "facts", ...pairs.filter(([, text]) => text).flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]));
}

function because({ explanation, by, date, place }) {
  return make("div", "because", make("b", "explained", "Explained"), make("p", "", explanation), make("p", "quiet code", [place, by, date].filter(Boolean).join("  ")));
}

const OF = { CDISC: "of CDISC", agency: "of the agency", study: "of the study", define: "for define.xml" };

function ruleFacts(rule, titled = false) {
  const head = make("h3", "", ...(titled ? [] : [make("span", "code", rule.id), "  "]), make("span", rule.severity, rule.severity), OF[rule.origin] ? ` ${OF[rule.origin]}` : "");
  const holds = titled ? "" : rule.holds;
  return [head, facts([["must hold", holds], ["fix", rule.fix], ["stands for", rule.stands_for.join(", ")], ["source", rule.source]])];
}

function startTabs() {
  const buttons = [...document.querySelectorAll("#tabs button")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      root.dataset.part = button.dataset.part;
      for (const one of buttons) one.setAttribute("aria-pressed", one === button);
    });
  }
}

function startFilters(page) {
  const filters = byId("filters");
  let waiting = 0;
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("change", (event) => event.target.id !== "text" && page.show());
  filters.addEventListener("reset", () => setTimeout(() => page.show()));
  byId("text").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => page.show(), 120);
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
    document.querySelector("#tabs button").click();
    byId("text").focus();
    event.preventDefault();
  });
  byId("text").addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "Enter") byId("groups").focus();
  });
}

addEventListener("DOMContentLoaded", async () => {
  startTheme();
  startTabs();
  try {
    const page = new Page(new Findings(await unpacked(byId("data").textContent)));
    startFilters(page);
    addEventListener("beforeprint", () => page.print());
    page.show();
    byId("groups").focus();
    root.dataset.ready = "yes";
  } catch (error) {
    byId("told").textContent = `The findings cannot be shown: this browser lacks something that the page needs (${error.message}).`;
  }
});
