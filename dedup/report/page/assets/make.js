// Elements, made one by one: text from outside only ever becomes a text node or an attribute.

const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return element;
}

// Text from outside, whose direction stays its own.
function outside(text, tag = "bdi") {
  return make(tag, null, text);
}

function kindMark(kind) {
  return make("span", { class: `kind ${kind}` }, kind);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function day(seconds) {
  if (seconds === UNDATED) return "undated";
  const date = new Date(seconds * 1000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

// A date that may be missing in a sentence.
function on(seconds, word = "") {
  return seconds === UNDATED ? "" : `${word} ${day(seconds)}`;
}

function moment(seconds) {
  if (seconds === UNDATED) return "undated";
  const date = new Date(seconds * 1000), clock = date.toISOString().slice(11, 16);
  return clock === "00:00" ? day(seconds) : `${day(seconds)}, ${clock}`;
}

function counted(number, noun, plural) {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? noun : plural || noun + "s"}`;
}

function share(part, whole) {
  const value = whole ? part / whole : 0;
  return value >= 0.1 || !value ? `${Math.round(100 * value)}%` : `${(100 * value).toFixed(1)}%`;
}

function anchor(id) {
  return encodeURIComponent(id).replace(/~/g, "%7E");
}

// Some rows, and a button for the next ones.
function inParts(list, rows, drawRow, size) {
  let shown = 0;
  const more = make("button", { type: "button", class: "more", onclick: () => add(true) });
  function add(asked) {
    const next = rows.slice(shown, shown + size).map(drawRow);
    list.append(...next);
    shown += next.length;
    more.hidden = shown >= rows.length;
    more.textContent = `Show ${counted(Math.min(size, rows.length - shown), "more", "more")}`
      + ` of ${(rows.length - shown).toLocaleString("en-GB")}`;
    if (asked && next.length) (next[0].querySelector("a, summary") || more).focus();
  }
  add(false);
  return [list, more];
}
