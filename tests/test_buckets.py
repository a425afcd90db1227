"""Pairs under equal keys: against dicts of sets, and never their square."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.buckets import Repeats, distinct, once, packed, pairs_within, unpacked
from tests import naive
from tests.conftest import as_set

entries = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 15)), max_size=60, unique=True)
bounds = st.integers(2, 8)
any_key = st.integers(0, 2**64 - 1)


def columns(entries) -> tuple[np.ndarray, np.ndarray]:
    keys = np.array([key for key, _ in entries], dtype=np.uint64)
    return keys, np.array([item for _, item in entries], dtype=np.int64)


def bucket_of(size: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full(size, 7, dtype=np.uint64), np.arange(size, dtype=np.int64)


@given(entries=entries, bound=bounds)
def test_pairs_are_those_of_a_dict_of_sets(entries, bound):
    keys, items = columns(entries)

    pairs = pairs_within(keys, items, bound=bound)

    assert as_set(pairs) == naive.bucket_pairs(keys.tolist(), items.tolist(), bound)


@given(entries=entries, bound=bounds, seed=st.integers(0, 9))
def test_the_order_of_entries_changes_no_pair(entries, bound, seed):
    keys, items = columns(entries)
    order = np.random.default_rng(seed).permutation(len(keys))

    pairs = pairs_within(keys[order], items[order], bound=bound)

    assert as_set(pairs) == as_set(pairs_within(keys, items, bound=bound))


@pytest.mark.parametrize("bound", [2, 3, 32, 1000])
def test_a_bucket_past_its_bound_becomes_a_star(bound):
    small, full, large = (
        pairs_within(*bucket_of(size), bound=bound) for size in (bound - 1, bound, bound + 1)
    )

    assert len(small) == (bound - 1) * (bound - 2) // 2
    assert len(full) == bound * (bound - 1) // 2
    assert as_set(large) == {(0, item) for item in range(1, bound + 1)}


def test_a_hundred_thousand_items_under_one_key_make_as_many_pairs():
    pairs = pairs_within(*bucket_of(100_000), bound=32)

    assert len(pairs) == 99_999
    assert not pairs[:, 0].any()


def test_an_item_is_not_paired_with_itself():
    keys = np.full(6, 3, dtype=np.uint64)
    items = np.array([4, 4, 4, 9, 9, 9], dtype=np.int64)

    assert as_set(pairs_within(keys, items, bound=10)) == {(4, 9)}


def test_no_entries_make_no_pairs():
    pairs = pairs_within(*columns([]), bound=2)

    assert pairs.shape == (0, 2)
    assert distinct(pairs, 0).shape == (0, 2)


def test_a_bucket_is_as_large_as_its_items_are_many():
    keys = np.full(4, 7, dtype=np.uint64)
    items = np.array([0, 0, 1, 2], dtype=np.int64)

    assert as_set(pairs_within(keys, items, bound=3)) == {(0, 1), (0, 2), (1, 2)}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_distinct_pairs_are_a_sorted_set(pairs):
    found = distinct(np.array(pairs, dtype=np.int64).reshape(-1, 2), 10)

    assert found.tolist() == [list(one) for one in sorted(set(pairs))]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_packed_pairs_sort_as_pairs_do(pairs):
    numbers = packed(np.array(pairs, dtype=np.int64).reshape(-1, 2), 10)

    assert unpacked(numbers, 10).tolist() == [list(one) for one in pairs]
    assert unpacked(np.sort(numbers), 10).tolist() == [list(one) for one in sorted(pairs)]
    assert once(numbers).tolist() == sorted({*numbers.tolist()})


def test_distinct_holds_as_many_items_as_an_int32_numbers():
    far = 2**31
    pairs = np.array([[0, far - 1], [0, far - 1], [far - 2, far - 1]], dtype=np.int64)

    assert distinct(pairs, far).tolist() == [[0, far - 1], [far - 2, far - 1]]


@given(
    st.lists(st.lists(any_key | st.integers(0, 3), max_size=30), max_size=4), st.integers(0, 100)
)
def test_no_key_that_was_added_twice_is_missed(parts, expected):
    arrays = [np.array(part, dtype=np.uint64) for part in parts]
    everything = [key for part in parts for key in part]
    repeats = Repeats(expected)

    for keys in arrays:
        repeats.add(keys)
    found = [key for keys in arrays for key in keys[repeats.positions(keys)].tolist()]

    assert {key for key in everything if everything.count(key) > 1} <= set(found)


def test_few_keys_that_were_added_once_are_taken_for_repeats():
    """Of eight bits a key two are set: by chance both of a key's are in one of sixteen at most."""
    count = 100_000
    keys = np.random.default_rng(1).integers(0, 2**64, count, dtype=np.uint64)
    repeats = Repeats(count)

    repeats.add(keys)

    assert len(repeats.positions(keys)) < count / 32


def test_more_keys_than_expected_make_repeats_less_selective_and_not_wrong():
    keys = np.random.default_rng(1).integers(0, 2**64, 50_000, dtype=np.uint64)
    repeats = Repeats(1)

    repeats.add(keys)
    repeats.add(keys)

    assert len(repeats.positions(keys)) == len(keys)


@pytest.mark.parametrize("let_go", [Repeats.forget, Repeats.clear])
def test_what_is_let_go_was_never_added(let_go):
    keys = np.random.default_rng(1).integers(0, 2**64, 50_000, dtype=np.uint64)
    repeats = Repeats(len(keys))
    repeats.add(keys)
    repeats.add(keys)

    let_go(repeats)

    assert len(repeats.positions(keys)) == 0


def test_what_was_forgotten_is_counted_anew():
    keys = np.random.default_rng(1).integers(0, 2**64, 50_000, dtype=np.uint64)
    repeats = Repeats(len(keys))
    repeats.add(keys)

    repeats.forget()
    repeats.add(keys)
    by_chance = len(repeats.positions(keys))
    repeats.add(keys)

    assert by_chance < len(keys) / 16
    assert len(repeats.positions(keys)) == len(keys)
