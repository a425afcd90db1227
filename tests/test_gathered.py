"""Compared pairs of many parts are one whole, in memory and in files."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import scratch
from dedup.background import Background
from dedup.compare import compare
from dedup.compared import Compared, compared
from dedup.scratch import Scratch
from tests.conftest import every_pair, gathered, numbered

TEXTS = [[*range(k % 3, k % 3 + 20), *range(50 * k + 110, 50 * k + 120)] for k in range(9)]


def parts_of(cuts: list[int]) -> list[Compared]:
    """All pairs of TEXTS, compared in groups that begin at `cuts`."""
    everything = numbered(*TEXTS)
    known = Background.of(lambda _: everything, len(TEXTS))
    groups = np.split(every_pair(len(TEXTS)), sorted(cuts))
    return [
        part
        for pairs in groups
        for part in compared(
            pairs, np.ones(len(pairs), dtype=np.bool_), everything.take, known, threads=1
        )
    ]


def same(left: Any, right: Any) -> bool:
    """Whether all columns are equal, those of columns too."""
    if is_dataclass(left):
        return all(same(getattr(left, f.name), getattr(right, f.name)) for f in fields(left))
    return left.dtype == right.dtype and np.array_equal(left, right)


@pytest.mark.parametrize("bound", [0, 500, 1 << 20])
@given(cuts=st.lists(st.integers(0, 36), max_size=4))
def test_parts_make_the_whole_wherever_they_stand(bound, cuts):
    whole = gathered(parts_of([]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scratch, "_LEAST", bound)
        room = Scratch(memory=1)

    assert len(whole) > 30
    assert same(gathered(parts_of(cuts), room), whole)


def test_no_parts_are_no_pairs():
    nothing = gathered([])

    assert (len(nothing), len(nothing.runs), nothing.found.offsets.tolist()) == (0, 0, [0])
    assert same(nothing, gathered(parts_of([])[:0], Scratch(memory=1)))


def test_a_part_of_a_comparison_is_what_taking_its_rows_gives():
    found = compare(numbered(*TEXTS), every_pair(len(TEXTS)))

    for rows in (slice(0, 0), slice(0, 5), slice(3, 36)):
        assert same(found.part(rows), found.take(np.arange(rows.start, rows.stop)))
