"""The page in a real browser: each view, by mouse and by keyboard, in the dark and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import scan
from tests.browser import Reader, running

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"
STORY, EARLIER = "evening-post-2026-02-13-talks", "vpa-0212-adjourn"


@pytest.fixture(scope="module")
def report():
    return scan(STORIES)


@pytest.fixture(scope="module")
def browser():
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def place(report, tmp_path_factory):
    """The report as one file."""
    folder = tmp_path_factory.mktemp("written")
    report.to_html(folder / "page.html")
    return folder / "page.html"


@pytest.fixture(scope="module")
def window(browser, place):
    opened = Reader(browser, place)
    yield opened
    opened.close()


@pytest.fixture
def reader(window):
    """One window for all tests; nothing may go wrong in any of them."""
    yield window
    window.page.emulate_media(media="screen")
    window.checked()


@pytest.fixture(scope="module")
def treaty(report):
    """The family told in most stories."""
    return max(report.families, key=lambda family: family.stories)


def texts(page, selector):
    return page.locator(selector).all_text_contents()


def test_the_overview_says_what_the_report_says(reader, report):
    page = reader.look()

    assert (
        page.locator("#overview h1").text_content() == "23% of the words stood in an earlier story"
    )
    assert texts(page, "#overview .figures dd") == ["33", "34", "5", "42"]
    assert len(report.families) == 34


def test_the_overview_stands_without_scripts(browser, place):
    reader = Reader(browser, place, java_script_enabled=False)
    reader.page.goto(place.as_uri())

    assert reader.page.locator("#overview svg.plot").count() == 3
    assert "drawn by a script" in reader.page.locator("noscript").inner_text()
    reader.close()


def test_families_are_listed_the_widest_first_and_all_can_be_reached(reader, report):
    page = reader.look("families")

    listed = [int(number) for number in texts(page, ".row .lead b")]

    assert listed == sorted((family.stories for family in report.families), reverse=True)


def test_a_search_narrows_the_list_with_every_letter(reader):
    page = reader.look("families")
    search = page.get_by_label("Search texts, headlines, ids")

    search.press_sequentially("kethia")

    found = page.locator(".row").count()
    assert page.locator(".told").text_content() == f"{found} families"
    assert 2 <= found <= 20
    search.fill('HALMERE "signed in April"')
    assert page.locator(".told").text_content() == "1 family"
    search.fill("no such words anywhere")
    assert page.locator(".told").text_content() == "0 families"


def test_families_are_filtered_by_kind_source_date_and_stories(reader, report):
    page = reader.look("families")

    page.locator("#view").get_by_label("Kind").select_option("edited")
    assert len(texts(page, ".row")) == sum(family.kind == "edited" for family in report.families)
    page.locator("#view").get_by_label("Kind").select_option("")
    page.get_by_label("Carried by").select_option("Hull & Hawser")
    assert len(texts(page, ".row")) == sum(
        any(copy.source == "Hull & Hawser" for copy in family.occurrences)
        for family in report.families
    )
    page.get_by_label("Carried by").select_option("")
    page.get_by_label("Stories, at least").fill("4")
    assert len(texts(page, ".row")) == sum(family.stories >= 4 for family in report.families)
    page.get_by_label("Stories, at least").fill("2")
    page.get_by_label("to", exact=True).fill("2026-01-26")
    assert len(texts(page, ".row")) == sum(
        f"{family.first_seen.published:%m-%d}" == "01-26" for family in report.families
    )


def test_families_are_sorted(reader, report):
    page = reader.look("families")

    page.get_by_label("Order").select_option("first seen first")

    assert page.locator(".row .excerpt").first.text_content()[:40] == report.families[0].text[:40]


def test_a_family_is_opened_from_the_list_and_the_list_is_found_again(reader, treaty):
    page = reader.look("families")
    page.get_by_label("Search texts, headlines, ids").fill("halmere convention")

    page.locator(".row a").first.click()
    reader.stands(f"family-{treaty.id}")
    page.go_back()
    reader.stands("families")

    assert page.get_by_label("Search texts, headlines, ids").input_value() == "halmere convention"


def test_a_family_shows_its_wordings_their_changes_and_every_occurrence(reader, treaty):
    page = reader.look(f"family-{treaty.id}")

    assert page.locator("h1", has_text="In 14 stories, told in 4 wordings").count() == 1
    assert page.locator(".wording").count() == treaty.wordings
    assert page.locator(".places li").count() == len(treaty.occurrences)
    assert page.locator("blockquote").first.inner_text() == treaty.text
    assert "metres" in texts(page, "ins")
    assert "Either side may leave the convention on two years' written notice." in texts(
        page, "del"
    )
    evidence = next(copy.evidence for copy in treaty.occurrences if copy.kind == "rewritten")
    assert tuple(texts(page.locator(".wording").nth(1), ".evidence b")) == evidence


def test_the_timeline_begins_where_the_family_was_first_seen(reader, treaty):
    page = reader.look(f"family-{treaty.id}")
    page.wait_for_selector(".timeline")

    dots = page.locator(".dot").evaluate_all("all => all.map(dot => dot.getBBox().x)")
    first = page.locator(".dot.first").evaluate("dot => dot.getBBox().x")

    assert first <= min(dots)
    assert texts(page, ".lane")[0] == "Valdren Press Agency"


def test_an_occurrence_leads_to_its_story(reader, treaty):
    page = reader.look(f"family-{treaty.id}")

    page.get_by_role("link", name=treaty.occurrences[1].headline).click()

    reader.stands(f"story-{treaty.occurrences[1].passage.story}")
    assert page.locator("#view mark").count() > 0


def test_a_story_stands_whole_with_its_recycled_words_marked(reader, report):
    page = reader.look(f"story-{STORY}")
    number = [story.id for story in report.stories].index(STORY)

    shown = "\n\n".join(texts(page, ".line > p"))

    assert shown == report.columns.corpus.text(number).strip()
    share = report.stories[number].recycled
    assert page.locator("#view .lede").inner_text().startswith(f"{share:.0%} recycled: ")
    marked = sum(len(text.split()) for text in texts(page, ".line mark"))
    assert abs(marked - report.stories[number].recycled_words) <= 5


def test_a_note_says_where_a_passage_was_first_seen(reader):
    page = reader.look(f"story-{STORY}")

    note = page.locator(".note.edited").nth(2).inner_text()

    assert note == (
        "edited first seen in Valdren Press Agency on 26 Jan 2026, in 14 stories · side by side"
    )


def test_n_and_p_go_from_passage_to_passage(reader):
    page = reader.look(f"story-{STORY}")
    at = "document.activeElement.textContent"

    page.keyboard.press("n")
    first = page.evaluate(at)
    page.keyboard.press("n")
    second = page.evaluate(at)
    page.keyboard.press("p")

    assert first.startswith("Kethia and Valdren broke off talks")
    assert second.startswith("said both sides had accepted")
    assert page.evaluate(at) == first
    described = page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText"
    )
    assert "first seen in" in described


def test_a_story_names_those_it_shares_text_with(reader):
    page = reader.look(f"story-{STORY}")

    page.locator(".partners a").first.click()

    reader.stands(f"beside-{EARLIER}~{STORY}")


def test_side_by_side_passages_are_joined_and_light_each_other(reader):
    page = reader.look(f"beside-{EARLIER}~{STORY}")
    passages = page.locator("article").nth(0).locator("mark[data-opens]")

    assert page.locator("#view h1").inner_text() == "7 passages in both stories"
    page.wait_for_selector(".ribbons path")
    assert (page.locator(".ribbons path").count(), passages.count()) == (7, 7)
    passages.nth(4).hover()
    lit = page.locator("article").nth(1).locator(".lit .words")
    assert lit.text_content().startswith("The inquiry into power trading here")
    passages.nth(1).focus()
    assert page.locator(".ribbons .lit").count() == 1
    assert page.locator("article").nth(1).locator(".lit").count() == 1
    assert "Ostrevik" in texts(page, "article u .fact")


def test_connectors_end_at_the_passages_they_join(reader):
    page = reader.look(f"beside-{EARLIER}~{STORY}")
    page.wait_for_selector(".ribbons path")

    gap = page.evaluate(
        """() => {
          const path = document.querySelector('.ribbons path').getBoundingClientRect();
          const tops = [...document.querySelectorAll('article')].map(
            (column) => column.querySelector('mark').getBoundingClientRect().top);
          return Math.abs(path.top - Math.min(...tops));
        }"""
    )

    assert gap < 4


def test_the_keyboard_alone_leads_from_the_overview_to_two_stories(reader):
    page = reader.look()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    reader.stands("families")
    page.keyboard.press("/")
    page.keyboard.type("broke off talks")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.row a')"):
            break
    page.keyboard.press("Enter")
    reader.at("family")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.places a')"):
            break
    page.keyboard.press("Enter")
    reader.at("story")
    page.wait_for_selector(".partners a")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hash.startsWith('#beside-')"):
            break
    page.keyboard.press("Enter")
    reader.at("beside")

    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_the_dark_is_dark(browser, place):
    reader = Reader(browser, place, color_scheme="dark")
    page = reader.look(f"story-{STORY}")

    colours = (
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    back, ink = (sum(map(int, rgb[4:-1].split(","))) for rgb in page.evaluate(colours))

    assert back < 100 < 600 < ink
    reader.close()


@pytest.mark.parametrize(
    "address", ["", "families", "stories", f"story-{STORY}", f"beside-{EARLIER}~{STORY}"]
)
def test_a_narrow_screen_needs_no_sideways_scrolling(reader, address):
    page = reader.go(address)

    page.set_viewport_size({"width": 360, "height": 700})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1240, "height": 900})

    assert width <= 360


def test_on_paper_there_are_texts_and_numbers_and_no_controls(reader):
    page = reader.look(f"story-{STORY}")
    page.emulate_media(media="print")

    assert not page.locator(".steps").is_visible()
    assert page.locator(".line .note").first.is_visible()
    reader.look()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#overview details table").first.is_visible()
    assert len(page.pdf()) > 10_000


def test_an_address_that_leads_nowhere_says_so(reader):
    page = reader.look("story-%E0%A4%A")

    assert page.locator("#view h1").inner_text() == "Not in this page"
    assert "holds no story %E0%A4%A" in page.locator("#view .lede").inner_text()
    assert reader.look("family-0").locator("#view h1").inner_text() == "Not in this page"


def test_a_site_shows_what_a_page_shows(browser, report, reader, treaty, tmp_path):
    report.to_html(f"{tmp_path}/")
    site = Reader(browser, tmp_path / "index.html")
    addresses = ["families", f"family-{treaty.id}", f"story-{STORY}", f"beside-{EARLIER}~{STORY}"]

    shown = [[_shown(one.look(address)) for address in addresses] for one in (reader, site)]

    assert shown[0] == shown[1]
    assert "7 passages in both stories" in shown[1][3]
    site.close()


def _shown(page):
    page.wait_for_function(  # what a story shares with others is looked up when it stands
        "() => !current.startsWith('story-') || VIEW.querySelector('.partners li') !== null"
    )
    return page.locator("#view").inner_text()


def test_a_site_whose_data_is_gone_says_what_to_do(browser, report, tmp_path):
    report.to_html(f"{tmp_path}/")
    for file in tmp_path.glob("dedup-*/lists.js"):
        file.unlink()
    reader = Reader(browser, tmp_path / "index.html")
    reader.page.goto((tmp_path / "index.html").as_uri() + "#families")

    reader.page.wait_for_selector("#fault:not([hidden])")

    assert "keep the page and its folder together" in reader.page.locator("#fault").inner_text()
    assert all("ERR_FILE_NOT_FOUND" in fault for fault in reader.faults)
    reader.faults.clear()
    reader.close()
