"""Shared shingles of two texts, against sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.overlap import in_order, overlaps, sorted_overlaps
from tests.conftest import every_pair, pair, shingles_of

hash_sets = st.lists(
    st.lists(st.integers(0, 12) | st.integers(2**63, 2**64 - 1), max_size=20),
    min_size=2,
    max_size=6,
)


@given(hash_sets)
def test_overlaps_count_what_sets_count(sets):
    pairs = every_pair(len(sets))
    expected = [
        [len({*sets[i]} & {*sets[j]}), len({*sets[i]}), len({*sets[j]})] for i, j in pairs.tolist()
    ]

    assert overlaps(shingles_of(*sets), pairs).tolist() == expected


@given(hash_sets)
def test_counting_leaves_the_shingles_as_they_were(sets):
    shingles = shingles_of(*sets)
    before = shingles.values.copy()

    overlaps(shingles, every_pair(len(sets)))

    assert np.array_equal(shingles.values, before)


def test_seventy_thousand_shingles_are_counted():
    everything = range(70_000)

    assert overlaps(shingles_of(everything, everything), pair()).tolist() == [[70_000] * 3]


def test_no_pairs_have_no_overlaps():
    assert overlaps(shingles_of([1], []), every_pair(1)).shape == (0, 3)


@given(hash_sets)
def test_shingles_that_are_in_order_are_counted_alike(sets):
    shingles, pairs = shingles_of(*sets), every_pair(len(sets))

    ordered = in_order(shingles)

    assert [sorted(one) for one in sets] == [
        part.tolist() for part in np.split(ordered.values, ordered.offsets[1:-1])
    ]
    assert np.array_equal(sorted_overlaps(ordered, pairs), overlaps(shingles, pairs))
