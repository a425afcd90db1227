"""Distinct paragraphs: a dict of folded words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.texts
from dedup.paragraphs import split
from dedup.texts import Texts, collapse, equals
from dedup.tokens import fold_table
from tests import naive
from tests.conftest import sentence, spans

paragraphs = st.lists(st.sampled_from(["a", "B", "b", "c,", "“a”"]), max_size=5).map(" ".join)
stories = st.lists(st.lists(paragraphs, max_size=5).map("\n\n".join), max_size=5)


def collapsed(stories: list[str], *, min_words: int = 3, threads: int = 0) -> Texts:
    buffer, starts, ends = spans(*stories)
    cut = split(buffer, starts, ends)
    return collapse(buffer, cut, fold_table(buffer), min_words=min_words, threads=threads)


def folded(stories: list[str]) -> tuple[list[tuple[str, ...]], list[int]]:
    """The folded words of every paragraph, and its story."""
    parts = [(n, part) for n, text in enumerate(stories) for part in naive.paragraphs(text)]
    return [tuple(w.folded for w in naive.words(part)) for _, part in parts], [n for n, _ in parts]


def places(texts: Texts) -> list[list[int]]:
    """The paragraphs of each text."""
    return [part.tolist() for part in np.split(texts.occurrences, texts.offsets[1:-1])]


@given(stories=stories, least=st.integers(1, 5))
def test_equal_paragraphs_collapse_as_in_a_dict(stories, least):
    expected, furniture = naive.collapse(*folded(stories), least)

    texts = collapsed(stories, min_words=least)

    assert len(texts) == len(expected)
    assert not expected or places(texts) == expected
    assert np.flatnonzero(texts.furniture).tolist() == sorted(furniture)


@given(stories=stories, least=st.integers(1, 5))
def test_columns_agree_with_each_other(stories, least):
    texts = collapsed(stories, min_words=least)

    assert texts.words.tolist() == [len(words) for words in folded(stories)[0]]
    assert texts.first.tolist() == sorted(texts.first)
    assert (texts.of >= 0).tolist() == (texts.words >= least).tolist()
    assert len(set(texts.fingerprints.tolist())) == len(texts)
    for text in range(len(texts)):
        rows = texts.occurrences[texts.offsets[text] : texts.offsets[text + 1]]
        assert np.flatnonzero(texts.of == text).tolist() == rows.tolist()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("chunk", [1, 50, 400])
def test_neither_chunks_nor_threads_change_anything(monkeypatch, chunk, threads):
    stories = ["\n\n".join(sentence(k % 7) for k in range(n, n + 4)) for n in range(6)]
    whole = collapsed(stories)
    monkeypatch.setattr(dedup.texts, "CHUNK", chunk)

    parts = collapsed(stories, threads=threads)

    assert np.array_equal(parts.of, whole.of)
    assert np.array_equal(parts.words, whole.words)
    assert np.array_equal(parts.fingerprints, whole.fingerprints)


@pytest.mark.parametrize(
    "variant",
    ["THE U.S. CUT RATES", "The US cut rates", "“The US” cut rates!", "The U.S. cut  rates"],
)
def test_paragraphs_that_fold_alike_are_one_text(variant):
    assert len(collapsed(["The U.S. cut rates.", variant])) == 1


def test_short_paragraphs_of_two_stories_are_furniture():
    texts = collapsed(["a b\n\nonce\n\ntwice\n\ntwice", "a b\n\na b c"])

    assert texts.furniture.tolist() == [True, False, False, False, True, False]
    assert texts.of.tolist() == [-1, -1, -1, -1, -1, 0]


@pytest.mark.parametrize("stories", [[], [""], ["", " \n "], ["…"]])
def test_stories_without_words_have_no_texts(stories):
    texts = collapsed(stories)

    assert len(texts) == 0
    assert len(texts.first) == 0


def test_seventy_thousand_places_of_one_text_are_one_text():
    texts = collapsed(["one two three\n" * 70_000])

    assert len(texts) == 1
    assert texts.occurrences.tolist() == list(range(70_000))


@pytest.mark.parametrize("few", [0, 300])
@given(keys=st.lists(st.integers(0, 3) | st.integers(0, 2**64 - 1), max_size=40))
def test_equals_are_grouped_as_in_a_dict(few, keys):
    groups: dict[int, list[int]] = {}
    for item, key in enumerate(keys):
        groups.setdefault(key, []).append(item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dedup.texts, "_FEW", few)
        found = equals(np.array(keys, dtype=np.uint64))
    members = np.split(found.members, found.offsets[1:-1])

    assert not keys or [part.tolist() for part in members] == list(groups.values())
    assert found.of.tolist() == [list(groups).index(key) for key in keys]


def test_a_hundred_thousand_equal_keys_are_one_group():
    found = equals(np.full(100_000, 7, dtype=np.uint64))

    assert found.offsets.tolist() == [0, 100_000]
    assert found.members.tolist() == list(range(100_000))
