// Draws the pictures from the JSON in the page and makes the list of evaluations filterable; after common.js. Without this
// script the page still has all its tables.

const kinds = ["correct", "wrong", "never_called", "timed_out", "crashed", "load_failed", "cheated", "build_failed",
  "no_source", "not_evaluated", "not_tried"];
const colourOf = (kind) => `var(--kind-${kind})`;
const words = (kind) => kind.replaceAll("_", " ");

// Rows of two candidates may have the same name: each gets one of its own, and the axis shows the text.
function rowsOf(points) {
  const several = d3.rollup(points, (group) => group.length, (p) => p.task);
  return points.map((p, i) => ({
    ...p, row: String(i), name: short(p.label && several.get(p.task) > 1 ? `${p.task} · ${p.label}` : p.task),
    full: p.label ? `${p.task} · ${p.label}` : p.task,
  }));
}

function drawOutcomes(method, width) {
  const rows = method.outcomes;
  const used = kinds.filter((kind) => rows.some((r) => r.kind === kind));
  if (!rows.length) return place("plot-outcomes", say("No task was tried."));
  const categories = d3.groupSort(rows, (g) => -d3.sum(g, (r) => r.n), (r) => r.category);
  const total = d3.max(d3.rollup(rows, (g) => d3.sum(g, (r) => r.n), (r) => r.category).values());
  const stack = { x: "n", y: "category", z: "kind", order: used };
  const chart = Plot.plot({
    width, height: 70 + 27 * categories.length, marginLeft: 110, marginRight: 30, marginTop: 8, marginBottom: 40,
    style: { fontSize: "13px", background: "transparent" },
    x: { label: "tasks", ticks: Math.min(total, 10), tickFormat: (n) => (Number.isInteger(n) ? String(n) : "") },
    y: { label: null, domain: categories, tickSize: 0 },
    color: { domain: used, range: used.map(colourOf) },
    marks: [
      Plot.barX(rows, { ...stack, fill: "kind", stroke: paper, strokeWidth: 1.5, insetTop: 2, insetBottom: 2,
        tip: { fill: "var(--card)", stroke: rule, format: { fill: false, x: false, y: false } },
        title: (r) => `${r.category}\n${words(r.kind)}: ${r.n}` }),
      Plot.text(rows, Plot.stackX({ ...stack, text: (r) => String(r.n),
        fill: (r) => (["crashed", "cheated", "never_called"].includes(r.kind) ? "#fff" :
          r.kind === "not_tried" ? soft : "#1c1f23") })),
      Plot.ruleX([0], { stroke: soft }),
    ],
  });
  place("plot-outcomes", legend(used.map((kind) => [words(kind), colourOf(kind)])), chart);
}

const verdictOf = (p) => (p.lo > 1 ? "faster" : p.hi < 1 ? "slower" : "unsure");
const verdictColour = (p) => ({ faster: fast, slower: slow, unsure: soft })[verdictOf(p)];
const tipOf = (p) => `${p.full ?? p.task}\n${formatRatio(p.s)}  [${formatRatio(p.lo)}, ${formatRatio(p.hi)}]\n` +
  `${formatTime(p.native)} native → ${formatTime(p.us)}`;
const speedLabel = "speed-up over native, logarithmic";

function speedDomain(points) {
  const low = Math.min(0.8, d3.min(points, (p) => p.lo)) * 0.93;
  const high = Math.max(1.25, d3.max(points, (p) => p.hi)) * 1.07;
  return [low, high];
}
const speedAxis = (domain) => logAxis("x", domain, speedLabel, (x) => `${x}×`);

const speedLegend = () => legend([["sure: faster", fast], ["sure: slower", slow], ["unsure", soft]]);

function drawSpeedRows(rows, width) {
  rows = d3.sort(rows, (a, b) => b.s - a.s);
  const domain = speedDomain(rows);
  return [speedLegend(), Plot.plot({
    width, height: 70 + 21 * rows.length, marginLeft: leftMargin(rows), marginRight: 60, marginTop: 8, marginBottom: 40,
    style: { fontSize: "13px", background: "transparent" },
    x: logScale(domain), y: rowAxis(rows),
    marks: [
      ...speedAxis(domain),
      Plot.ruleX([1], { stroke: ink, strokeWidth: 1.5 }),
      Plot.ruleY(rows, { y: "row", x1: "lo", x2: "hi", stroke: verdictColour, strokeWidth: 3, strokeOpacity: 0.55 }),
      Plot.dot(rows, { y: "row", x: "s", r: 4.5, stroke: verdictColour, strokeWidth: 1.8,
        fill: (p) => (verdictOf(p) === "unsure" ? paper : verdictColour(p)) }),
      Plot.text(rows, { y: "row", x: "hi", text: (p) => formatRatio(p.s), textAnchor: "start", dx: 8, fill: ink,
        stroke: paper, strokeWidth: 4 }),
      Plot.tip(rows, Plot.pointer({ y: "row", x: "s", title: tipOf, ...tip })),
    ],
  })];
}

function drawSpeedCategories(points, width) {
  const categories = d3.groupSort(points, (g) => -d3.median(g, (p) => p.s), (p) => p.category);
  const domain = speedDomain(points);
  const note = say("A mark for each task’s best candidate; the upright stroke is the median of the category.");
  return [note, speedLegend(), Plot.plot({
    width, height: 70 + 46 * categories.length, marginLeft: 110, marginRight: 40, marginTop: 8, marginBottom: 40,
    style: { fontSize: "13px", background: "transparent" },
    x: logScale(domain), fy: { domain: categories, label: null, axis: "left" }, y: { axis: null },
    marks: [
      ...speedAxis(domain),
      Plot.ruleX([1], { stroke: ink, strokeWidth: 1.5 }),
      Plot.dot(points, Plot.dodgeY("middle", { fy: "category", x: "s", r: points.length > 600 ? 1.6 : 3, fill: verdictColour,
        stroke: "none" })),
      Plot.tickX(points, Plot.groupZ({ x: "median" }, { fy: "category", x: "s", stroke: ink, strokeWidth: 2 })),
      Plot.tip(points, Plot.pointer({ fy: "category", x: "s", title: tipOf, ...tip })),
    ],
  })];
}

function drawSpeedHistogram(bins, width) {
  const domain = [d3.min(bins, (b) => b.lo), d3.max(bins, (b) => b.hi)];
  return [say("Candidates counted by their speed-up: too many for a mark each."), Plot.plot({
    width, height: 320, marginLeft: 60, marginBottom: 40, style: { fontSize: "13px", background: "transparent" },
    x: logScale(domain), y: { label: "tasks", grid: true },
    marks: [
      ...speedAxis(domain),
      Plot.rectY(bins, { x1: "lo", x2: "hi", y: "n", fill: (b) => (b.lo >= 1 ? fast : slow), insetRight: 1,
        title: (b) => `${formatRatio(b.lo)} to ${formatRatio(b.hi)}: ${b.n}`, tip }),
      Plot.ruleX([1], { stroke: ink, strokeWidth: 1.5 }), Plot.ruleY([0], { stroke: soft }),
    ],
  })];
}

function drawSpeedups(method, width) {
  if (!method.timed) return place("plot-speedups", say("No correct candidate has been timed."));
  if (method.histogram) return place("plot-speedups", ...drawSpeedHistogram(method.histogram, width));
  const rows = rowsOf(method.points);
  place("plot-speedups", ...(rows.length <= data.labelled_rows ? drawSpeedRows(rows, width) : drawSpeedCategories(rows, width)));
}

function drawRoofline(points, width) {
  const low = d3.min(points, (p) => Math.min(p.limit, p.us)) * 0.6;
  const high = d3.max(points, (p) => Math.max(p.native, p.us)) * 1.8;
  const right = d3.max(points, (p) => p.limit) * 2.5;
  const few = points.length <= 24;
  const ends = [{ x: low, y: low }, { x: right, y: right }];
  const tenfold = [{ x: low, y: 10 * low }, { x: Math.min(right, high / 10), y: Math.min(10 * right, high) }];
  const limitWords = { x: Math.sqrt(low * right), y: Math.sqrt(low * right) };
  place("plot-roofline", legend([["faster than native", fast], ["slower than native", slow]]), Plot.plot({
    width: Math.min(width, 1000), height: 520, marginLeft: 70, marginRight: 30, marginBottom: 45,
    style: { fontSize: "13px", background: "transparent" },
    x: logScale([low, right]), y: logScale([low, high]),
    marks: [
      ...logAxis("x", [low, right], "least possible time on this device", formatTime),
      ...logAxis("y", [low, high], "measured time of one session", formatTime),
      Plot.areaY(ends, { x: "x", y1: low, y2: "y", fill: ink, fillOpacity: 0.06, clip: true }),
      Plot.line(ends, { x: "x", y: "y", stroke: ink, strokeWidth: 1.5, clip: true }),
      Plot.line(tenfold, { x: "x", y: "y", stroke: soft, strokeDasharray: "4 4", clip: true }),
      Plot.text([tenfold[1]], { x: "x", y: "y", text: () => "10 % of the limit", fill: soft, textAnchor: "end", dx: -26, dy: 10,
        stroke: paper, strokeWidth: 4 }),
      Plot.text([limitWords], { x: "x", y: "y", text: () => "the limit", fill: ink, textAnchor: "start", dx: 12, dy: 14 }),
      Plot.link(points, { x1: "limit", x2: "limit", y1: "native", y2: "us", strokeWidth: 2,
        stroke: (p) => (p.s >= 1 ? fast : slow) }),
      Plot.dot(points, { x: "limit", y: "native", r: 3.5, stroke: ink, fill: paper }),
      Plot.dot(points, { x: "limit", y: "us", r: 4, fill: (p) => (p.s >= 1 ? fast : slow) }),
      few ? Plot.text(labelsApart(points, low, right, high), { x: "limit", y: "us", text: (p) => p.task.split(" ")[0],
        textAnchor: "start", dx: 8, fill: ink, stroke: paper, strokeWidth: 4 }) : null,
      Plot.tip(points, Plot.pointer({ x: "limit", y: "us", title: (p) => `${tipOf(p)}\nlimit ${formatTime(p.limit)}`, ...tip })),
    ],
  }));
}

// Of labels that would overlap only the first stays; the tip names the rest.
function labelsApart(points, low, right, high) {
  const kept = [];
  for (const p of points) {
    const x = (Math.log(p.limit / low) / Math.log(right / low)) * 900;
    const y = (Math.log(p.us / low) / Math.log(high / low)) * 450;
    const size = 12 + 7.5 * p.task.split(" ")[0].length;
    if (kept.every((k) => Math.abs(k.y - y) > 15 || x > k.x + k.size || k.x > x + size)) kept.push({ p, x, y, size });
  }
  return kept.map((k) => k.p);
}

const percentAxis = (points) => ({ label: "share of the limit", grid: true, tickFormat: (s) => `${Math.round(100 * s)} %`,
  domain: [0, Math.max(1, d3.max(points, (p) => Math.max(p.share, p.nshare)) * 1.03)] });

function drawShares(points, width) {
  const style = { fontSize: "13px", background: "transparent" };
  if (points.length > data.labelled_rows) {
    const both = points.flatMap((p) => [{ ...p, who: "native", v: p.nshare }, { ...p, who: "candidate", v: p.share }]);
    const categories = d3.groupSort(points, (g) => -d3.median(g, (p) => p.share), (p) => p.category);
    const note = say("A box is the middle half of a category’s tasks, the stroke in it their median.");
    return place("plot-shares", note, legend([["native", soft], ["candidate", fast]]), Plot.plot({
      width, height: 75 + 44 * categories.length, marginLeft: 110, marginBottom: 40, style, x: percentAxis(points),
      fy: { label: null, domain: categories, axis: "left" }, y: { axis: null, domain: ["native", "candidate"] },
      marks: [Plot.ruleX([1], { stroke: ink, strokeWidth: 1.5 }), Plot.boxX(both, { x: "v", y: "who", fy: "category", r: 1.5,
        fill: (p) => (p.who === "native" ? soft : fast), stroke: ink, strokeWidth: 1 })],
    }));
  }
  const rows = d3.sort(rowsOf(points), (a, b) => b.share - a.share);
  place("plot-shares", legend([["native", soft], ["candidate, faster", fast], ["candidate, slower", slow]]), Plot.plot({
    width, height: 70 + 21 * rows.length, marginLeft: leftMargin(rows), marginRight: 60, marginTop: 8, marginBottom: 40, style,
    x: percentAxis(rows), y: rowAxis(rows),
    marks: [
      Plot.ruleX([1], { stroke: ink, strokeWidth: 1.5 }),
      Plot.ruleY(rows, { y: "row", x1: "nshare", x2: "share", stroke: (p) => (p.s >= 1 ? fast : slow), strokeWidth: 2 }),
      Plot.dot(rows, { y: "row", x: "nshare", r: 3.5, stroke: soft, strokeWidth: 1.8, fill: paper }),
      Plot.dot(rows, { y: "row", x: "share", r: 4.5, fill: (p) => (p.s >= 1 ? fast : slow) }),
      // The figure stands on the side of the candidate that is away from the native kernel.
      ...[1, -1].map((side) => Plot.text(rows.filter((p) => (p.share >= p.nshare) === (side === 1)), { y: "row", x: "share",
        text: (p) => formatShare(p.share), textAnchor: side === 1 ? "start" : "end", dx: 9 * side, fill: ink, stroke: paper,
        strokeWidth: 4 })),
      Plot.tip(rows, Plot.pointer({ y: "row", x: "share", title: (p) => `${p.full}\nnative ${formatShare(p.nshare)}, ` +
        `candidate ${formatShare(p.share)}`, ...tip })),
    ],
  }));
}

function draw(method) {
  const width = Math.max(narrowest, document.getElementById("plots").clientWidth);
  drawOutcomes(method, width);
  drawSpeedups(method, width);
  const points = (method.points ?? []).filter((p) => p.limit > 0 && p.us > 0 && p.native > 0);
  document.getElementById("roofline-part").hidden = !points.length;
  if (points.length) {
    drawRoofline(points, width);
    drawShares(points, width);
  }
}

function startPlots() {
  const section = document.getElementById("plots");
  const choice = document.getElementById("method");
  if (!data.methods.length) return;
  section.hidden = false;
  data.methods.forEach((method, i) => choice.append(new Option(method.name, i)));
  choice.selectedIndex = d3.greatestIndex(data.methods, (method) => method.timed);
  document.getElementById("method-choice").hidden = data.methods.length < 2;
  if (data.emulated) {
    document.getElementById("emulated-note").textContent =
      `Evaluations on an emulated device (${data.emulated}) have no real times and are not drawn.`;
  }
  const redraw = () => draw(data.methods[choice.value]);
  choice.addEventListener("change", redraw);
  let width = section.clientWidth;
  new ResizeObserver(() => {
    if (section.clientWidth !== width) {
      width = section.clientWidth;
      redraw();
    }
  }).observe(section);
  redraw();
}

function startFilters() {
  const bar = document.getElementById("filters");
  if (!bar) return;
  const rows = [...document.querySelectorAll("details.evaluation")];
  const search = bar.querySelector("input");
  const hiddenKinds = new Set();
  const texts = rows.map((row) => row.firstElementChild.textContent.toLowerCase());
  const apply = () => {
    const wanted = search.value.toLowerCase();
    rows.forEach((row, i) => { row.hidden = hiddenKinds.has(row.dataset.kind) || !texts[i].includes(wanted); });
  };
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      shown ? hiddenKinds.delete(button.dataset.kind) : hiddenKinds.add(button.dataset.kind);
      apply();
    });
  }
  search.addEventListener("input", apply);
  bar.hidden = false;
}

startPlots();
startFilters();
