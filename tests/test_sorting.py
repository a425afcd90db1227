"""Sorting spans: as Python sorts them, evenly spread or not."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import sorting
from dedup.sorting import among, run_ends, run_starts, sort_numbers, sort_spans
from tests.conftest import offsets_of

anything = st.integers(0, 9) | st.integers(0, 2**64 - 1) | st.integers(2**64 - 9, 2**64 - 1)


@pytest.fixture(autouse=True)
def _fewer_are_left_to_numpy(monkeypatch):
    monkeypatch.setattr(sorting, "_FEW", 1_000)


@given(st.lists(st.lists(anything, max_size=50), max_size=4))
def test_spans_are_sorted_and_remember_their_places(spans):
    values = np.array([value for span in spans for value in span], dtype=np.uint64)
    places = np.empty(len(values), dtype=np.int32)

    sort_spans(values, places, offsets_of(spans))

    expected = [one for span in spans for one in sorted(zip(span, range(50), strict=False))]
    assert list(zip(values.tolist(), places.tolist(), strict=True)) == expected


@given(st.integers(0, 2**63 - 1), st.integers(0, 3_000), st.integers(0, 63))
def test_numbers_are_sorted_however_many_and_however_large(seed, size, bits):
    drawn = np.random.default_rng(seed).integers(0, 2**bits, size)

    for dtype in (np.int64, np.uint64):
        numbers = drawn.astype(dtype)
        assert sort_numbers(numbers.copy()).tolist() == sorted(numbers.tolist())


@given(
    seed=st.integers(0, 2**63 - 1),
    size=st.integers(1_000, 3_000),
    bits=st.integers(0, 63),
    dealt=st.integers(1, 2_000),
    above=st.sampled_from([0, 8, 32]),
    threads=st.integers(1, 3),
)
def test_very_many_numbers_are_dealt_out_before(seed, size, bits, dealt, above, threads):
    drawn = np.random.default_rng(seed).integers(0, 2**bits, size)
    low = np.uint64(2**above - 1)
    drawn = drawn[np.argsort(drawn.astype(np.uint64) & low, kind="stable")]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorting, "_MANY", 1_000)
        patch.setattr(sorting, "_DEALT", dealt)
        found = sort_numbers(drawn.copy(), above=above, threads=threads)

    assert found.tolist() == sorted(drawn.tolist())


def test_what_is_sorted_by_its_low_bits_is_sorted_by_the_high_ones():
    high = np.random.default_rng(1).integers(0, 9, 5_000, dtype=np.uint64)
    numbers = (high << np.uint64(32)) | np.arange(5_000, dtype=np.uint64)

    assert sort_numbers(numbers.copy(), above=32).tolist() == sorted(numbers.tolist())


def test_numbers_of_all_64_bits_are_sorted():
    numbers = np.random.default_rng(1).integers(0, 2**64, 5_000, dtype=np.uint64)

    assert sort_numbers(numbers.copy()).tolist() == sorted(numbers.tolist())


def hashes(size: int) -> np.ndarray:
    """Spread as hashes are."""
    return np.random.default_rng(size).integers(0, 2**64, size, dtype=np.uint64)


def crowded(size: int) -> np.ndarray:
    """All but one so near to each other, and in reverse, that size tells nothing."""
    values = np.arange(size, dtype=np.uint64)[::-1].copy()
    values[:1] = 2**63
    return values


@pytest.mark.parametrize("size", [0, 1, 2, 8, 9, 10, 35, 36, 37, 117, 118, 70_000])
@pytest.mark.parametrize("drawn", [hashes, crowded])
def test_spans_of_every_size_are_sorted(size, drawn):
    values = drawn(size)
    expected, places = np.sort(values), np.empty(size, dtype=np.int32)
    before = values.copy()

    sort_spans(values, places, np.array([0, size]))

    assert np.array_equal(values, expected)
    assert np.array_equal(before[places], expected)


@given(st.lists(anything, max_size=9), st.lists(anything, max_size=9))
def test_what_is_among_sorted_values_is_found(held, values):
    found = among(np.array(sorted(held), dtype=np.uint64), np.array(values, dtype=np.uint64))

    assert found.tolist() == [value in held for value in values]


@given(st.lists(st.integers(0, 2)))
def test_a_run_of_equal_values_begins_and_ends_once(values):
    groups = [len(list(group)) for _, group in groupby(values)]
    held = np.array(values, dtype=np.int64)

    assert run_starts(held).tolist() == [k == 0 for size in groups for k in range(size)]
    assert run_ends(held).tolist() == [k == size - 1 for size in groups for k in range(size)]
