"""Runs that two texts share: the way for texts without repeats against the way for all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels import I32, U64
from dedup.shingles import shingle
from dedup.sides import ready
from dedup.tiling import follow, grow, intersect, tile
from tests import naive
from tests.conftest import numbered

blocks = st.lists(st.integers(0, 9), min_size=1, max_size=8, unique=True)
"""Texts of the same few blocks in any order: long runs, and no shingle twice."""


def words_of(numbers: list[int]) -> list[int]:
    return [10 * number + step for number in numbers for step in range(3 + number % 4)]


def runs_of(left: list[int], right: list[int], width: int, way) -> tuple[U64, I32, np.ndarray]:
    """The runs that one way finds, what it counts, and the tiles that come of them."""
    sides = ready(numbered(left, right), width=width)
    cuts, ends = sides.shingles.offsets, sides.offsets
    room = 16 * max(len(left), len(right)) + 2
    runs, spare = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int32)
    row = np.zeros(15, dtype=np.int32)
    spans = (cuts[0], cuts[1], cuts[1], cuts[2])
    if way is follow:
        kept = follow(sides.shingles.values, sides.places, *spans, width, runs, spare, row)
    else:
        found = intersect(sides.shingles.values, sides.places, *spans, runs, row)
        kept = grow(sides.values, *(ends[0], ends[1], ends[1], ends[2]), width, runs, spare, found)
    tiles = np.empty((len(left) + 1, 3), dtype=np.int32)
    marks = np.zeros((2, max(len(left), len(right)) + 1), dtype=np.uint8)
    used = tile(runs, kept, width, marks, tiles, np.int64(0))
    return np.unique(runs[:kept]), row, tiles[:used]


@given(left=blocks, right=blocks, width=st.integers(1, 5))
def test_texts_without_repeats_are_followed_as_they_are_grown(left, right, width):
    left, right = words_of(left), words_of(right)
    if min(len(left), len(right)) < width:
        return

    followed, grown = (runs_of(left, right, width, way) for way in (follow, grow))

    for one, other in zip(followed, grown, strict=True):
        assert one.tolist() == other.tolist()


@given(left=blocks, right=blocks, width=st.integers(1, 3))
def test_tiles_are_those_that_looking_at_every_run_gives(left, right, width):
    left, right = words_of(left), words_of(right)

    _, row, tiles = runs_of(left, right, width, follow)

    assert sorted(map(tuple, tiles.tolist())) == sorted(naive.tiles(left, right, width))
    assert row[0] == len({*naive.shingles(left, width)} & {*naive.shingles(right, width)})


@pytest.mark.parametrize("size", [3, 70_000])
def test_two_equal_texts_are_one_run(size):
    text = list(range(size))

    _, row, tiles = runs_of(text, text, 3, follow)

    assert tiles.tolist() == [[0, 0, size]]
    assert row[:3].tolist() == [len(shingle(numbered(text), width=3).values)] * 3
