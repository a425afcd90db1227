"""Pages of real news: five seed stories, and 5,000 that must fit into one file and stay quick."""

from __future__ import annotations

import pytest

from dedup import scan
from tests.browser import Reader, running
from tests.labelled import DATA

C50 = DATA / "reuters_c50.jsonl.gz"
pytestmark = pytest.mark.skipif(not C50.exists(), reason="no news stories beside the checkout")


@pytest.fixture(scope="module")
def browser():
    with running() as found:
        yield found


def test_the_seed_stories_have_a_page(browser, tmp_path):
    report = scan(DATA / "seeds")
    report.to_html(tmp_path / "page.html")
    reader = Reader(browser, tmp_path / "page.html")
    widest = max(report.families, key=lambda family: family.stories)

    page = reader.look(f"family-{widest.id}")

    assert page.locator("#view h1").inner_text() == "In 5 stories, told in 3 wordings"
    assert page.locator(".evidence").count() == 2
    page = reader.go("story-001_07d5fdf0b2b9ae39")
    assert page.locator("mark.rewritten").count() > 0
    page.wait_for_selector(".partners li")
    reader.close()


def test_five_thousand_stories_fit_into_one_file_and_are_all_there(browser, tmp_path):
    report = scan(C50, fields={"source": "author"})
    report.to_html(tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size <= 12_000_000
    reader = Reader(browser, tmp_path / "page.html")

    page = reader.look("families")
    assert page.locator(".told").inner_text() == f"{len(report.families):,} families"
    page.get_by_label("Search texts, headlines, ids").fill("taiwan nationalist")
    assert 2 <= page.locator(".row").count() <= 20
    page.get_by_label("Carried by").select_option("BenjaminKangLim")
    page.locator(".row a").first.click()
    reader.at("family")
    page.locator(".places a").first.click()
    reader.at("story")
    page.keyboard.press("n")
    page = reader.go("stories")
    assert page.locator(".told").inner_text() == "5,000 stories"
    address = page.evaluate("() => document.querySelector('.alike a').hash.slice(1)")
    page = reader.go(address)
    assert page.locator("article").count() == 2
    assert page.locator("article").nth(0).locator("mark[data-opens]").count() >= 1
    reader.close()
