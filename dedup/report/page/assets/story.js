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
  partnersOf(all, held).then((found) => drawPartners(all, row, found, partners));
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
      recycled.length ? make("p", { class: "steps" },
        make("button", { type: "button", onclick: () => step(text, -1), "aria-keyshortcuts": "p" }, "← Previous passage ", make("kbd", null, "p")),
        make("button", { type: "button", onclick: () => step(text, 1), "aria-keyshortcuts": "n" }, "Next passage ", make("kbd", null, "n"), " →")) : null,
      text,
    ],
  };
}

// Where in the story each kind stands, as one line.
function drawStrip(held) {
  const size = Math.max(1, held.paragraphs.reduce((most, [, end]) => Math.max(most, end), 1));
  const spans = held.marks.filter((mark) => mark.kind !== "first").flatMap((mark) => strongParts(mark).map(([a, b]) => [a, b, mark.kind]));
  return draw("svg", { class: "strip", viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "all", width: 1000, height: 10 }),
    spans.map(([a, b, kind]) => draw("rect", { class: kind, x: (1000 * a) / size, width: Math.max(1, (1000 * (b - a)) / size), height: 10 })));
}

// The characters of a passage that are recycled: all, or the shared runs.
function strongParts(mark) {
  return mark.runs.length ? mark.runs : [[mark.start, mark.end]];
}

const PRIORITY = { same: 0, edited: 1, partial: 2, rewritten: 3 };

// A paragraph as pieces of text, each with the mark it belongs to or none: [start, end, mark].
function piecesOf(marks, start, end, parts) {
  const spans = marks.flatMap((mark) => parts(mark).map(([a, b]) => [Math.max(a, start), Math.min(b, end), mark])).filter(([a, b]) => a < b);
  const cuts = [...new Set([start, end, ...spans.flatMap(([a, b]) => [a, b])])].sort((a, b) => a - b);
  const out = [];
  for (let k = 0; k + 1 < cuts.length; k++) {
    const over = spans.filter(([a, b]) => a <= cuts[k] && b >= cuts[k + 1]).map((span) => span[2]);
    over.sort((a, b) => PRIORITY[a.kind] - PRIORITY[b.kind] || a.number - b.number);
    const last = out[out.length - 1];
    if (last && last[2] === over[0]) last[1] = cuts[k + 1];
    else out.push([cuts[k], cuts[k + 1], over[0]]);
  }
  return out;
}

function drawParagraph(all, held, [start, end]) {
  const marks = held.marks.filter((mark) => mark.start < end && mark.end > start);
  const strong = marks.filter((mark) => mark.kind !== "first");
  const seen = new Set();
  const text = piecesOf(strong, start, end, strongParts).map(([a, b, mark]) => {
    if (!mark) return held.slice(a, b);
    const opens = !seen.has(mark);
    seen.add(mark);
    return make("mark", { class: mark.kind, tabindex: opens ? "-1" : null, "data-opens": opens || null,
      "aria-describedby": opens ? `note-${mark.number}` : null }, held.slice(a, b));
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
    ` on ${day(all.stories.published[first])}, `, familyLink(all, mark.family, `in ${counted(f.stories[mark.family], "story", "stories")}`),
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
