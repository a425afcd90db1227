// One family: when it was carried, and each of its texts against the first of its wording.

const TEXTS_SHOWN = 12, PLACES_SHOWN = 12;

async function drawFamily(id) {
  const all = await lists();
  const row = all.familyRows.get(id);
  if (row === undefined || all.families.block[row] < 0) return missing("family", id);
  const held = await family(all, row), f = all.families, first = held.occurrences[0].story;
  const timeline = make("div", { class: "holder" });
  onWidth(timeline, (width) => {
    const drawn = drawTimeline(all, held.occurrences, width);
    timeline.replaceChildren(...(drawn ? [drawn] : [make("p", { class: "note" }, "No occurrence is dated.")]));
  });
  const cut = f.occurrences[row] - held.occurrences.length;
  return {
    title: `Family: ${excerpt(f.text[row], 60)}`,
    content: [
      make("p", { class: "kicker" }, make("a", { href: "#families" }, "Families"), " ", kindMark(f.kind[row])),
      make("h1", { tabindex: "-1" }, familyTitle(f, row)),
      make("p", { class: "lede" }, "First seen in this corpus in ", storyLink(all, first),
        sourceName(all, first) ? [", ", outside(sourceName(all, first))] : "", `, ${moment(all.stories.published[first])}.`),
      make("section", { "aria-label": "Timeline" }, make("h2", null, "When it was carried"), timeline),
      cut > 0 ? make("p", { class: "notice" }, `Of ${counted(f.occurrences[row], "occurrence")} the first ${held.occurrences.length.toLocaleString("en-GB")} are listed.`) : null,
      ...wordingsOf(held).map((wording) => drawWording(all, held, wording)),
    ],
  };
}

function familyTitle(f, row) {
  const wordings = f.wordings[row] > 1 ? `, told in ${counted(f.wordings[row], "wording")}` : "";
  return `In ${counted(f.stories[row], "story", "stories")}${wordings}`;
}

// Wordings with their texts, and texts with their occurrences. Texts beyond those kept share one.
function wordingsOf(held) {
  const wordings = [];
  held.occurrences.forEach((one, place) => {
    const wording = wordings[one.wording] ||= { number: one.wording, texts: new Map() };
    if (!wording.texts.has(one.text)) wording.texts.set(one.text, { number: one.text, places: [] });
    wording.texts.get(one.text).places.push(place);
  });
  const spelled = new Map(held.texts.map((one) => [held.occurrences[one.occurrence].text, one.text]));
  for (const wording of wordings.filter(Boolean)) {
    wording.list = [...wording.texts.values()].map((one) => ({ ...one, text: spelled.get(one.number) }));
  }
  return wordings.filter(Boolean);
}

function drawWording(all, held, wording) {
  const [first, ...others] = wording.list;
  const occurrence = held.occurrences[first.places[0]];
  const evidence = held.evidence.get(first.places[0]) || [];
  const told = occurrence.kind === "rewritten";
  const section = make("section", { class: "wording", "aria-label": `Wording ${wording.number + 1}` },
    make("h2", null, wording.number ? `Wording ${wording.number + 1}` : "First wording", " ", told ? kindMark("rewritten") : null),
    told && evidence.length ? make("p", { class: "evidence" }, "Joined by what it shares with the text it retells: ",
      evidence.map((word, k) => [k ? ", " : "", make("b", null, outside(word))])) : null,
    drawText(all, held, first, make("blockquote", { class: "text" }, make("p", { dir: "auto" }, withEvidence(first.text, evidence)))));
  const list = make("ol", { class: "texts" });
  section.append(...inParts(list, others, (one) => make("li", null, drawText(all, held, one, againstFirst(first, one, held))), TEXTS_SHOWN));
  return section;
}

// A text, and where it stands.
function drawText(all, held, one, body) {
  const places = make("ul", { class: "places" });
  const rows = inParts(places, one.places, (place) => drawPlace(all, held.occurrences[place]), PLACES_SHOWN);
  return make("div", { class: "version" }, body, make("div", null, rows));
}

function drawPlace(all, one) {
  return make("li", null, kindMark(one.kind), " ",
    make("span", { class: "date" }, moment(all.stories.published[one.story])), " ",
    storyLink(all, one.story), sourceName(all, one.story) ? make("span", { class: "source" }, outside(sourceName(all, one.story))) : null);
}

function againstFirst(first, one, held) {
  if (one.text === undefined) {
    const beyond = `${counted(one.places.length, "later occurrence")} in further texts, which this page does not hold side by side; each story has its own.`;
    return make("p", { class: "note" }, beyond);
  }
  const kind = held.occurrences[one.places[0]].kind;
  return make("blockquote", { class: `text ${kind}` }, make("p", { dir: "auto" }, drawChanges(first.text, one.text, kind === "partial")));
}

// The later text with what was dropped, inserted and replaced; of a partial one, itself alone
// with what it shares.
function drawChanges(before, after, partial) {
  const a = wordsOf(before), b = wordsOf(after), out = [];
  for (const [what, i, j, k, m] of changesOf(a, b)) {
    if (what === "equal") out.push(b.slice(k, m).join("").trimEnd(), " ");
    else {
      if (j > i && !(partial && (i === 0 || j === a.length))) out.push(changed("del", a, i, j, b.slice(k, m)), " ");
      if (m > k) out.push(changed("ins", b, k, m, a.slice(i, j)), " ");
    }
  }
  return out;
}

const BRIEF = 4; // words: what is dropped or inserted alone, and is longer, is a sentence, not a fact

// Changed words. Facts stand out that the other side has not: those put in place of others, and
// those dropped or inserted alone.
function changed(tag, words, from, to, others) {
  if (words.slice(from, to).every((word) => !plain(word))) { // a dash is no change
    return tag === "del" ? "" : words.slice(from, to).join("").trimEnd();
  }
  const element = make(tag);
  const known = new Set(others.map(plain));
  for (let k = from; k < to; k++) {
    const word = k === to - 1 ? words[k].trimEnd() : words[k];
    const stands = (others.length || to - from <= BRIEF) && isFact(words, k) && !known.has(plain(words[k]));
    element.append(stands ? make("strong", { class: "fact" }, word) : word);
  }
  return element;
}

// A retold text with the words that join it marked.
function withEvidence(text, evidence) {
  const wanted = new Set(evidence.map(plain));
  return wordsOf(text).map((word) => {
    if (!wanted.has(plain(word)) && !wanted.has(plain(word.replace(/['’]s\b/, "")))) return word;
    const end = word.length - word.trimEnd().length;
    return [make("b", { class: "joins" }, word.trimEnd()), end ? word.slice(-end) : ""];
  }).flat();
}
