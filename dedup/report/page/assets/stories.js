// The list of stories, the most recycled first.

async function drawStories() {
  const all = await lists();
  searchable(all); // now, rather than at the first letter
  const fields = [
    searchField("Search headlines, ids, sources"),
    sourceMenu(all, "Source"),
    ...dateFields(all),
    menu("Order", "order", Object.entries(STORY_ORDERS).map(([value, [text]]) => [value, text])),
  ];
  return {
    title: "Stories",
    content: [
      make("p", { class: "kicker" }, "Stories"),
      make("h1", { tabindex: "-1" }, "How much of each story was seen before"),
      ...chooser("story|stories", fields, (chosen) => chooseStories(all, chosen), (row) => storyRow(all, row)),
    ],
  };
}

function storyRow(all, row) {
  const s = all.stories;
  return make("li", { class: "row" },
    make("span", { class: "lead" }, make("b", null, share(s.recycled[row], s.words[row])), make("span", null, "recycled")),
    make("div", null,
      storyLink(all, row, make("span", { class: "headline" }, outside(storyName(all, row)))),
      shareBar(s.recycled[row], s.words[row]),
      make("p", { class: "meta" }, [
        day(s.published[row]), sourceName(all, row) ? [", ", outside(sourceName(all, row))] : "",
        `, ${counted(s.words[row], "word")}`, s.headline[row] ? [", ", outside(s.id[row])] : "",
      ].flat())));
}

function shareBar(part, whole) {
  return draw("svg", { class: "share", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { class: "all", width: 100, height: 4 }),
    draw("rect", { class: "part", width: whole ? (100 * part) / whole : 0, height: 4 }));
}
