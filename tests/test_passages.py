"""The passage lookup: every pair that shares a run of words, and never their square."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.passages import candidates
from dedup.shingles import Shingles, shingle
from tests import naive
from tests.conftest import as_set, numbered, several_texts

cuts = st.sets(st.integers(1, 7))


def slices(count: int, cuts: set[int]) -> list[slice]:
    """Positions below `count`, cut before these."""
    bounds = [0, *sorted(cut for cut in cuts if cut < count), count]
    return [slice(a, b) for a, b in pairwise(bounds)]


def lookup(texts, *, width: int, cuts: set[int] = frozenset(), **options) -> np.ndarray:
    """Candidates among texts of word numbers."""

    def shingles_of(part: slice) -> Shingles:
        return shingle(numbered(*texts[part]), width=width)

    words = sum(map(len, texts))
    return candidates(slices(len(texts), cuts), shingles_of, words=words, **options)


@given(texts=several_texts, width=st.integers(1, 6), cuts=cuts)
def test_pairs_that_share_a_run_are_found_and_no_others(texts, width, cuts):
    pairs = lookup(texts, width=width, cuts=cuts, bucket=1000)

    assert as_set(pairs) == naive.pairs_sharing(texts, width)


@given(texts=several_texts, cuts=cuts, threads=st.integers(1, 3))
def test_neither_parts_nor_threads_change_anything(texts, cuts, threads):
    pairs = lookup(texts, width=2, cuts=cuts, threads=threads, bucket=3)

    assert np.array_equal(pairs, lookup(texts, width=2, threads=1, bucket=3))


def test_a_short_text_inside_a_long_one_is_found():
    long = list(range(500))

    assert as_set(lookup([long, [900, 901, *range(250, 255), 902]], width=5)) == {(0, 1)}


def test_four_words_in_a_row_are_no_passage_of_five():
    assert not len(lookup([[1, 2, 3, 4, 5], [1, 2, 3, 4, 6]], width=5))


def test_a_banner_in_every_text_makes_one_pair_a_text():
    banner = [1, 2, 3, 4, 5]
    texts = [[*banner, 10 + number] for number in range(3000)]

    pairs = lookup(texts, width=5, bucket=32)

    assert as_set(pairs) == {(0, number) for number in range(1, 3000)}


def test_a_rare_run_beside_a_banner_pairs_all_that_have_it():
    banner, clause = [1, 2, 3, 4, 5], [6, 7, 8, 9, 10]
    texts = [[*banner, 100 + number] for number in range(40)]
    texts += [[*banner, *clause], [*clause, 200], [201, *clause]]

    pairs = as_set(lookup(texts, width=5, bucket=32))

    assert {(40, 41), (40, 42), (41, 42)} <= pairs


@pytest.mark.parametrize("texts", [[], [[]], [[], []], [[1]], [[1], [2]]])
def test_texts_without_a_common_run_make_no_pairs(texts):
    assert lookup(texts, width=3).shape == (0, 2)


def test_no_parts_make_no_pairs():
    assert candidates([], lambda _: None, words=0).shape == (0, 2)
