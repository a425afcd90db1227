// Searching, filtering and sorting the lists. Nothing here touches the page.

// What is searched for each family and story, made once, in lower case.
function searchable(all) {
  if (!all.searchable) {
    const of = (row) => `${all.stories.id[row]}\n${all.stories.headline[row]}\n${sourceName(all, row)}`.toLowerCase();
    all.searchable = {
      stories: all.stories.id.map((_, row) => of(row)),
      families: all.families.text.map((text, row) => `${text.toLowerCase()}\n${of(all.families.first[row])}\n${all.families.id[row]}`),
    };
  }
  return all.searchable;
}

function holdsAll(text, terms) {
  return terms.every((term) => text.includes(term));
}

// Words that must all occur; what stands in quotation marks, as it is.
function termsOf(query) {
  return [...query.toLowerCase().matchAll(/"([^"]+)"?|(\S+)/g)].map((found) => found[1] || found[2]);
}

const FAMILY_ORDERS = {
  widest: ["widest first", (f) => (a, b) => f.stories[b] - f.stories[a] || f.words[b] - f.words[a]],
  first: ["first seen first", () => (a, b) => a - b],
  latest: ["latest carried first", (f) => (a, b) => f.last[b] - f.last[a] || a - b],
  longest: ["longest first", (f) => (a, b) => f.words[b] - f.words[a] || a - b],
  wordings: ["most wordings first", (f) => (a, b) => f.wordings[b] - f.wordings[a] || f.stories[b] - f.stories[a]],
};

// Families that pass, in order, as rows. chosen: query, kind, source, from, to, least, order.
function chooseFamilies(all, chosen) {
  const f = all.families, texts = searchable(all).families, terms = termsOf(chosen.query || "");
  const source = chosen.source ? all.sources.indexOf(chosen.source) : -1;
  const from = seconds(chosen.from, 0), to = seconds(chosen.to, 86400);
  const rows = [];
  for (let row = 0; row < f.id.length; row++) {
    if (f.block[row] < 0) continue;
    if (chosen.kind && f.kind[row] !== chosen.kind) continue;
    if (f.stories[row] < (chosen.least || 0)) continue;
    if (chosen.source && !carries(f, row, source)) continue;
    if (!seenBetween(all, row, from, to)) continue;
    if (terms.length && !holdsAll(texts[row], terms)) continue;
    rows.push(row);
  }
  return rows.sort((FAMILY_ORDERS[chosen.order] || FAMILY_ORDERS.widest)[1](f));
}

function carries(f, row, source) {
  for (let k = f.carrier_offsets[row]; k < f.carrier_offsets[row + 1]; k++) {
    if (f.carriers[k] === source) return true;
  }
  return false;
}

// Whether a family was carried in a stretch of time: from its first to its last occurrence.
function seenBetween(all, row, from, to) {
  if (from === null && to === null) return true;
  const first = all.stories.published[all.families.first[row]], last = all.families.last[row];
  if (first === UNDATED && last === UNDATED) return false;
  return (from === null || last >= from) && (to === null || first < to);
}

function seconds(given, add) {
  const time = given ? Date.parse(`${given}T00:00:00Z`) : NaN;
  return Number.isNaN(time) ? null : time / 1000 + add;
}

const STORY_ORDERS = {
  recycled: ["most recycled first", (s) => (a, b) => s.recycled[b] / Math.max(1, s.words[b]) - s.recycled[a] / Math.max(1, s.words[a]) || s.words[b] - s.words[a] || a - b],
  newest: ["latest first", (s) => (a, b) => s.published[b] - s.published[a] || b - a],
  oldest: ["earliest first", () => (a, b) => a - b],
  longest: ["longest first", (s) => (a, b) => s.words[b] - s.words[a] || a - b],
};

// Stories that pass, in order, as rows. chosen: query, source, from, to, order.
function chooseStories(all, chosen) {
  const s = all.stories, texts = searchable(all).stories, terms = termsOf(chosen.query || "");
  const source = chosen.source ? all.sources.indexOf(chosen.source) : -1;
  const from = seconds(chosen.from, 0), to = seconds(chosen.to, 86400);
  const rows = [];
  for (let row = 0; row < s.id.length; row++) {
    if (s.block[row] < 0) continue;
    if (chosen.source && s.source[row] !== source) continue;
    if (from !== null && s.published[row] < from) continue;
    if (to !== null && (s.published[row] >= to || s.published[row] === UNDATED)) continue;
    if (terms.length && !holdsAll(texts[row], terms)) continue;
    rows.push(row);
  }
  return rows.sort((STORY_ORDERS[chosen.order] || STORY_ORDERS.recycled)[1](s));
}
