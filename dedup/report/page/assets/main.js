// Which view stands in the page: the part of the address after #.

const OVERVIEW = document.getElementById("overview"), VIEW = document.getElementById("view");
const NOT_FOUND = { family: "families", story: "stories" };
const STANDING = new Map(); // lists that were drawn, so that going back finds them as they were
const PLACES = new Map(); // how far each view was scrolled
let current = "", keys = {}, turn = 0;

function missing(what, id) {
  return {
    title: "Not in this page",
    content: [
      make("p", { class: "kicker" }, make("a", { href: `#${NOT_FOUND[what]}` }, NOT_FOUND[what])),
      make("h1", { tabindex: "-1" }, "Not in this page"),
      make("p", { class: "lede" }, `This page holds no ${what} `, outside(id || ""), ". It may come from another report, or from a larger one of this corpus."),
    ],
  };
}

// Draw again whenever an element's width changes, once it has one.
function onWidth(element, drawAt) {
  let last = 0;
  new ResizeObserver(() => {
    const width = Math.round(element.clientWidth);
    if (width && width !== last) drawAt(last = width);
  }).observe(element);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function showFault(error) {
  const fault = document.getElementById("fault");
  fault.textContent = error.message;
  fault.hidden = false;
}

async function viewOf(address) {
  const [, what, rest] = address.match(/^([a-z]+)(?:-([^]*))?$/) || [];
  if (what === "families" || what === "stories") {
    if (!STANDING.has(what)) STANDING.set(what, await (what === "families" ? drawFamilies() : drawStories()));
    return STANDING.get(what);
  }
  if (what === "family") return drawFamily(decoded(rest || ""));
  if (what === "story") return drawStory(decoded(rest || ""));
  if (what === "beside") return drawBeside((rest || "").split("~").map(decoded));
  return null;
}

async function show(first) {
  const own = ++turn;
  PLACES.set(current, window.scrollY);
  const address = location.hash.slice(1);
  let view;
  try {
    view = await viewOf(address);
  } catch (error) {
    showFault(error);
    return;
  }
  if (own !== turn) return; // another view was asked for meanwhile
  current = address;
  keys = view?.keys || {};
  VIEW.hidden = !view;
  OVERVIEW.hidden = Boolean(view);
  VIEW.replaceChildren(...(view ? view.content.filter(Boolean) : []));
  document.title = view ? `${view.title} · dedup` : HEAD.title;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash.slice(1) === (address || "overview")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const again = !view || STANDING.has(address);
  window.scrollTo(0, again ? PLACES.get(address) || 0 : 0);
  if (!first) (view ? VIEW : OVERVIEW).querySelector("h1").focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  if (event.key === "/" && !VIEW.hidden) {
    const search = VIEW.querySelector("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (Object.hasOwn(keys, event.key)) {
    event.preventDefault();
    keys[event.key]();
  }
});

window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
window.addEventListener("hashchange", () => show(false));
if (HEAD.start && !location.hash) history.replaceState(null, "", `#${HEAD.start}`);
show(true);
