// The data: lists at hand, families and stories unpacked when they are looked at.

const UNDATED = -(2 ** 53) + 1;
const KINDS = ["first", "same", "edited", "partial", "rewritten"];
const HEAD = JSON.parse(document.getElementById("head").textContent);
const WAITING = new Map(); // blocks that were asked for, as promises

async function unpacked(packed) {
  if (!("DecompressionStream" in window)) {
    throw new Error("This browser is too old for this page: it needs one of 2023 or later.");
  }
  const letters = atob(packed), bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

function block(name) {
  if (!WAITING.has(name)) {
    WAITING.set(name, (HEAD.folder ? fromFile(name) : fromPage(name)).then(unpacked));
    if (WAITING.size > 200) WAITING.delete([...WAITING.keys()].find((key) => key !== "lists"));
  }
  return WAITING.get(name);
}

async function fromPage(name) {
  return JSON.parse(document.getElementById(name).textContent);
}

const ARRIVING = new Map(); // what to call with a block's content when its file has been read

// Each file of a site calls this with its name and content.
function dedup(name, packed) {
  ARRIVING.get(name)?.(packed);
}

function fromFile(name) {
  return new Promise((resolve, reject) => {
    ARRIVING.set(name, resolve);
    const source = `${HEAD.folder}/${name}.js`;
    const script = make("script", { src: source });
    script.onload = () => script.remove();
    script.onerror = () => reject(new Error(`${source} is missing: keep the page and its folder together.`));
    document.head.append(script);
  });
}

let listed = null;

// The lists, with what is looked up in them.
async function lists() {
  if (!listed) {
    const all = await block("lists");
    all.storyRows = new Map(all.stories.id.map((id, row) => [id, row]));
    all.familyRows = new Map(all.families.id.map((id, row) => [id, row]));
    listed = all;
  }
  return listed;
}

function storyName(all, row) {
  return all.stories.headline[row] || all.stories.id[row];
}

function sourceName(all, row) {
  return all.sources[all.stories.source[row]];
}

// A link to a story that can be read, or its name.
function storyLink(all, row, ...children) {
  const inner = children.length ? children : [outside(storyName(all, row))];
  if (all.stories.block[row] < 0) return make("span", { class: "away", title: "Not kept in this page" }, inner);
  return make("a", { href: `#story-${anchor(all.stories.id[row])}` }, inner);
}

function familyLink(all, row, ...children) {
  if (all.families.block[row] < 0) return make("span", { class: "away", title: "Not kept in this page" }, children);
  return make("a", { href: `#family-${all.families.id[row]}` }, children);
}

// A story: its text, its paragraphs, where families stand in it, and the runs that are recycled.
async function story(all, row) {
  const held = await block(`s${all.stories.block[row]}`);
  const at = held.rows.indexOf(row);
  const text = held.texts[at], marks = [];
  for (let k = held.offsets[at]; k < held.offsets[at + 1]; k++) {
    marks.push({
      family: held.family[k], start: held.start[k], end: held.start[k] + held.size[k],
      kind: KINDS[held.kind[k]], wording: held.wording[k], text: held.text[k],
    });
  }
  const paragraphs = spans(held.gaps, held.sizes, held.paragraphs[at], held.paragraphs[at + 1]);
  const runs = spans(held.run_gaps, held.run_sizes, held.runs[at], held.runs[at + 1]);
  return { row, text, slice: slicer(text), paragraphs, marks, runs };
}

// Stretches of a text, each told by its distance from the one before and by its size.
function spans(gaps, sizes, from, to) {
  const found = [];
  for (let k = from, at = 0; k < to; k++) {
    found.push([at + gaps[k], at + gaps[k] + sizes[k]]);
    at += gaps[k] + sizes[k];
  }
  return found;
}

// A family: its occurrences, and its texts, the first one being in the list.
async function family(all, row) {
  const held = await block(`f${all.families.block[row]}`);
  const at = held.rows.indexOf(row);
  const low = held.offsets[at], high = held.offsets[at + 1];
  const occurrences = [], texts = [{ text: all.families.text[row], occurrence: 0 }];
  for (let k = low; k < high; k++) {
    occurrences.push({
      story: held.story[k], kind: KINDS[held.kind[k]], wording: held.wording[k], text: held.text[k],
    });
  }
  held.firsts.forEach((place, k) => {
    if (place >= low && place < high) texts.push({ text: held.texts[k], occurrence: place - low });
  });
  const evidence = new Map();
  held.told.forEach((place, k) => {
    if (place >= low && place < high) evidence.set(place - low, held.evidence[k]);
  });
  return { row, occurrences, texts, evidence };
}
