// Draws the thorough self-test's pictures from the JSON in the page; after common.js. Without this script the page still has
// all its tables.

const style = { fontSize: "13px", background: "transparent" };
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const injected = "var(--kind-not_evaluated)";
const verdictColour = (check) => ({ compatible: fast, refused: slow })[check.verdict] ?? soft;
const longestDemand = 78; // characters

function drawDemands(width) {
  const rows = data.checks.filter((check) => check.of > 0).map((check, i) => ({
    ...check, row: String(i), name: check.what.slice(0, longestDemand), from: check.demand === "at least" ? check.threshold : 0,
    to: check.demand === "at least" ? 1 : check.threshold,
  }));
  if (!rows.length) return place("plot-demands", say("Nothing has been measured yet."));
  place("plot-demands", legend([["compatible", fast], ["refused", slow], ["too few", soft]]), Plot.plot({
    width, height: 70 + 21 * rows.length, marginLeft: Math.min(0.5 * width, 24 + 6.6 * d3.max(rows, (r) => r.name.length)),
    marginRight: 60, marginTop: 8, marginBottom: 40, style,
    x: { label: "share; shaded: what is demanded", domain: [0, 1], grid: true, tickFormat: (s) => percent(s, 0) }, y: rowAxis(rows),
    marks: [
      Plot.barX(rows, { y: "row", x1: "from", x2: "to", fill: ink, fillOpacity: 0.08, insetTop: 1, insetBottom: 1 }),
      Plot.tickX(rows, { y: "row", x: "threshold", stroke: ink, strokeWidth: 1.5 }),
      Plot.ruleY(rows, { y: "row", x1: "low", x2: "high", stroke: verdictColour, strokeWidth: 3, strokeOpacity: 0.55 }),
      Plot.dot(rows, { y: "row", x: "share", r: 4.5, fill: verdictColour }),
      Plot.text(rows, { y: "row", x: 1, text: (r) => percent(r.share), textAnchor: "start", dx: 8, fill: ink }),
      Plot.tip(rows, Plot.pointer({ y: "row", x: "share", ...tip, title: (r) => `${r.what}\n${r.count} of ${r.of}: ` +
        `${percent(r.share)}  [${percent(r.low)}, ${percent(r.high)}]\n${r.demand} ${percent(r.threshold)}: ${r.verdict}` })),
    ],
  }));
}

function drawPower(width) {
  const points = data.power;
  if (!points.length) return place("plot-power", say("No slow-down has been measured yet."));
  const demanded = points.filter((p) => p.demanded > 0);
  const far = 1.15 * Math.max(0.1, d3.max(points, (p) => p.work));
  place("plot-power", Plot.plot({
    width: Math.min(width, 720), height: 320, marginLeft: 60, marginRight: 40, marginBottom: 45, style,
    x: { label: "more work of the second process", domain: [-0.004, far], tickFormat: (w) => percent(w, 0) },
    y: { label: "seen", domain: [0, 1], grid: true, tickFormat: (s) => percent(s, 0) },
    marks: [
      Plot.ruleY([0], { stroke: soft }),
      Plot.ruleY(demanded, { y: "demanded", x1: (p) => p.work - 0.004, x2: (p) => p.work + 0.004, stroke: ink, strokeOpacity: 0.35,
        strokeWidth: 4 }),
      Plot.line(points, { x: "work", y: "share", stroke: fast, strokeOpacity: 0.5 }),
      Plot.ruleX(points, { x: "work", y1: "low", y2: "high", stroke: fast, strokeWidth: 3, strokeOpacity: 0.55 }),
      Plot.dot(points, { x: "work", y: "share", r: 4.5, fill: fast }),
      Plot.text(points, { x: "work", y: "share", text: (p) => `${p.seen} of ${p.of}`, textAnchor: "start", dx: 9, dy: -9, fill: ink,
        stroke: paper, strokeWidth: 4 }),
    ],
  }));
}

const errorOf = (group) => (ratio) => ratio / group.expected - 1;

// So wide that nine of ten intervals are seen to their ends.
function errorDomain(groups) {
  const ends = groups.flatMap((g) => g.comparisons.flatMap((c) => [c.low, c.high].map(errorOf(g)).map(Math.abs)));
  const far = Math.max(0.01, 1.1 * (d3.quantile(ends, 0.95) ?? 0));
  return [-far, far];
}

function drawGroup(group, domain, width) {
  const error = errorOf(group);
  const [left, right] = domain;
  const rows = d3.sort(group.comparisons, (c) => c.native_us, (c) => c.task).map((c, i) => ({
    ...c, row: String(i), lo: Math.max(error(c.low), left), hi: Math.min(error(c.high), right), off: error(c.ratio),
    held: c.low <= group.expected && group.expected <= c.high,
  }));
  const cut = (side) => rows.filter((r) => (side < 0 ? error(r.low) < left : error(r.high) > right));
  const colour = (r) => (r.held ? fast : slow);
  const head = document.createElement("h4");
  head.textContent = `${group.name} · ${group.hold} of ${group.timed} hold ${group.expected.toFixed(4)}`;
  return [head, Plot.plot({
    width, height: 44 + 6 * rows.length, marginLeft: 16, marginRight: 16, marginTop: 4, marginBottom: 38, style,
    x: { label: "off the true ratio", domain, grid: true, tickFormat: (s) => percent(s, right < 0.02 ? 1 : 0) },
    y: { axis: null, domain: rows.map((r) => r.row) },
    marks: [
      Plot.ruleX([0], { stroke: ink, strokeWidth: 1.5 }),
      Plot.ruleY(rows, { y: "row", x1: "lo", x2: "hi", stroke: colour, strokeWidth: 2.6, strokeOpacity: 0.7 }),
      Plot.dot(rows.filter((r) => r.off >= left && r.off <= right), { y: "row", x: "off", r: 2, fill: ink }),
      ...[-1, 1].map((side) => Plot.text(cut(side), { y: "row", x: side < 0 ? left : right, text: () => (side < 0 ? "◂" : "▸"),
        dx: 6 * side, fill: colour, fontSize: 9 })),
      Plot.tip(rows, Plot.pointerY({ y: "row", x: (r) => Math.min(Math.max(r.off, left), right), ...tip,
        title: (r) => `${r.task}, ${formatTime(r.native_us)}\n${r.ratio.toFixed(4)}  [${r.low.toFixed(4)}, ${r.high.toFixed(4)}]\n` +
          `${r.pairs} pairs${r.quiet ? "" : ", not quiet"}` })),
    ],
  })];
}

function drawIntervals(groups, width) {
  const domain = { true: errorDomain(groups.filter((g) => g.calm)), false: errorDomain(groups.filter((g) => !g.calm)) };
  place("plot-intervals", legend([["holds the true ratio", fast], ["does not", slow]]),
    ...groups.flatMap((group) => drawGroup(group, domain[group.calm], width)));
}

function drawWidths(groups, width) {
  const points = groups.flatMap((g) => g.comparisons.map((c) => ({
    ...c, group: g.name, calm: g.calm, half: (c.high - c.low) / 2 / g.expected,
  }))).filter((p) => p.native_us > 0 && p.half > 0);
  if (!points.length) return place("plot-widths", say("Nothing has been timed yet."));
  const domainOf = (get) => [0.7 * d3.min(points, get), 1.4 * d3.max(points, get)];
  const across = domainOf((p) => p.native_us), up = domainOf((p) => p.half);
  const colour = (p) => (p.calm ? fast : injected);
  place("plot-widths", legend([["calm", fast], ["a busy neighbour", injected]]), Plot.plot({
    width: Math.min(width, 1000), height: 420, marginLeft: 70, marginRight: 30, marginBottom: 45, style,
    x: logScale(across), y: logScale(up),
    marks: [
      ...logAxis("x", across, "native kernel's time", formatTime),
      ...logAxis("y", up, "half an interval", (s) => percent(s, s < 0.001 ? 2 : s < 0.01 ? 1 : 0)),
      Plot.dot(points, { x: "native_us", y: "half", r: 3.2, stroke: colour, strokeWidth: 1.5 }),
      Plot.tip(points, Plot.pointer({ x: "native_us", y: "half", ...tip, title: (p) => `${p.task}\n${p.group}\n` +
        `${formatTime(p.native_us)}, ± ${percent(p.half, 2)}, ${p.pairs} pairs` })),
    ],
  }));
}

function draw(section) {
  const width = Math.max(narrowest, section.clientWidth);
  drawDemands(width);
  const groups = data.groups.filter((group) => group.timed > 0);
  document.getElementById("pictures").hidden = !groups.length;
  if (!groups.length) return;
  drawPower(width);
  drawIntervals(groups, width);
  drawWidths(groups, width);
}

const main = document.querySelector("main");
let drawnWidth = main.clientWidth;
new ResizeObserver(() => {
  if (main.clientWidth !== drawnWidth) {
    drawnWidth = main.clientWidth;
    draw(main);
  }
}).observe(main);
draw(main);
