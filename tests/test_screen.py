"""The screen: it counts what texts share, and never too little."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.screen import in_common
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
