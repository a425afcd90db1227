// One story: the whole text as published, what was seen before marked, with notes beside it.

const PARTNERS = 3;

async function drawStory(id) {
  const all = await lists();
  const row = all.storyRows.get(id);
  if (row === undefined || all.stories.block[row] < 0) return missing("story", id);
  const held = await story(all, row), s = all.stories;
  held.marks.forEach((mark, number) => { mark.number = number; });
  const recycled = held.marks.filter((mark) => mark.kind !== "first");
  const partners = make("section", { class: "partners", "aria-label": "Stories that share text with this one" });
  partnersOf(all, held).then((found) => drawPartners(all, row, found, partners), showFault);
  const text = make("div", { class: "reading" }, held.paragraphs.map((span) => drawParagraph(all, held, span)));
  return {
    title: storyName(all, row),
    keys: recycled.length ? { n: () => step(text, 1), p: () => step(text, -1) } : {},
    content: [
      make("p", { class: "kicker" }, make("a", { href: "#stories" }, "Stories"), " ",
        [sourceName(all, row), moment(s.published[row]), s.headline[row] && id].filter(Boolean).map((part, k) => [k ? ", " : "", outside(part)])),
      make("h1", { tabindex: "-1" }, outside(storyName(all, row))),
      make("div", { class: "opening" },
        make("div", null,
          make("p", { class: "lede" }, make("strong", null, `${share(s.recycled[row], s.words[row])} recycled`),
            `: ${s.recycled[row].toLocaleString("en-GB")} of ${counted(s.words[row], "word")} stood in an earlier story. What is new stands plain.`),
          drawStrip(held)),
        partners),
      text,
      recycled.length ? make("p", { class: "steps" },
        make("button", { type: "button", onclick: () => step(text, -1), "aria-keyshortcuts": "p" }, "← Previous recycled passage ", make("kbd", null, "p")),
        make("button", { type: "button", onclick: () => step(text, 1), "aria-keyshortcuts": "n" }, "Next recycled passage ", make("kbd", null, "n"), " →")) : null,
    ],
  };
}

// Where in the story each kind stands, as one line.
function drawStrip(held) {
  const size = held.paragraphs.reduce((most, [, end]) => Math.max(most, end), 1);
  const pieces = held.paragraphs.flatMap(([start, end]) => piecesOf(held, start, end));
  return draw("svg", { class: "strip", viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "all", width: 1000, height: 10 }),
    pieces.filter((piece) => piece.run).map(({ start, end, mark }) => draw("rect", { class: mark ? mark.kind : "partial",
      x: (1000 * start) / size, width: Math.max(1, (1000 * (end - start)) / size), height: 10 })));
}

const PRIORITY = { same: 0, edited: 1, partial: 2, rewritten: 3 };

// A paragraph in pieces: each with the passage it lies in, if any, and whether it is recycled.
// Where passages overlap, the closest kind counts.
function piecesOf(held, from, to) {
  const clipped = (spans) => spans.map(([a, b, mark]) => [Math.max(a, from), Math.min(b, to), mark]).filter(([a, b]) => a < b);
  const runs = clipped(held.runs);
  const marks = clipped(held.marks.filter((mark) => mark.kind !== "first").map((mark) => [mark.start, mark.end, mark]));
  const cuts = [...new Set([from, to, ...[...runs, ...marks].flatMap(([a, b]) => [a, b])])].sort((a, b) => a - b);
  const out = [];
  for (let k = 0; k + 1 < cuts.length; k++) {
    const [start, end] = [cuts[k], cuts[k + 1]];
    const over = ([a, b]) => a <= start && b >= end;
    const mark = marks.filter(over).map((span) => span[2]).sort((a, b) => PRIORITY[a.kind] - PRIORITY[b.kind] || a.number - b.number)[0];
    const run = runs.some(over), last = out[out.length - 1];
    if (last && last.mark === mark && last.run === run) last.end = end;
    else out.push({ start, end, mark, run });
  }
  return out;
}

function drawParagraph(all, held, [from, to]) {
  const marks = held.marks.filter((mark) => mark.start < to && mark.end > from);
  const seen = new Set();
  // A run may reach beyond the passage: it is shared with a nearer version than the family's first.
  const nearest = marks.filter((mark) => mark.kind !== "first").sort((a, b) => PRIORITY[a.kind] - PRIORITY[b.kind])[0];
  const text = piecesOf(held, from, to).map(({ start, end, mark, run }) => {
    const words = held.slice(start, end);
    if (!run && mark?.kind !== "rewritten") return words;
    if (!mark) return make("mark", { class: `${nearest ? nearest.kind : "partial"} run`, title: "stands in an earlier story too" }, words);
    const opens = !seen.has(mark);
    seen.add(mark);
    return make("mark", { class: run ? `${mark.kind} run` : mark.kind, tabindex: opens ? "-1" : null, "data-opens": opens || null,
      "aria-describedby": opens ? `note-${mark.number}` : null }, words);
  });
  return make("div", { class: "line" }, make("p", { dir: "auto" }, text),
    marks.length ? make("aside", { "aria-label": "Notes" }, marks.map((mark) => drawNote(all, held, mark))) : null);
}

function drawNote(all, held, mark) {
  const f = all.families, first = f.first[mark.family];
  const others = f.stories[mark.family] - 1;
  if (mark.kind === "first") {
    return make("p", { class: "note first", id: `note-${mark.number}` }, familyLink(all, mark.family, `first seen here, shared with ${counted(others, "later story", "later stories")}`));
  }
  const where = sourceName(all, first) ? outside(sourceName(all, first)) : outside(excerpt(storyName(all, first), 60));
  const link = first === held.row ? "this story" : storyLink(all, first, where);
  return make("p", { class: `note ${mark.kind}`, id: `note-${mark.number}` }, kindMark(mark.kind), " first seen in ", link,
    `${on(all.stories.published[first], " on")}, `, familyLink(all, mark.family, `in ${counted(f.stories[mark.family], "story", "stories")}`),
    first !== held.row && all.stories.block[first] >= 0 ? [" · ", besideLink(all, first, held.row, "side by side")] : null);
}

function besideLink(all, left, right, ...children) {
  return make("a", { href: `#beside-${anchor(all.stories.id[left])}~${anchor(all.stories.id[right])}` }, children);
}

// Go to the next or previous recycled passage.
function step(text, by) {
  const marks = [...text.querySelectorAll("mark[data-opens]")];
  const at = marks.indexOf(document.activeElement);
  const next = at >= 0 ? at + by : by > 0 ? 0 : marks.length - 1;
  const target = marks[(next + marks.length) % marks.length];
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center" });
}

// Stories that share passages with this one, those with most of them first: [row, passages].
async function partnersOf(all, held) {
  const found = new Map();
  const rows = [...new Set(held.marks.map((mark) => mark.family))].filter((row) => all.families.block[row] >= 0);
  for (const opened of await Promise.all(rows.map((row) => family(all, row)))) {
    for (const other of new Set(opened.occurrences.map((one) => one.story))) {
      if (other !== held.row && all.stories.block[other] >= 0) found.set(other, (found.get(other) || 0) + 1);
    }
  }
  return [...found].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

function drawPartners(all, row, found, holder) {
  if (!found.length) return;
  const list = make("ul");
  holder.append(make("h2", null, "Shares text with"), ...inParts(list, found, ([other, passages]) => make("li", null,
    besideLink(all, Math.min(row, other), Math.max(row, other), outside(storyName(all, other))),
    make("span", { class: "meta" }, ` ${counted(passages, "passage")}`, sourceName(all, other) ? [", ", outside(sourceName(all, other))] : "", `, ${day(all.stories.published[other])}`)), PARTNERS));
}
