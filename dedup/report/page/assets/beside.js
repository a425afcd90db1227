// Two stories side by side: shared passages tinted alike and joined; one lights its partner.

async function drawBeside(ids) {
  const all = await lists();
  const rows = ids.map((id) => all.storyRows.get(id));
  const lost = rows.findIndex((row) => row === undefined || all.stories.block[row] < 0);
  if (lost >= 0 || rows.length !== 2) return missing("story", ids[Math.max(0, lost)]);
  const [left, right] = await Promise.all(rows.map((row) => story(all, row)));
  const pairs = HEAD.shared?.length && HEAD.start === location.hash.slice(1) ? toldPairs() : pairsOf(left, right);
  const columns = [left, right].map((held, side) => drawColumn(all, held, pairs, side));
  const ribbons = draw("svg", { class: "ribbons", "aria-hidden": "true" });
  const stage = make("div", { class: "beside" }, columns[0], ribbons, columns[1]);
  markDifferences(stage, pairs);
  onWidth(stage, () => join(stage, ribbons, pairs));
  const light = (event) => lit(stage, event.target.closest?.("[data-pair]")?.dataset.pair);
  for (const name of ["pointerover", "focusin"]) stage.addEventListener(name, light);
  stage.addEventListener("pointerleave", () => lit(stage));
  return {
    title: `Side by side: ${storyName(all, rows[0])}`,
    keys: pairs.length ? { n: () => step(columns[1], 1), p: () => step(columns[1], -1) } : {},
    content: [
      make("p", { class: "kicker" }, "Side by side"),
      make("h1", { tabindex: "-1" }, pairs.length ? `${counted(pairs.length, "passage")} in both stories` : "No passage in both stories"),
      make("p", { class: "note" }, "Equal numbers are one passage. Words that differ are underlined; of a retelling, names and long words in both are bold."),
      stage,
    ],
  };
}

// Passages that the page was told of, found between these two stories alone.
function toldPairs() {
  return HEAD.shared.map(([kind, a, b, c, d], number) => ({ number, kind, sides: [{ start: a, end: b }, { start: c, end: d }] }));
}

// Passages of the same family in both stories, each once, in the order of the left one.
function pairsOf(left, right) {
  const pairs = [];
  const waiting = new Map();
  for (const mark of right.marks) {
    if (!waiting.has(mark.family)) waiting.set(mark.family, []);
    waiting.get(mark.family).push(mark);
  }
  for (const mark of left.marks) {
    const partner = waiting.get(mark.family)?.shift();
    if (partner) pairs.push({ sides: [mark, partner], kind: relation(mark, partner), family: mark.family });
  }
  pairs.forEach((pair, number) => { pair.number = number; });
  return pairs;
}

function relation(mark, partner) {
  if (mark.wording !== partner.wording) return "rewritten";
  if (mark.text === partner.text && mark.text >= 0) return "same";
  const kinds = [mark.kind, partner.kind].filter((kind) => kind !== "first" && kind !== "rewritten");
  return kinds.sort((a, b) => PRIORITY[b] - PRIORITY[a])[0] || "same";
}

function drawColumn(all, held, pairs, side) {
  const own = { runs: [], marks: pairs.map((pair) => ({ ...pair.sides[side], kind: pair.kind, number: pair.number })) };
  const s = all.stories, seen = new Set();
  return make("article", { "aria-label": storyName(all, held.row) },
    make("header", null,
      make("h2", null, storyLink(all, held.row)),
      make("p", { class: "meta" }, [sourceName(all, held.row) ? [outside(sourceName(all, held.row)), ", "] : "", moment(s.published[held.row]), `, ${share(s.recycled[held.row], s.words[held.row])} recycled`].flat())),
    held.paragraphs.map(([start, end]) => make("p", { dir: "auto" },
      piecesOf(own, start, end).map((piece) => {
        const words = held.slice(piece.start, piece.end);
        if (!piece.mark) return words;
        const opens = !seen.has(piece.mark.number);
        seen.add(piece.mark.number);
        return drawShared(words, piece.mark, opens);
      }))));
}

function drawShared(text, mark, opens) {
  return make("mark", { class: mark.kind, tabindex: opens ? "0" : null, "data-opens": opens || null, "data-pair": mark.number },
    opens ? make("span", { class: "number" }, make("span", { class: "hidden" }, `passage `), `${mark.number + 1}`) : null,
    make("span", { class: "words" }, text));
}

const LONG = 7; // letters

// Underline the words of each passage that its partner has otherwise. Done once the text stands,
// since both sides are needed; a passage that a greater one cuts into pieces is left as it is.
function markDifferences(stage, pairs) {
  for (const pair of pairs) {
    const found = [0, 1].map((side) => stage.querySelectorAll(`article:nth-of-type(${side + 1}) [data-pair="${pair.number}"] .words`));
    if (found.some((pieces) => pieces.length !== 1)) continue;
    const words = found.map((pieces) => wordsOf(pieces[0].textContent));
    if (pair.kind === "rewritten") {
      const right = new Set(words[1].map(plain));
      const both = words[0].filter((word, k) => right.has(plain(word)) && (isFact(words[0], k) || plain(word).length >= LONG));
      found.forEach((pieces) => pieces[0].replaceChildren(...withEvidence(pieces[0].textContent, both)));
      continue;
    }
    const out = [[], []];
    for (const [what, i, j, k, m] of changesOf(...words)) {
      [[i, j], [k, m]].forEach(([from, to], side) => {
        if (to <= from) return;
        if (what === "equal") out[side].push(words[side].slice(from, to).join(""));
        else {
          const others = side ? words[0].slice(i, j) : words[1].slice(k, m);
          const trailing = words[side][to - 1].match(/\s*$/)[0];
          out[side].push(changed("u", words[side], from, to, others), trailing);
        }
      });
    }
    found.forEach((pieces, side) => {
      const lead = pieces[0].textContent.match(/^\s*/)[0];
      pieces[0].replaceChildren(lead, ...out[side]);
    });
  }
}

// Light the passages with this number, or none.
function lit(stage, number) {
  for (const element of stage.querySelectorAll("[data-pair]")) {
    element.classList.toggle("lit", number !== undefined && element.dataset.pair === number);
  }
}

// Draw the connectors, from the middle of each passage to that of its partner.
function join(stage, ribbons, pairs) {
  const place = ribbons.getBoundingClientRect();
  ribbons.setAttribute("viewBox", `0 0 ${Math.max(1, place.width)} ${Math.max(1, place.height)}`);
  ribbons.replaceChildren(...pairs.map((pair) => {
    const ends = [0, 1].map((side) => extent(stage, pair.number, side, place.top));
    if (ends.some((end) => !end)) return "";
    const [[a, b], [c, d]] = ends, width = place.width, half = width / 2;
    const path = `M0 ${a}C${half} ${a} ${half} ${c} ${width} ${c}V${d}C${half} ${d} ${half} ${b} 0 ${b}Z`;
    return draw("path", { class: pair.kind, d: path, "data-pair": pair.number });
  }));
}

function extent(stage, number, side, top) {
  const pieces = [...stage.querySelectorAll(`article:nth-of-type(${side + 1}) mark[data-pair="${number}"]`)];
  if (!pieces.length) return null;
  const boxes = pieces.map((piece) => piece.getBoundingClientRect());
  return [Math.min(...boxes.map((box) => box.top)) - top, Math.max(...boxes.map((box) => box.bottom)) - top];
}
