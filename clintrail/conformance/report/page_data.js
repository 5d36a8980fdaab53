"use strict";
// The findings of the page: unpacked, filtered, and grouped. Nothing here touches what is shown.

const SEVERITIES = ["error", "warning", "note", "explained"]; // of a group the last, if all that is in it is explained
const SEPARATOR = "\x1f";

// What the page holds, packed as clintrail/conformance/report/packed.py says.
async function unpacked(text) {
  const letters = atob(text.trim());
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const decoder = new TextDecoder();
  const told = JSON.parse(decoder.decode(new Uint8Array(buffer, 4, length)));
  const start = 4 + length;
  const findings = { count: told.listed };
  for (const [name, column] of Object.entries(told.columns)) {
    const numbers = new Int32Array(buffer, start + column.at, told.listed);
    const texts = column.bytes && JSON.parse(decoder.decode(new Uint8Array(buffer, start + column.texts, column.bytes)));
    findings[name] = texts ? { numbers, texts } : { numbers };
  }
  return { ...told, findings };
}

class Findings {
  constructor(data) {
    this.data = data;
    this.of = data.findings;
    this.count = this.of.count;
    this.rules = this.of.rule.texts.map((id) => data.rules[id]);
    this.lower = new Map(); // texts in lower case, made when first searched
  }

  text(column, index) {
    const { numbers, texts } = this.of[column];
    return texts[numbers[index]];
  }

  rule(index) {
    return this.rules[this.of.rule.numbers[index]];
  }

  finding(index) {
    const [variables, values] = ["variables", "vals"].map((column) => this.text(column, index).split(SEPARATOR).slice(1));
    return {
      rule: this.rule(index),
      dataset: this.text("dataset", index),
      record: this.of.record.numbers[index],
      keys: this.text("keys", index),
      message: this.text("message", index),
      variables: variables.map((name, at) => [name, values[at]]), // undefined: the finding has no values
      cause: this.data.causes[this.of.cause.numbers[index]],
      disposition: this.data.dispositions[this.of.disposition.numbers[index]],
    };
  }

  // The numbers of the findings that a filter lets through, and how many it hides only because they are explained.
  filtered(filter) {
    const passes = new Uint8Array(this.count).fill(1);
    this.keep(passes, [this.good("rule", (id) => {
      const rule = this.data.rules[id];
      return filter.severities.has(rule.severity) && (!filter.rule || id === filter.rule) && (!filter.origin || rule.origin === filter.origin);
    })]);
    if (filter.dataset !== null) this.keep(passes, [this.good("dataset", (name) => name === filter.dataset)]);
    for (const word of filter.text.toLowerCase().split(/\s+/).filter(Boolean)) this.keep(passes, this.having(word));
    const explained = this.of.disposition.numbers;
    const found = new Int32Array(this.count);
    let [count, hidden] = [0, 0];
    for (let i = 0; i < this.count; i++) {
      if (!passes[i]) continue;
      if (filter.explained === "" || explained[i] > 0 === (filter.explained === "yes")) found[count++] = i;
      else if (explained[i] > 0) hidden++;
    }
    return { found: found.subarray(0, count), hidden };
  }

  // Let a finding pass only if one of its columns is good.
  keep(passes, columns) {
    for (let i = 0; i < passes.length; i++) {
      if (!passes[i]) continue;
      let good = 0;
      for (let c = 0; c < columns.length && !good; c++) good = columns[c].good[columns[c].numbers[i]];
      passes[i] = good;
    }
  }

  // A column, and for each of its texts whether it is good: each is looked at once.
  good(column, isGood) {
    const { numbers, texts } = this.of[column];
    return { numbers, good: Uint8Array.from(texts, (text) => (isGood(text) ? 1 : 0)) };
  }

  // The columns in which a word may stand: what a finding says, its rule, and the place that it comes from.
  having(word) {
    const columns = ["message", "keys", "vals", "variables", "dataset"].map((column) => {
      if (!this.lower.has(column)) this.lower.set(column, this.of[column].texts.map((text) => text.toLowerCase()));
      return { numbers: this.of[column].numbers, good: Uint8Array.from(this.lower.get(column), (text) => (text.includes(word) ? 1 : 0)) };
    });
    const rule = this.good("rule", (id) => {
      const { holds, stands_for, source } = this.data.rules[id];
      return [id, holds, source, ...stands_for].join(" ").toLowerCase().includes(word);
    });
    const causes = [];
    for (const [id, cause] of Object.entries(this.data.causes)) causes[id] = `${cause.subject} ${cause.place} ${cause.raw}`.toLowerCase().includes(word) ? 1 : 0;
    return [rule, { numbers: this.of.cause.numbers, good: causes }, ...columns];
  }

  // Groups of the findings by cause, rule or dataset, the worst first, of each severity the largest: {key, severity, findings}.
  grouped(found, by) {
    const { numbers, texts } = this.of[by];
    const groups = new Map();
    const explained = this.of.disposition.numbers;
    const rules = this.of.rule.numbers;
    const severities = this.rules.map((rule) => SEVERITIES.indexOf(rule.severity));
    for (const index of found) {
      const key = texts ? texts[numbers[index]] : numbers[index];
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { key: String(key), severity: 3, findings: [] }));
      group.findings.push(index);
      if (!explained[index]) group.severity = Math.min(group.severity, severities[rules[index]]);
    }
    return [...groups.values()].sort((a, b) => a.severity - b.severity || b.findings.length - a.findings.length || a.findings[0] - b.findings[0]);
  }
}

