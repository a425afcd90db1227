"""The made-up corpora of the benchmarks: as said, always the same, and with true gold."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import sys
from pathlib import Path

import pytest

from dedup import near_duplicates

_SPEC = importlib.util.spec_from_file_location(
    "wire_corpus", Path(__file__).parents[1] / "benchmarks" / "corpus.py"
)
corpus = importlib.util.module_from_spec(_SPEC)
sys.modules["wire_corpus"] = corpus
_SPEC.loader.exec_module(corpus)

COUNT = 1300  # past the first full chunk


def made(unit: str = "stories", **options) -> tuple[list[dict], list[dict]]:
    out, gold = io.BytesIO(), io.BytesIO()
    corpus.write(out, gold, COUNT, unit=unit, **options)
    return [
        [json.loads(line) for line in held.getvalue().decode().splitlines()] for held in (out, gold)
    ]


@pytest.fixture(scope="module")
def wire():
    return made()


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_stories_are_as_said(wire):
    stories, gold = wire
    parts = [story["text"].split("\n\n") for story in stories]
    of = {kind: [row for row in gold if row["of"] == kind] for kind in ("story", "boilerplate")}

    assert [story["id"] for story in stories] == [f"{k:07}" for k in range(COUNT)]
    assert {10, 14} <= {len(part) for part in parts} <= set(range(10, 17))
    assert 0.3 < sum("“" in story["text"] for story in stories) / COUNT < 0.5
    assert 0.03 < len(of["story"]) / COUNT < 0.07
    assert 0.15 < len({row["story"] for row in of["boilerplate"]}) / COUNT < 0.25
    plain = [len(words(p)) for story in parts for p in story[:8]]
    assert 12 < min(plain) <= 22
    assert 60 <= max(plain) < 75


def test_words_follow_zipf(wire):
    counts: dict[str, int] = {}
    for story in wire[0]:
        for word in words(story["text"]):
            counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts.values(), reverse=True)

    assert 1.6 < ranked[0] / ranked[1] < 2.4
    assert 8 < ranked[0] / ranked[9] < 12
    assert len(counts) > 30_000


def test_a_near_copy_is_near_what_it_is_copied_from(wire):
    stories, gold = wire
    texts = [set(words(story["text"])) for story in stories]

    for row in gold:
        if row["of"] == "story":
            one, other = texts[row["story"]], texts[row["number"]]
            assert row["number"] < row["story"]
            assert len(one & other) / len(one | other) > 0.5


def test_what_is_not_gold_is_no_near_duplicate(wire):
    stories, gold = wire
    copied = {row["story"]: row["number"] for row in gold if row["of"] == "story"}

    def first(story: int) -> int:
        while story in copied:
            story = copied[story]
        return story

    for left, right, _ in near_duplicates([story["text"] for story in stories]):
        assert first(left) == first(right)


def test_paragraphs_are_those_of_the_stories(wire):
    paragraphs, _ = made("paragraphs")

    assert [one["text"] for one in paragraphs] == [
        part for story in wire[0] for part in story["text"].split("\n\n")
    ]
    assert len({one["id"] for one in paragraphs}) == len(paragraphs)


def test_the_same_seed_gives_the_same_corpus_and_another_one_another(wire):
    assert made()[0] == wire[0]
    assert made(seed=1)[0][:50] != wire[0][:50]


def test_every_hot_story_opens_with_a_banner():
    stories, gold = made(hot=True)
    edited = {row["story"] for row in gold if row["of"] == "banner" and row["edited"]}
    opening = [story["text"].split("\n\n")[0] for story in stories]

    assert len({text for k, text in enumerate(opening) if k not in edited}) == 3
    assert 0.003 < len(edited) / COUNT < 0.02
