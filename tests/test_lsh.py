"""Locality-sensitive hashing: the recall it states is the recall it has."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import BadSetting
from dedup.lsh import agreeing, bands, candidates, expected_recall
from dedup.minhash import EMPTY, Signatures, sign
from tests import naive
from tests.conftest import as_set, shingles_of
from tests.test_minhash import pairs_at

permutation_counts = st.integers(16, 300)
thresholds = st.floats(0.3, 1.0)
recalls = st.floats(0.5, 0.99)


@given(permutation_counts, thresholds, recalls)
def test_bands_use_every_permutation_and_are_as_even_as_can_be(count, threshold, recall):
    rows = bands(count, threshold=threshold, recall=recall)

    assert sum(rows) == count
    assert max(rows) - min(rows) <= 1


@given(permutation_counts, thresholds, recalls)
def test_bands_are_the_fewest_that_suffice(count, threshold, recall):
    rows = bands(count, threshold=threshold, recall=recall)

    assert len(rows) == naive.fewest_bands(count, threshold, recall)
    assert naive.recall(rows, threshold) >= recall


@given(st.lists(st.integers(1, 20), min_size=1, max_size=50), st.floats(0, 1))
def test_expected_recall_is_the_formula(rows, similarity):
    assert expected_recall(rows, similarity) == pytest.approx(naive.recall(rows, similarity))


@given(permutation_counts, thresholds, recalls)
def test_more_alike_is_found_more_often(count, threshold, recall):
    rows = bands(count, threshold=threshold, recall=recall)

    assert expected_recall(rows, 1.0) == 1
    assert expected_recall(rows, 0.0) == 0
    assert expected_recall(rows, threshold) <= expected_recall(rows, (1 + threshold) / 2)


@pytest.mark.parametrize(("count", "threshold", "recall"), [(16, 0.05, 0.95), (128, 0.05, 0.9999)])
def test_a_recall_out_of_reach_is_refused(count, threshold, recall):
    with pytest.raises(BadSetting, match=f"{count} permutations cannot find"):
        bands(count, threshold=threshold, recall=recall)


@pytest.mark.parametrize(
    "wrong", [{"threshold": 0.01}, {"threshold": 1.1}, {"recall": 0.4}, {"recall": 1.0}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(BadSetting, match=next(iter(wrong))):
        candidates(sign(shingles_of([1]), permutations=16), **wrong)


@pytest.mark.parametrize("recall", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("above", [0.0, 0.1, 0.2])
def test_pairs_at_the_threshold_and_above_are_found_as_often_as_stated(threshold, recall, above):
    count, similarity = 1000, threshold + above
    sets = pairs_at(similarity, pairs=count, union=100, seed=8)
    expected = expected_recall(bands(128, threshold=threshold, recall=recall), similarity)
    error = (expected * (1 - expected) / count) ** 0.5

    pairs = candidates(sign(shingles_of(*sets)), threshold=threshold, recall=recall, bucket=1000)
    found = len(as_set(pairs) & {(k, k + 1) for k in range(0, 2 * count, 2)}) / count

    assert expected >= recall
    assert abs(found - expected) <= 4 * error + 1 / count  # pairs come whole


def test_of_all_pairs_above_the_threshold_the_stated_share_is_found():
    """Sets drawn from ten themes, every pair counted by brute force."""
    draw = np.random.default_rng(3)
    sets = [
        set((draw.choice(60, 50, replace=False) + 1000 * (k % 10)).tolist()) for k in range(300)
    ]
    hashes = [[number << 32 for number in one] for one in sets]
    alike = naive.pairs_alike(sets, 0.7)

    pairs = as_set(candidates(sign(shingles_of(*hashes)), threshold=0.7, recall=0.9, bucket=1000))

    assert len(alike) > 1000
    assert len(alike & pairs) / len(alike) >= 0.9


@pytest.mark.parametrize("size", [31, 32, 33, 5000])
def test_equal_signatures_make_no_more_pairs_than_a_bucket_may(size):
    rows = np.tile(np.arange(128, dtype=np.uint32), (size, 1))

    pairs = candidates(Signatures(rows, seed=1, width=3), bucket=32)

    assert len(pairs) == (size * (size - 1) // 2 if size <= 32 else size - 1)
    assert size <= 32 or not pairs[:, 0].any()


def test_pairs_come_once_and_sorted_with_the_lower_first():
    sets = pairs_at(0.9, pairs=50, union=60, seed=2)

    pairs = candidates(sign(shingles_of(*sets)))

    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert pairs.tolist() == [list(one) for one in sorted(as_set(pairs))]


def test_the_number_of_threads_changes_nothing():
    signatures = sign(shingles_of(*pairs_at(0.6, pairs=300, union=60, seed=4)))

    one, three = (candidates(signatures, threads=threads) for threads in (1, 3))

    assert np.array_equal(one, three)


@given(st.lists(st.integers(0, 11), unique=True), st.integers(1, 3))
def test_of_chosen_spans_pairs_are_of_their_positions(chosen, threads):
    keys = np.random.default_rng(1).integers(0, 3, (4, 12), dtype=np.uint32)
    alike = {(i, j) for i, j in combinations(range(12), 2) if (keys[:, i] == keys[:, j]).any()}

    found = agreeing(list(keys), chosen=np.array(chosen, dtype=np.int64), threads=threads)

    expected = [
        [i, j] for i, j in combinations(range(len(chosen)), 2)
        if {(chosen[i], chosen[j]), (chosen[j], chosen[i])} & alike
    ]  # fmt: skip
    assert found.tolist() == expected


def test_empty_sets_are_no_candidates():
    rows = np.full((5, 128), EMPTY, dtype=np.uint32)

    assert candidates(Signatures(rows, seed=1, width=3)).shape == (0, 2)


def test_no_signatures_make_no_pairs():
    rows = np.empty((0, 128), dtype=np.uint32)

    assert candidates(Signatures(rows, seed=1, width=3)).shape == (0, 2)
