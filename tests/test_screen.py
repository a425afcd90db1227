"""The screen: it counts what texts share, and never too little."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.screen import Outlines, in_common, may_share, outline
from tests.conftest import every_pair, pair, shingles_of

texts_of_shingles = st.lists(
    st.lists(st.integers(0, 6) | st.integers(2**64 - 9, 2**64 - 1), max_size=25).map(sorted),
    min_size=2,
    max_size=6,
)


@given(texts=texts_of_shingles)
def test_each_shingle_counts_as_often_as_both_texts_have_it(texts):
    counts = [Counter(text) for text in texts]
    pairs = every_pair(len(texts))

    found = in_common(shingles_of(*texts), pairs)

    assert found.tolist() == [(counts[i] & counts[j]).total() for i, j in pairs.tolist()]


@pytest.mark.parametrize("size", [1, 7, 8, 9, 70_000])
def test_texts_of_every_size_are_counted(size):
    values = np.sort(np.random.default_rng(size).integers(0, 2**64, 2 * size, dtype=np.uint64))
    left, right = values[:size].tolist(), values[size - 1 :].tolist()

    assert in_common(shingles_of(left, right), pair()).tolist() == [1]


def test_no_pairs_share_nothing():
    assert in_common(shingles_of([1], [1]), every_pair(1)).tolist() == []


def outlined(texts: list[list[int]]) -> Outlines:
    held = shingles_of(*texts)
    return Outlines(outline(held), held.offsets)


@given(
    texts=texts_of_shingles,
    least=st.integers(1, 6),
    containment=st.sampled_from([0.1, 0.35, 0.5, 1.0]),
)
def test_no_pair_that_shares_enough_is_left_out_by_its_outlines(texts, least, containment):
    """Hashes that differ below their top 16 bits make an outline alike, never less alike."""
    pairs = every_pair(len(texts))
    common = in_common(shingles_of(*texts), pairs)
    smaller = np.array([min(len({*texts[i]}), len({*texts[j]})) for i, j in pairs.tolist()])

    found = may_share(outlined(texts), pairs, least=least, containment=containment)

    assert found[(common >= least) | (common >= containment * smaller)].all()


@given(
    texts=st.lists(st.lists(st.integers(0, 15), max_size=25), min_size=2, max_size=6),
    least=st.integers(1, 6),
    containment=st.sampled_from([0.1, 0.35, 0.5, 1.0]),
    data=st.data(),
)
def test_pairs_in_any_order_are_told_by_what_each_outline_has_of_the_other(
    texts, least, containment, data
):
    """A value counts wherever it stands, and of the two texts the one with fewer such places."""
    texts = [[value << 60 for value in sorted(text)] for text in (*texts, [])]
    some = st.integers(0, len(texts) - 1)
    asked = data.draw(st.lists(st.tuples(some, some), max_size=70))
    held = outlined(texts)
    values = [held.values[start:end].tolist() for start, end in pairwise(held.offsets.tolist())]

    pairs = np.array(asked, dtype=np.int64).reshape(-1, 2)
    found = may_share(held, pairs, least=least, containment=containment)

    for (i, j), told in zip(asked, found.tolist(), strict=True):
        left, right = set(values[i]), set(values[j])
        shared = min(sum(v in right for v in values[i]), sum(v in left for v in values[j]))
        assert told == (shared >= least or shared >= containment * min(len(left), len(right)))


@pytest.mark.parametrize("turned", [False, True])
def test_a_shingle_that_one_text_repeats_counts_as_often_as_the_other_has_it(turned):
    texts = [[k << 60 for k in range(6)], [k << 60 for k in (1, 1, 1, 1, 1, 1, 7, 8, 9, 10, 11)]]

    found = may_share(outlined(texts[::-1] if turned else texts), pair(), least=6, containment=0.35)

    assert found.tolist() == [False]


def test_texts_that_share_a_phrase_are_left_out():
    draw = np.random.default_rng(1).integers(0, 2**64, (40, 40), dtype=np.uint64)
    texts = [[1 << 60, 2 << 60, 3 << 60, *sorted(row.tolist())] for row in draw]
    pairs = every_pair(40)

    found = may_share(outlined(texts), pairs, least=6, containment=0.35)

    assert len(pairs) == 780
    assert not found.any()
