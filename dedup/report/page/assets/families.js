// The list of families, with its search, filters and order.

const SHOWN = 50; // rows at a time

// A form whose fields choose rows of a list; it redraws the list at every change.
function chooser(name, fields, choose, drawRow) {
  const chosen = {};
  const told = make("p", { class: "told", role: "status" });
  const holder = make("div");
  const form = make("form", { class: "chooser", role: "search", "aria-label": name, onsubmit: (event) => event.preventDefault() });
  function redraw() {
    for (const field of form.elements) if (field.name) chosen[field.name] = field.value;
    const rows = choose(chosen);
    told.textContent = counted(rows.length, ...name.split("|"));
    holder.replaceChildren(...inParts(make("ol", { class: "rows" }), rows, drawRow, SHOWN));
  }
  form.append(...fields.filter(Boolean));
  form.addEventListener("input", redraw);
  redraw();
  return [form, told, holder];
}

function field(label, control) {
  return make("label", null, make("span", null, label), control);
}

function searchField(label) {
  return field(label, make("input", { type: "search", name: "query", autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/" }));
}

function menu(label, name, options) {
  return field(label, make("select", { name }, options.map(([value, text]) => make("option", { value }, text))));
}

function sourceMenu(all, label) {
  const named = all.sources.filter(Boolean);
  return named.length > 1 ? menu(label, "source", [["", "any"], ...named.map((name) => [name, name])]) : null;
}

function dateFields(all) {
  if (!all.stories.published.some((time) => time !== UNDATED)) return [];
  return [
    field("from", make("input", { type: "date", name: "from" })),
    field("to", make("input", { type: "date", name: "to" })),
  ];
}

async function drawFamilies() {
  const all = await lists();
  searchable(all); // now, rather than at the first letter
  const kinds = KINDS.slice(1).filter((kind) => all.families.kind.includes(kind));
  const fields = [
    searchField("Search texts, headlines, ids"),
    menu("Kind", "kind", [["", "any"], ...kinds.map((kind) => [kind, kind])]),
    sourceMenu(all, "Carried by"),
    ...dateFields(all),
    field("Stories, at least", make("input", { type: "number", name: "least", min: "2", value: "2", inputmode: "numeric" })),
    menu("Order", "order", Object.entries(FAMILY_ORDERS).map(([value, [text]]) => [value, text])),
  ];
  const head = [
    make("p", { class: "kicker" }, "Families"),
    make("h1", { tabindex: "-1" }, "Passages that more than one story carries"),
  ];
  return {
    title: "Families",
    content: [...head, ...chooser("family|families", fields, (chosen) => chooseFamilies(all, { ...chosen, least: Number(chosen.least) }), (row) => familyRow(all, row))],
  };
}

function familyRow(all, row) {
  const f = all.families, first = f.first[row];
  const meta = [
    f.wordings[row] > 1 ? `${counted(f.wordings[row], "wording")}, ` : "",
    `first seen${on(all.stories.published[first])} in `, outside(storyName(all, first)),
    ...(sourceName(all, first) ? [", ", outside(sourceName(all, first))] : []),
    f.last[row] !== UNDATED && f.last[row] !== all.stories.published[first] ? `, last ${day(f.last[row])}` : "",
  ];
  return make("li", { class: "row" },
    make("span", { class: "lead" }, make("b", null, f.stories[row].toLocaleString("en-GB")), make("span", null, f.stories[row] === 1 ? "story" : "stories")),
    make("div", null,
      familyLink(all, row, make("span", { class: "excerpt" }, outside(excerpt(f.text[row], 320)))),
      make("p", { class: "meta" }, kindMark(f.kind[row]), " ", meta)));
}

function excerpt(text, limit) {
  const line = text.slice(0, 2 * limit).replace(/\s+/g, " ").trim();
  return line.length <= limit && text.length <= 2 * limit ? line : `${line.slice(0, limit).replace(/\s\S*$/, "")}…`;
}
