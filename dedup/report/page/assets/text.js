"use strict";
// Texts: characters as Python counts them, words, and what changed from one text to another.

// Offsets count code points; JavaScript counts UTF-16 units. Equal but for texts that hold a
// character beyond the first plane.
function slicer(text) {
  if (!/[\ud800-\udbff]/.test(text)) return (start, end) => text.slice(start, end);
  const points = Array.from(text);
  return (start, end) => points.slice(start, end).join("");
}

// Words with what follows them; a script without spaces makes a word of each character.
function wordsOf(text) {
  const spaceless = "[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]";
  const pattern = new RegExp(`(?:${spaceless}\\p{M}*|(?:(?!${spaceless})\\S)+)\\s*`, "gu");
  return text.match(pattern) || [];
}

// A word without case, punctuation and accents of typography, so that these alone are no change.
function plain(word) {
  return word.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}\p{M}]/gu, "");
}

// Whether a word states a fact: it holds a figure, or it is a name inside a sentence.
function isFact(words, at) {
  const word = words[at];
  if (/\p{N}/u.test(word)) return true;
  if (!/^[^\p{L}]*\p{Lu}/u.test(word)) return false;
  return at > 0 && !/[.!?…。！？]["”’)\]]*\s*$/u.test(words[at - 1]);
}

const DIFF_CELLS = 4000000; // of the table below; longer texts are shown as replaced

// Changes from words a to words b: [what, a from, a to, b from, b to], what being "equal",
// "dropped", "inserted" or "replaced". A longest common subsequence, without the single short words
// that two rewritten stretches happen to share.
function changesOf(a, b) {
  const left = a.map(plain), right = b.map(plain);
  let head = 0;
  while (head < a.length && head < b.length && left[head] === right[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head
    && left[a.length - 1 - tail] === right[b.length - 1 - tail]) tail++;
  const pairs = [];
  for (let k = 0; k < head; k++) pairs.push([k, k]);
  for (const [i, j] of common(left.slice(head, a.length - tail), right.slice(head, b.length - tail))) {
    pairs.push([i + head, j + head]);
  }
  for (let k = tail; k > 0; k--) pairs.push([a.length - k, b.length - k]);
  return joined(pairs, left, a.length, b.length);
}

function common(a, b) {
  const width = b.length + 1;
  if (!a.length || !b.length || a.length * b.length > DIFF_CELLS) return [];
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] && a[i] !== ""
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j] && a[i] !== "") pairs.push([i++, j++]);
    else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

function joined(pairs, left, lengthA, lengthB) {
  const runs = [];
  for (const [i, j] of pairs) {
    const last = runs[runs.length - 1];
    if (last && last[0] + last[2] === i && last[1] + last[2] === j) last[2]++;
    else runs.push([i, j, 1]);
  }
  const kept = runs.filter(([i, j, size]) => size > 1 || i === 0 || left[i].length > 3
    || i + size === lengthA || j === 0 || j + size === lengthB);
  const out = [];
  let i = 0, j = 0;
  for (const [a, b, size] of [...kept, [lengthA, lengthB, 0]]) {
    if (a > i || b > j) out.push([a === i ? "inserted" : b === j ? "dropped" : "replaced", i, a, j, b]);
    if (size) out.push(["equal", a, a + size, b, b + size]);
    i = a + size;
    j = b + size;
  }
  return out;
}
