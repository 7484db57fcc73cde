// What the pages share: their data, words for figures, axes and legends. Whatever comes from records is set as text, never as
// HTML.
"use strict";

const ink = "var(--ink)", soft = "var(--soft)", rule = "var(--rule)", paper = "var(--paper)";
const fast = "var(--kind-correct)", slow = "var(--kind-wrong)";

const data = JSON.parse(document.getElementById("data").textContent);
const longest = 46; // characters of a row’s name
const narrowest = 480; // of a plot; on a narrower screen it is scaled down as a whole
const short = (text) => (text.length > longest ? text.slice(0, longest - 1) + "…" : text);

function formatTime(us) {
  const [value, unit] = us < 1e3 ? [us, "µs"] : us < 1e6 ? [us / 1e3, "ms"] : [us / 1e6, "s"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}
const formatRatio = (ratio) => `${ratio >= 10 ? Number(ratio.toPrecision(3)) : ratio.toFixed(2)}×`;
const formatShare = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

// 1, 2, 5 in each decade between the ends: a logarithmic axis that people can read.
function logTicks(low, high) {
  const ticks = [];
  for (let decade = Math.floor(Math.log10(low)); decade <= Math.ceil(Math.log10(high)); ++decade) {
    for (const step of [1, 2, 5]) {
      const tick = Number((step * 10 ** decade).toPrecision(1));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks.length > 11 ? ticks.filter((tick) => Number.isInteger(Math.log10(tick))) : ticks;
}

function place(id, ...parts) {
  document.getElementById(id).replaceChildren(...parts);
}

function say(text) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = text;
  return line;
}

function legend(entries) {
  const box = document.createElement("div");
  box.className = "legend";
  for (const [name, colour] of entries) {
    const entry = document.createElement("span");
    entry.style.setProperty("--swatch", colour);
    entry.textContent = name;
    box.append(entry);
  }
  return box;
}

function rowAxis(rows) {
  const names = new Map(rows.map((r) => [r.row, r.name]));
  return { label: null, domain: rows.map((r) => r.row), tickFormat: (row) => names.get(row), tickSize: 0 };
}
const leftMargin = (rows) => Math.min(350, 24 + 7.1 * d3.max(rows, (r) => r.name.length));

const tip = { fill: "var(--card)", stroke: rule, textPadding: 9 };

// Log axes are marks of their own: a scale's tickFormat leaves out some labels, depending on how many ticks there are.
function logAxis(side, [low, high], label, format) {
  const ticks = logTicks(low, high);
  return side === "x" ? [Plot.gridX(ticks), Plot.axisX(ticks, { text: format, label, labelAnchor: "right" })]
    : [Plot.gridY(ticks), Plot.axisY(ticks, { text: format, label, labelAnchor: "top" })];
}
const logScale = (domain) => ({ type: "log", domain, axis: null });
