"""The screen: what it keeps is all that can match."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.screen import promising
from tests.conftest import every_pair, pair, shingles_of

hash_sets = st.lists(st.sets(st.integers(0, 30), max_size=25).map(sorted), min_size=2, max_size=6)
repetitive = st.lists(
    st.lists(st.integers(0, 6) | st.integers(2**64 - 9, 2**64 - 1), max_size=25),
    min_size=2,
    max_size=6,
)
leasts = st.integers(1, 10)
shares = st.sampled_from([0.05, 0.25, 0.38, 0.5, 1.0])


@given(sets=hash_sets, least=leasts, share=shares)
def test_of_sets_the_screen_keeps_exactly_what_qualifies(sets, least, share):
    shared = {
        (i, j): len({*sets[i]} & {*sets[j]})
        for i in range(len(sets))
        for j in range(i + 1, len(sets))
    }
    pairs = every_pair(len(sets))

    kept = promising(shingles_of(*sets), pairs, least=least, share=share)

    assert kept.tolist() == [
        row
        for row, (i, j) in enumerate(pairs.tolist())
        if shared[i, j] >= min(least, share * min(len(sets[i]), len(sets[j])))
    ]


@given(texts=repetitive, least=leasts)
def test_no_pair_that_shares_enough_distinct_shingles_is_lost(texts, least):
    pairs = every_pair(len(texts))

    kept = promising(shingles_of(*texts), pairs, least=least, share=1.0)

    assert set(kept.tolist()) >= {
        row for row, (i, j) in enumerate(pairs.tolist()) if len({*texts[i]} & {*texts[j]}) >= least
    }


@given(texts=repetitive, least=leasts, share=shares, seed=st.integers(0, 9))
def test_the_order_of_pairs_changes_nothing(texts, least, share, seed):
    pairs = every_pair(len(texts))
    order = np.random.default_rng(seed).permutation(len(pairs))

    sorted_kept = promising(shingles_of(*texts), pairs, least=least, share=share)
    kept = promising(shingles_of(*texts), pairs[order], least=least, share=share)

    assert sorted(order[kept].tolist()) == sorted_kept.tolist()


@pytest.mark.parametrize("size", [7, 8, 9, 15, 16, 17, 70_000])
def test_a_table_holds_texts_of_every_size(size):
    values = np.random.default_rng(size).integers(0, 2**64, 2 * size, dtype=np.uint64)
    left, right = values[:size].tolist(), values[size - 1 :].tolist()
    shingles = shingles_of(left, right)

    assert len(promising(shingles, pair(), least=1, share=1.0)) == 1
    assert len(promising(shingles, pair(), least=2, share=1.0)) == 0


def test_no_pairs_are_none():
    assert promising(shingles_of([1], [1]), every_pair(1), least=1, share=0.5).tolist() == []


def test_no_pair_that_contains_enough_of_the_other_is_lost():
    """Three different shingles, all of them in the right text: containment is 1."""
    left, right = [1, 2, 3] * 9, list(range(1, 31))

    assert len(promising(shingles_of(left, right), pair(), least=6, share=0.38)) == 1
