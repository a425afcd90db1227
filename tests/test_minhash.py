"""Signatures: bit for bit those of datasketch, and estimates within their own standard error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import BadSetting
from dedup.minhash import EMPTY, permutations, sign
from tests import naive
from tests.conftest import shingles_of

hashes = st.integers(0, 2**64 - 1)
hash_sets = st.lists(st.lists(hashes, max_size=20), min_size=1, max_size=5)


def pairs_at(similarity: float, *, pairs: int, union: int, seed: int) -> list[list[int]]:
    """Sets of random hashes, two and two, each two of exactly this Jaccard similarity."""
    shared = round(similarity * union)
    apart = (union - shared) // 2
    drawn = np.random.default_rng(seed).integers(0, 2**64, (pairs, union), dtype=np.uint64)
    left, right = drawn[:, : shared + apart], np.delete(drawn, np.s_[shared : shared + apart], 1)
    return [one for both in zip(left.tolist(), right.tolist(), strict=True) for one in both]


@given(sets=hash_sets, seed=st.integers(0, 2**32 - 1))
def test_signatures_are_those_of_datasketch(sets, seed):
    expected = list(naive.signatures(sets, permutations=16, seed=seed))

    found = sign(shingles_of(*sets), permutations=16, seed=seed)

    assert found.rows.dtype == np.uint32
    assert np.array_equal(found.rows, expected)


@pytest.mark.parametrize("seed", [0, 1, 42, 2**31, 2**32 - 1])
@pytest.mark.parametrize("count", [16, 17, 31, 64, 100, 127, 128, 129, 255, 513, 1023, 1024])
def test_every_count_and_seed_gives_what_datasketch_gives(count, seed):
    sets = [[7], list(range(0, 2**64, 2**59 + 1)), [], [2**64 - 1, 0, 2**32, 2**32 - 1]]
    expected = list(naive.signatures(sets, permutations=count, seed=seed))

    found = sign(shingles_of(*sets), permutations=count, seed=seed)

    assert np.array_equal(found.rows, expected)


def test_ten_thousand_sets_have_the_signatures_of_datasketch():
    draw = np.random.default_rng(5)
    sizes = draw.integers(0, 60, 10_000)
    sets = [draw.integers(0, 2**64, size, dtype=np.uint64).tolist() for size in sizes]
    expected = list(naive.signatures(sets, permutations=128, seed=1))

    found = sign(shingles_of(*sets), permutations=128, seed=1)

    assert np.array_equal(found.rows, expected)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 70_000])
def test_sets_of_every_size_around_four_are_whole(size):
    """Four hashes are taken at a time."""
    drawn = np.random.default_rng(size).integers(0, 2**64, size, dtype=np.uint64).tolist()

    found = sign(shingles_of(drawn, drawn[::-1], []), permutations=64)

    assert np.array_equal(found.rows[0], naive.signature(drawn, permutations=64, seed=1))
    assert np.array_equal(found.rows[0], found.rows[1])
    assert (found.rows[2] == EMPTY).all()


@given(st.lists(hashes, max_size=12), st.lists(hashes, max_size=12))
def test_the_signature_of_a_union_is_the_least_of_both(left, right):
    rows = sign(shingles_of(left, right, left + right), permutations=32).rows

    assert np.array_equal(rows[2], np.minimum(rows[0], rows[1]))


@given(st.lists(hashes, max_size=12))
def test_repeated_shingles_change_nothing(values):
    rows = sign(shingles_of(values, values * 3), permutations=32).rows

    assert np.array_equal(rows[0], rows[1])


@pytest.mark.parametrize("similarity", [0.1, 0.25, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("union", [40, 200, 2000])
def test_estimates_keep_to_their_standard_error(similarity, union):
    """Their mean to that of a mean, their spread to that of a sample variance."""
    count, slots = 1000, 128
    sets = pairs_at(similarity, pairs=count, union=union, seed=union)
    error = (similarity * (1 - similarity) / slots) ** 0.5

    rows = sign(shingles_of(*sets), permutations=slots).rows
    estimates = (rows[::2] == rows[1::2]).mean(axis=1)

    assert abs(estimates.mean() - similarity) < 4 * error / count**0.5
    assert abs(estimates.var() / error**2 - 1) < 4 * (2 / count) ** 0.5


def test_hashes_in_a_row_are_estimated_as_well_as_random_ones():
    """The finaliser spreads them; affine maps alone do not."""
    count, slots = 1000, 128
    starts = np.arange(count) * 1000
    tops = [range(s, s + 150) for s in starts] + [range(s + 50, s + 200) for s in starts]
    error = (0.5 * 0.5 / slots) ** 0.5

    rows = sign(shingles_of(*[[h << 32 for h in top] for top in tops]), permutations=slots).rows
    estimates = (rows[:count] == rows[count:]).mean(axis=1)

    assert abs(estimates.mean() - 0.5) < 4 * error / count**0.5


@pytest.mark.parametrize("count", [16, 101, 1024])
def test_factors_are_odd_and_all_different(count):
    a, b = permutations(count, 1)

    assert (a % 2 == 1).all()
    assert len(set(zip(a.tolist(), b.tolist(), strict=True))) == count


def test_a_signature_says_what_makes_it_comparable():
    found = sign(shingles_of([1], width=5), permutations=16, seed=9)

    assert (found.seed, found.width, len(found)) == (9, 5, 1)


@pytest.mark.parametrize(
    "wrong", [{"permutations": 15}, {"permutations": 1025}, {"seed": -1}, {"seed": 2**32}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(BadSetting, match=next(iter(wrong))):
        sign(shingles_of([1]), **wrong)
