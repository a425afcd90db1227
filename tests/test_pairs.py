"""Near-duplicate pairs: against sets, exactly; and what becomes of texts that stand very often."""

from __future__ import annotations

import random
from dataclasses import FrozenInstanceError
from itertools import combinations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup.pairs
import dedup.strings
from dedup import CLASSIC, BadInput, BadSetting, Pairs, near_duplicates
from dedup.pairs import COPIES
from dedup.stories import batch_of_stories, corpus_of
from tests import naive
from tests.conftest import sentence, unicode_text
from tests.wire import corpus, edited, paragraph

small_texts = st.lists(
    st.lists(st.sampled_from(["a", "B", "b,", "c", "“d”"]), max_size=8).map(" ".join)
    | unicode_text,
    max_size=12,
)


def sets(texts: list[str], width: int) -> list[set]:
    return [set(naive.shingles([word.folded for word in naive.words(t)], width)) for t in texts]


def pairs_at(threshold: float, texts: list[str], width: int) -> dict[tuple[int, int], float]:
    """All pairs, by counting sets; a text without words is near nothing."""
    held = sets(texts, width)
    return {
        (i, j): naive.jaccard(held[i], held[j])
        for i, j in combinations(range(len(texts)), 2)
        if held[i] and naive.jaccard(held[i], held[j]) >= threshold
    }


def as_dict(found: Pairs) -> dict[tuple[int, int], float]:
    return {(left, right): jaccard for left, right, jaccard in found}


def wire(seed: int, count: int) -> list[str]:
    """Paragraphs, half of them edited from earlier ones."""
    draw = random.Random(seed)
    texts = [paragraph(draw, 40) for _ in range(count)]
    for k in range(count // 2, count):
        texts[k] = edited(draw, texts[draw.randrange(k)], draw.randrange(4))
    return texts


@given(texts=small_texts, width=st.integers(1, 4))
def test_what_is_found_is_a_pair_with_its_exact_similarity(texts, width):
    """And equal texts are all found, whatever the search misses of the others."""
    expected = pairs_at(0.5, texts, width)
    words = [[word.folded for word in naive.words(text)] for text in texts]

    found = as_dict(near_duplicates(texts, threshold=0.5, shingle=width))

    assert found.items() <= expected.items()
    assert {pair for pair in expected if words[pair[0]] == words[pair[1]]} <= found.keys()


def test_of_all_pairs_the_stated_share_is_found():
    texts = wire(1, 600)
    expected = pairs_at(0.7, texts, 5)

    found = near_duplicates(texts)

    assert len(expected) > 200
    assert as_dict(found).items() <= expected.items()
    assert len(found) >= found.expected_recall * len(expected)
    assert found.total == len(found)


def test_a_search_for_nearly_all_pairs_finds_them():
    texts = wire(2, 400)

    found = near_duplicates(texts, threshold=0.6, recall=0.9999, shingle=3)

    assert as_dict(found) == pairs_at(0.6, texts, 3)


def test_pairs_are_sorted_and_the_left_text_stands_before_the_right():
    found = near_duplicates(wire(3, 300))
    rows = list(zip(found.left.tolist(), found.right.tolist(), strict=True))

    assert rows == sorted(set(rows))
    assert (found.left < found.right).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("part", "held"), [(50, 40), (2000, 3000), (1 << 20, 1 << 25)])
def test_neither_threads_nor_parts_change_anything(monkeypatch, threads, part, held):
    texts = wire(4, 200) * 2
    whole = near_duplicates(texts)
    monkeypatch.setattr(dedup.strings, "PART", part)
    monkeypatch.setattr(dedup.pairs, "_HELD", held)
    monkeypatch.setattr(dedup.pairs, "_CUT", part)
    monkeypatch.setattr(dedup.pairs, "_COMPARED", 7)

    cut = near_duplicates(texts, threads=threads)

    assert list(cut) == list(whole)
    assert cut.total == whole.total


@pytest.mark.parametrize("shape", [tuple, pa.array, pl.Series, np.array])
def test_texts_of_every_shape_have_the_same_pairs(shape):
    texts = wire(5, 100)

    assert list(near_duplicates(shape(texts))) == list(near_duplicates(texts))


def test_a_corpus_has_the_pairs_of_its_stories():
    stories = corpus_of([batch_of_stories(corpus(1))])
    texts = [stories.text(k) for k in range(len(stories))]

    found = near_duplicates(stories, threshold=0.2, shingle=2)

    assert len(found)
    assert list(found) == list(near_duplicates(texts, threshold=0.2, shingle=2))


@pytest.mark.parametrize("copies", [COPIES - 1, COPIES, COPIES + 1, 1000])
def test_a_text_that_stands_too_often_is_paired_with_its_first_place_only(copies):
    texts = ["other words are in here too", *[sentence(1)] * copies]

    found = near_duplicates(texts)
    every = copies * (copies - 1) // 2

    assert found.total == every
    assert len(found) == (every if copies <= COPIES else copies - 1)
    assert found.hot.tolist() == ([[1, copies]] if copies > COPIES else [])
    assert found.kept.tolist() == [0, 1]
    assert set(found.jaccard.tolist()) == {1.0}


def test_a_hundred_thousand_copies_are_counted_and_not_listed():
    hot, near = sentence(1, 40), " ".join(sentence(1, 40).split()[:-1])

    found = near_duplicates([near, *[hot] * 100_000])

    assert found.total == 100_000 * 99_999 // 2 + 100_000
    assert len(found) == 99_999 + 1
    assert next(iter(found))[:2] == (0, 1)


def test_copies_of_two_alike_texts_are_all_pairs():
    first, other = sentence(1, 40), " ".join(sentence(1, 40).split()[:-1])
    texts = [first, other, other, first, first]

    found = near_duplicates(texts)

    assert as_dict(found) == pairs_at(0.7, texts, 5)
    assert found.total == len(found) == 10


def test_many_wordings_of_one_text_do_not_make_all_their_pairs():
    """A bucket past its bound is a star, as everywhere."""
    draw = random.Random(1)
    text = paragraph(draw, 80)
    texts = [text, *dict.fromkeys(edited(draw, text, 1) for _ in range(2000))]

    found = near_duplicates(texts, bucket=16)

    assert len(found) < 40 * len(texts)
    assert found.kept.tolist() == [0]


def test_equal_words_are_equal_texts_whatever_their_case_and_marks():
    found = near_duplicates(["The U.S. cut rates.", "the US cut — RATES!", "the us cut rates now"])

    assert list(found) == [(0, 1, 1.0)]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["…", "…"], ["one"]])
def test_without_words_there_are_no_pairs(texts):
    found = near_duplicates(texts)

    assert (len(found), list(found), found.total) == (0, [], 0)
    assert found.kept.tolist() == list(range(len(texts)))


def test_texts_shorter_than_a_shingle_are_near_their_equals_only():
    assert list(near_duplicates(["a b", "a b", "a b c"])) == [(0, 1, 1.0)]


def test_texts_of_few_words_can_be_left_out():
    assert list(near_duplicates(["a b", "a b", "a b c", "a b c"], min_words=3)) == [(2, 3, 1.0)]


def test_kept_texts_are_those_near_none_before_them():
    texts = wire(6, 200)
    found = near_duplicates(texts)

    assert found.kept.tolist() == sorted(set(range(200)) - {right for _, right, _ in found})


def test_a_result_cannot_be_changed():
    found = near_duplicates(["a b c d e f"] * 2)

    with pytest.raises(FrozenInstanceError):
        found.total = 3
    with pytest.raises(ValueError, match="read-only"):
        found.jaccard[0] = 0


@pytest.mark.parametrize(
    "wrong",
    [{"threshold": 0}, {"shingle": 0}, {"permutations": 4}, {"recall": 1.0}, {"bucket": 1}],
    ids=str,
)
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(BadSetting, match=next(iter(wrong))):
        near_duplicates(["a"], **wrong)


def test_a_recall_that_cannot_be_met_is_refused():
    with pytest.raises(BadSetting, match="16 permutations cannot find"):
        near_duplicates(["a"], permutations=16, threshold=0.1, recall=0.99)


def test_what_is_no_text_is_refused():
    with pytest.raises(BadInput, match="text 1: it is NoneType"):
        near_duplicates(["a", None])


def test_the_defaults_are_the_usual_setting():
    assert (CLASSIC.shingle, CLASSIC.permutations, CLASSIC.threshold) == (5, 128, 0.7)
