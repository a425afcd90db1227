"""Pairs with the names of their stories: the table, the files, the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from dedup import CLASSIC, BadSetting, Settings, Story, near_duplicates
from dedup.listing import UNITS, Listing, files, list_pairs
from dedup.listing.terminal import show
from dedup.pairs import COPIES
from dedup.stories import batch_of_stories, corpus_of
from tests import naive
from tests.conftest import sentence
from tests.wire import corpus

ROOT = Path(__file__).parents[1]
LOOSE = Settings(shingle=1, threshold=0.3, min_words=1, bucket=256)
units = pytest.mark.parametrize("unit", UNITS)


def listed(stories: list[Story], *, unit: str = "stories", settings: Settings = LOOSE) -> Listing:
    return list_pairs(corpus_of([batch_of_stories(stories)]), settings, unit=unit)


def dumped(dump, listing: Listing) -> str:
    out = io.BytesIO()
    dump(listing, out)
    return out.getvalue().decode()


@units
def test_every_file_has_the_rows_of_the_table(unit):
    found = listed(corpus(3), unit=unit)
    rows = found.to_arrow().to_pylist()

    lines = [json.loads(line) for line in dumped(files.dump_jsonl, found).splitlines()]
    cells = list(csv.DictReader(io.StringIO(dumped(files.dump_csv, found))))
    document = json.loads(dumped(files.dump_json, found))

    assert len(rows) > 3
    assert lines == document["pairs"] == rows
    assert cells == [{name: str(v).removesuffix(".0") for name, v in row.items()} for row in rows]


@units
@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_parts_change_no_file(monkeypatch, unit, rows):
    found = listed(corpus(3), unit=unit)
    dumps = files.dump_jsonl, files.dump_csv, files.dump_json
    whole = [dumped(dump, found) for dump in dumps]
    monkeypatch.setattr(files, "_ROWS", rows)

    assert [dumped(dump, found) for dump in dumps] == whole


def test_stories_have_the_pairs_of_their_texts():
    stories = corpus(4)
    texts = [story.text for story in stories]

    found = listed(stories).to_arrow().to_pylist()

    assert [(row["left_story"], row["right_story"], row["jaccard"]) for row in found] == [
        (stories[left].id, stories[right].id, jaccard)
        for left, right, jaccard in near_duplicates(texts, shingle=1, threshold=0.3, recall=0.95)
    ]


def test_paragraphs_stand_where_the_table_says():
    stories = {story.id: story.text for story in corpus(4)}
    found = listed(corpus(4), unit="paragraphs")

    for row in found.to_arrow().to_pylist():
        for side in ("left", "right"):
            text = stories[row[f"{side}_story"]]
            own = text[row[f"{side}_start"] : row[f"{side}_end"]]
            assert naive.paragraphs(text)[row[f"{side}_paragraph"]] == own


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a\nb", "é\u2028", "=1+1", "\x1b[31m", "</script>"]
)
def test_ids_from_outside_do_no_harm(name):
    found = listed([Story(name, sentence(1)), Story(name + "2", sentence(1))])
    page = io.StringIO()

    lines = [json.loads(line) for line in dumped(files.dump_jsonl, found).split("\n")[:-1]]
    (row,) = csv.DictReader(io.StringIO(dumped(files.dump_csv, found)))
    show(found, page)

    assert {lines[0]["left_story"], lines[0]["right_story"]} == {name, name + "2"}
    assert row["left_story"][0] not in "=+-@"
    assert "\x1b" not in row["left_story"] + page.getvalue()


def test_hot_texts_are_told():
    stories = [Story(f"s{k:03}", f"{sentence(1)}\n\n{sentence(k + 2)}") for k in range(COPIES + 1)]
    found = listed(stories, unit="paragraphs")
    page = io.StringIO()

    show(found, page)
    document = json.loads(dumped(files.dump_json, found))

    assert document["hot"] == [{"story": "s000", "copies": COPIES + 1}]
    assert document["summary"]["total"] == (COPIES + 1) * COPIES // 2
    assert document["summary"]["pairs"] == COPIES
    assert f"hot     {COPIES + 1} times, first in s000 ¶0: " in page.getvalue()
    assert f"listed  {COPIES} pairs; of hot texts one a copy" in page.getvalue()


@units
def test_the_terminal_shows_figures_and_as_many_pairs_as_asked(unit):
    found = listed(corpus(3), unit=unit)
    page = io.StringIO()

    show(found, page, pairs=2)
    lines = page.getvalue().splitlines()

    assert lines[0].startswith(f"{len(found.pairs)} pairs of {found.pairs.texts} {unit} with a ")
    assert len(lines) == 7
    assert all(len(line) <= 100 and line == line.rstrip() for line in lines)


def test_no_pairs_are_files_without_rows():
    found = listed([Story("a", "one two"), Story("b", "three four")])

    assert dumped(files.dump_jsonl, found) == ""
    assert dumped(files.dump_csv, found) == '"left_story","right_story","jaccard"\n'
    assert json.loads(dumped(files.dump_json, found))["pairs"] == []


def test_another_unit_is_refused():
    with pytest.raises(BadSetting, match='unit is "words"'):
        listed([], unit="words")


def test_every_field_is_documented():
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "pairs.md").read_text()))
    found = listed(corpus(3), unit="paragraphs")
    document = json.loads(dumped(files.dump_json, found))

    names = {*found.to_arrow().column_names, *document["summary"], *document, "story", "copies"}

    assert names - {"pairs", "schema"} <= documented


def test_the_settings_of_a_document_make_it_again():
    found = listed(corpus(3))
    said = json.loads(dumped(files.dump_json, found))["settings"]

    assert Settings(**said) == LOOSE
    assert CLASSIC != LOOSE
