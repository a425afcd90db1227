// When a family was carried: first seen at the left, a row for each source.

const LANES = 12; // sources with a row of their own

function drawTimeline(all, occurrences, width) {
  const dated = occurrences.filter((one) => all.stories.published[one.story] !== UNDATED);
  if (!dated.length) return null;
  const times = dated.map((one) => all.stories.published[one.story]);
  const low = times.reduce((a, b) => Math.min(a, b)), high = times.reduce((a, b) => Math.max(a, b));
  const names = laneNames(all, dated);
  const left = Math.min(170, Math.round(width * 0.32)), right = 14, lane = 26, top = 22;
  const height = top + names.length * lane + 24;
  const x = (time) => left + 8 + (width - left - right - 8) * (high > low ? (time - low) / (high - low) : 0);
  const svg = draw("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": `Timeline: ${counted(dated.length, "occurrence")} from ${day(low)} to ${day(high)}. The list below has each of them.` });
  svg.append(draw("line", { class: "seen", x1: x(low), x2: x(low), y1: top - 6, y2: height - 20 }));
  svg.append(draw("text", { class: "tick", x: x(low), y: top - 10 }, `first seen ${day(low)}`));
  names.forEach((name, number) => {
    const y = top + number * lane + lane / 2;
    svg.append(draw("line", { class: "grid", x1: left, x2: width - right, y1: y, y2: y }));
    svg.append(draw("text", { class: "lane", x: left - 8, y: y + 4, "text-anchor": "end" }, clipped(name, left / 7.7)));
  });
  if (high > low) svg.append(draw("text", { class: "tick", x: width - right, y: height - 6, "text-anchor": "end" }, day(high)));
  for (const dot of dots(all, dated, names, x)) {
    const y = top + dot.lane * lane + lane / 2;
    const radius = Math.min(9, 4.5 + 1.3 * Math.log2(dot.count));
    svg.append(draw("g", { class: `dot ${dot.kind}` }, shape(dot.kind, dot.x, y, radius), draw("title", null, dot.label)));
  }
  return svg;
}

function laneNames(all, dated) {
  const seen = new Map();
  for (const one of dated) {
    const name = sourceName(all, one.story) || "no source";
    seen.set(name, (seen.get(name) || 0) + 1);
  }
  const names = [...seen.keys()];
  return names.length <= LANES ? names : [...names.slice(0, LANES - 1), `${names.length - LANES + 1} others`];
}

// Occurrences of one kind that would be drawn over each other, as one dot.
function dots(all, dated, names, x) {
  const found = new Map();
  for (const one of dated) {
    const name = sourceName(all, one.story) || "no source";
    const lane = names.includes(name) ? names.indexOf(name) : names.length - 1;
    const at = x(all.stories.published[one.story]);
    const key = `${lane} ${one.kind} ${Math.round(at / 5)}`;
    const dot = found.get(key);
    if (dot) {
      dot.count++;
      dot.label = `${dot.kind}: ${counted(dot.count, "occurrence")} about ${day(all.stories.published[one.story])}`;
    } else {
      found.set(key, { lane, kind: one.kind, x: at, count: 1,
        label: `${one.kind}: ${storyName(all, one.story)}, ${moment(all.stories.published[one.story])}` });
    }
  }
  return found.values();
}

// Kinds differ in shape as well as in colour.
function shape(kind, x, y, r) {
  if (kind === "edited") return draw("rect", { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8 });
  if (kind === "partial") return draw("path", { d: `M${x} ${y - r * 1.15}L${x + r * 1.1} ${y + r * 0.85}H${x - r * 1.1}Z` });
  if (kind === "rewritten") return draw("path", { d: `M${x} ${y - r * 1.25}L${x + r * 1.25} ${y}L${x} ${y + r * 1.25}L${x - r * 1.25} ${y}Z` });
  return draw("circle", { cx: x, cy: y, r });
}

function clipped(text, limit) {
  const letters = Array.from(text);
  return letters.length > limit ? `${letters.slice(0, Math.max(1, limit - 1)).join("")}…` : text;
}
