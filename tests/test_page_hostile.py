"""A corpus can contain anything: nothing of it runs, nothing escapes, all of it is shown."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from dedup import scan
from tests import hostile
from tests.browser import Reader, running


@pytest.fixture(scope="module")
def report():
    return scan(hostile.stories())


@pytest.fixture(scope="module")
def place(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "page.html"
    report.to_html(path)
    return path


@pytest.fixture(scope="module")
def reader(place):
    with running() as browser:
        opened = Reader(browser, place)
        opened.look()
        yield opened
        opened.close()


def address(story):
    return "story-" + quote(story, safe="-_.!*'()").replace("~", "%7E")


_SHAPE = """() => {
  const count = (names) => document.querySelectorAll(names).length;
  return [
    count('iframe, object, embed, base, link, img, math, textarea, noscript ~ script'),
    count('form') - count('form.chooser'), count('script:not([type])'), count('meta'),
    count('style'), count('title') - count('svg title'), count('body > :not(script)'),
    window.ran || 0,
  ];
}"""
_WHOLE = [0, 0, 1, 6, 1, 1, 4, 0]


def is_whole(page):
    """Whether the page has the elements it is made of and no other, and nothing has run."""
    return page.evaluate(_SHAPE) == _WHOLE


def bare(text):
    """A text without its white space, which a page may break otherwise."""
    return re.sub(r"\s", "", text)


def test_there_are_forty_cases_or_more():
    assert len(hostile.CASES) >= 40


@pytest.mark.parametrize("number", range(len(hostile.CASES)), ids=list(hostile.CASES))
def test_a_story_is_shown_as_it_is_and_nothing_runs(reader, report, number):
    story = next(one.id for one in report.stories if one.id.startswith(f"{number}a "))
    wanted = report.columns.corpus.text([one.id for one in report.stories].index(story))

    page = reader.go(address(story))
    shown = "".join(page.locator(".line > p").all_text_contents())

    assert bare(shown) == bare(wanted)
    assert page.evaluate("() => document.querySelector('#view h1').textContent") == story
    assert is_whole(page)
    reader.checked()


def test_the_overview_and_the_lists_hold_it_all(reader, report):
    page = reader.look()
    names = page.evaluate(
        "() => [...document.querySelectorAll('.matrix tbody th')].map((name) => name.textContent)"
    )
    assert names[0] == "plain"
    assert is_whole(page)

    for view in ("families", "stories"):
        page = reader.look(view)
        while page.locator("#view .more").is_visible():
            page.locator("#view .more").click()
        assert is_whole(page)
    headlines = page.locator(".headline").all_text_contents()
    assert {story.headline or story.id for story in report.stories} == set(headlines)
    reader.checked()


def test_families_and_side_by_side_hold_it_all(reader, report):
    reader.look()
    for family in report.families:
        page = reader.go(f"family-{family.id}")
        text = page.evaluate("() => document.querySelector('blockquote').textContent")
        assert bare(text) == bare(family.text)
        assert is_whole(page)
    for number in range(0, len(hostile.CASES), 6):
        ids = [one.id for one in report.stories if re.match(rf"{number}[ab] ", one.id)]
        page = reader.go("beside-" + "~".join(address(one).removeprefix("story-") for one in ids))
        assert page.locator("article").count() == 2
    reader.checked()


def test_what_stands_open_in_a_text_does_not_turn_its_surroundings(reader, report):
    """A right-to-left override ends with the element it stands in."""
    story = next(one.id for one in report.stories if "nothing closes" in one.id)
    page = reader.look(address(story))

    held = page.locator("#view h1 bdi, #view .kicker bdi, #view .line > p")
    ways = held.evaluate_all("all => all.map((one) => getComputedStyle(one).unicodeBidi)")

    assert len(ways) >= 4
    assert set(ways) <= {"isolate", "plaintext"}
    reader.checked()


def test_no_text_stands_in_the_file_as_markup(place):
    content = place.read_text(encoding="utf-8")

    assert content.count("<script>") == content.count("<style>") == 1
    assert not {"\u2028", "\x00", "<img", "<iframe", "<base", "<b><b>"} & set(
        re.findall("\u2028|\x00|<img|<iframe|<base|<b><b>", content)
    )
