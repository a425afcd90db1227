"""What a page is given: everything that the report says, in the blocks that its script reads."""

from __future__ import annotations

import base64
import itertools
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import BadOutput, Story, scan
from dedup.report import page as pages
from dedup.report.page import blocks, kept, markup, numbering, overview, plots
from dedup.report.page.numbering import text_numbers
from dedup.report.page.runs import recycled_runs
from tests.conftest import sentence, stories

STORIES = Path(__file__).parents[1] / "fixtures" / "stories"


@pytest.fixture(scope="module")
def report():
    return scan(STORIES)


def unpacked(content):
    return json.loads(zlib.decompress(base64.b64decode(content)))


def held(path):
    """The lists and the blocks of a page."""
    found = re.findall(
        r'<script type="application/json" id="(lists|[fs]\d+)">"([^"]*)"', path.read_text()
    )
    return {name: unpacked(content) for name, content in found}


def joined(data, sign, name):
    return [
        value for key, block in data.items() if re.match(rf"{sign}\d", key) for value in block[name]
    ]


def test_the_lists_name_every_story_and_family(report, tmp_path):
    report.to_html(tmp_path / "page.html")

    lists = held(tmp_path / "page.html")["lists"]

    assert lists["stories"]["id"] == [story.id for story in report.stories]
    assert lists["stories"]["recycled"] == [story.recycled_words for story in report.stories]
    families = lists["families"]
    for name in ("id", "kind", "text", "wordings", "stories", "words"):
        assert families[name] == [getattr(family, name) for family in report.families]
    sources = [
        [lists["sources"][k] for k in families["carriers"][a:b]]
        for a, b in zip(families["carrier_offsets"], families["carrier_offsets"][1:], strict=False)
    ]
    assert sources == [
        sorted({copy.source for copy in family.occurrences}) for family in report.families
    ]
    assert [lists["stories"]["id"][k] for k in families["first"]] == [
        family.first_seen.passage.story for family in report.families
    ]


def test_the_blocks_hold_every_occurrence_and_every_text(report, tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 2_000)
    report.to_html(tmp_path / "page.html")

    data = held(tmp_path / "page.html")
    ids = data["lists"]["stories"]["id"]

    assert len(data) > 20
    assert joined(data, "s", "texts") == [
        report.columns.corpus.text(k) for k in range(len(report.stories))
    ]
    assert [ids[k] for k in joined(data, "f", "story")] == [
        copy.passage.story for family in report.families for copy in family.occurrences
    ]
    assert joined(data, "f", "wording") == [
        copy.wording for family in report.families for copy in family.occurrences
    ]
    assert joined(data, "f", "evidence") == [
        list(copy.evidence)
        for family in report.families
        for copy in family.occurrences
        if copy.evidence
    ]
    passages = {report.text(copy.passage) for f in report.families for copy in f.occurrences[1:]}
    assert set(joined(data, "f", "texts")) <= passages
    kinds = joined(data, "s", "kind")
    assert len(kinds) == sum(len(family.occurrences) for family in report.families)


@settings(max_examples=40)
@given(stories)
def test_texts_of_a_family_are_numbered_by_their_words(given):
    columns = scan(list(zip("abcdef", given, strict=False))).columns
    places = columns.places

    numbers = text_numbers(columns)

    keys = list(
        zip(
            places.families.tolist(),
            places.wordings.tolist(),
            columns.texts.of[places.paragraphs].tolist(),
            map(tuple, places.words.tolist()),
            strict=True,
        )
    )
    for family in set(places.families.tolist()):
        seen = dict.fromkeys(key for key in keys if key[0] == family)
        rank = {key: number for number, key in enumerate(seen)}
        rows = np.flatnonzero(places.families == family)
        assert numbers[rows].tolist() == [rank[keys[row]] for row in rows]


@settings(max_examples=40)
@given(stories)
def test_runs_cover_the_words_that_the_share_counts(given):
    report = scan(list(zip("abcdef", given, strict=False)))
    columns = report.columns

    spans, offsets = recycled_runs(columns, np.arange(len(columns.paragraphs)))

    counted = columns.paragraph_words[1].tolist()
    for paragraph, words in enumerate(counted):
        own = spans[offsets[paragraph] : offsets[paragraph + 1]].tolist()
        text = columns.corpus.text(int(columns.paragraphs.stories[paragraph]))
        assert sum(len(text[a:b].split()) for a, b in own) == words
        assert all(b <= c for (_, b), (c, _) in itertools.pairwise(own))


def test_the_matrix_counts_what_each_source_carries_and_how_late(report):
    found = overview.figures(report).matrix
    lags = {}
    for family in report.families:
        for copy in family.occurrences[1:]:
            days = (copy.published - family.first_seen.published).total_seconds()
            lags.setdefault((family.first_seen.source, copy.source), []).append(days)

    cells = {
        (row, column): cell
        for row, line in zip(found.sources, found.cells, strict=True)
        for column, cell in zip(found.sources, line, strict=True)
        if cell.count
    }

    assert {pair: (cell.count, cell.lag) for pair, cell in cells.items()} == {
        pair: (len(seconds), float(np.median(seconds))) for pair, seconds in lags.items()
    }


def test_many_sources_end_in_one_row_for_the_others():
    shared = sentence(5)
    found = overview.figures(
        scan([Story(f"s{k:02}", shared, source=f"paper {k:02}") for k in range(30)])
    ).matrix

    assert len(found.sources) == 11
    assert found.others == 19
    assert sum(cell.count for row in found.cells for cell in row) == 29


def test_time_and_place_add_up_to_the_whole(report):
    found = overview.figures(report)

    for spans in (found.time, found.place):
        words = report.summary.words - report.summary.furniture_words
        assert sum(span.words for span in spans) == pytest.approx(words, abs=10)
        assert sum(span.recycled for span in spans) == pytest.approx(
            report.summary.recycled_words, abs=10
        )


def test_a_repeated_ending_stands_at_the_end():
    told = [(f"s{k}", f"{sentence(k, 40)}\n\n{sentence(99, 40)}") for k in range(5)]

    shares = [span.share for span in overview.figures(scan(told)).place]

    assert shares[:5] == [0] * 5
    assert min(shares[5:]) > 0.7


@pytest.mark.parametrize(
    ("dates", "step", "first"),
    [
        (["2026-01-01", "2026-01-20"], "day", "1 Jan 2026"),
        (["2026-01-01", "2026-06-20"], "week", "29 Dec 2025"),
        (["2026-01-15", "2028-06-20"], "month", "Jan 2026"),
        (["1990-05-05", "2028-06-20"], "year", "1990"),
        (["0001-05-05", "9999-06-20"], "167 years", "1 to 167"),
    ],
)
def test_time_is_cut_into_steps_that_fit(dates, step, first):
    from datetime import datetime

    told = [
        Story(str(k), sentence(7), published=datetime.fromisoformat(when))
        for k, when in enumerate(dates)
    ]
    found = overview.figures(scan(told))

    assert (found.step, found.time[0].label) == (step, first)
    assert len(found.time) <= 60
    assert found.time[-1].recycled == 20


def test_what_has_no_dates_no_sources_or_no_text_has_a_page(tmp_path):
    for name, told in (("bare", [("a", sentence(1)), ("b", sentence(1))]), ("none", []),
                       ("empty", [("a", ""), ("b", "")])):  # fmt: skip
        scan(told).to_html(tmp_path / f"{name}.html")
        content = (tmp_path / f"{name}.html").read_text()
        assert "No story carries a date." in content


def test_a_page_too_small_keeps_the_most_recycled_and_the_widest_and_says_so(tmp_path):
    told = [f"{sentence(k // (2 + k % 2), 30)}\n\n{sentence(100 + k, 10 + k)}" for k in range(60)]
    report = scan([(f"s{k:02}", text) for k, text in enumerate(told)])

    pages.write_page(report, tmp_path / "page.html", room=15_000)
    data = held(tmp_path / "page.html")

    lists = data["lists"]
    readable = [k for k, block in enumerate(lists["stories"]["block"]) if block >= 0]
    texts = joined(data, "s", "texts")
    assert 0 < len(texts) == len(readable) < 60
    assert sum(len(text.encode()) for text in texts) <= 10_000
    least = min(lists["stories"]["recycled"][k] / lists["stories"]["words"][k] for k in readable)
    shares = sorted((story.recycled for story in report.stories), reverse=True)
    assert least >= shares[len(readable)] - 1e-9
    opened = sum(block >= 0 for block in lists["families"]["block"])
    assert 0 < opened < len(report.families)
    notice = re.search(
        r'<p class="notice">(This page has room[^<]*)</p>', (tmp_path / "page.html").read_text()
    )
    assert f"{len(readable)} most recycled stories of 60" in notice.group(1)


def test_the_occurrences_of_a_hot_family_are_cut_off_only_in_a_page_too_small(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(kept, "OCCURRENCES", 10)
    told = [(f"s{k:02}", f"{sentence(1)}\n\n{sentence(100 + k, 60)}") for k in range(40)]
    report = scan(told)

    pages.write_page(report, tmp_path / "small.html", room=9_000)
    pages.write_page(report, tmp_path / "page.html")

    assert len(joined(held(tmp_path / "small.html"), "f", "story")) == 10
    assert len(joined(held(tmp_path / "page.html"), "f", "story")) == 40


def test_of_a_family_with_too_many_texts_the_later_ones_have_no_number(monkeypatch, tmp_path):
    monkeypatch.setattr(numbering, "TEXTS", 3)
    told = [(f"s{k}", f"{sentence(1, 30)[:-1]} and then {sentence(50 + k, 4)}") for k in range(6)]

    scan(told).to_html(tmp_path / "page.html")
    data = held(tmp_path / "page.html")

    assert joined(data, "f", "text") == [0, 1, 2, -1, -1, -1]
    assert len(joined(data, "f", "texts")) == 2


def test_the_same_stories_give_the_same_bytes(report, tmp_path):
    report.to_html(tmp_path / "one.html")
    scan(STORIES).to_html(tmp_path / "two.html")

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_new_site_takes_the_old_ones_place_and_nothing_else(report, tmp_path):
    (tmp_path / "dedup-notes").mkdir()
    (tmp_path / "dedup-notes" / "mine.txt").write_text("kept")
    scan([("a", sentence(1)), ("b", sentence(1))]).to_html(tmp_path)
    before = {path.name for path in tmp_path.glob("dedup-*")}

    report.to_html(str(tmp_path))
    after = {path.name for path in tmp_path.glob("dedup-*")}

    assert before & after == {"dedup-notes"}
    assert len(after) == 2
    assert (tmp_path / "dedup-notes" / "mine.txt").read_text() == "kept"
    assert [path.name for path in tmp_path.glob("*.html")] == ["index.html"]


def test_a_page_that_cannot_be_written_is_one_sentence(report, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadOutput):
        report.to_html(tmp_path / "file" / "page.html")
    with pytest.raises(BadOutput):
        report.to_html(f"{tmp_path}/file/")


def test_the_policy_names_the_style_and_the_script_and_nothing_from_outside(report, tmp_path):
    report.to_html(tmp_path / "page.html")
    content = (tmp_path / "page.html").read_text()

    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', content).group(1)

    script = re.search(r"<script>(.*?)</script>", content, re.DOTALL).group(1)
    style = re.search(r"<style>(.*?)</style>", content, re.DOTALL).group(1)
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src '{markup.digest(script)}'",
        f"style-src '{markup.digest(style)}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", script + style)


@given(st.text(max_size=30))
def test_json_in_a_script_element_cannot_end_it(text):
    text = text.encode("utf-8", "ignore").decode()
    made = markup.harmless({"x": f"</script><!--{text}\u2028"})

    assert not set(made) & set("<>&\u2028\u2029")
    assert json.loads(made) == {"x": f"</script><!--{text}\u2028"}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "same hour"), (7_200, "2 hours"), (90_000, "25 hours"), (864_000, "10 days"),
     (1e8, "3 years")],
)  # fmt: skip
def test_a_length_of_time_is_said_in_the_unit_that_fits(seconds, said):
    assert markup.lag(seconds) == said


@given(st.lists(st.floats(0, 1), min_size=1, max_size=70))
def test_bars_stay_in_their_plot(values):
    plot = plots.bars([str(k) for k in range(len(values))], values)

    for bar, value in zip(plot.bars, values, strict=True):
        assert plot.left <= bar.x
        assert bar.x + bar.width <= plot.width + 0.1
        assert 0 <= bar.y <= plot.base
        assert bar.y + bar.height == pytest.approx(plot.base, abs=0.05)
        assert bar.value == value
