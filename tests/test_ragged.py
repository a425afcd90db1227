"""Rows of different lengths, taken and put together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.ragged import end_to_end, rows_at, sizes_of
from tests.conftest import offsets_of

ragged = st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=6)


@given(rows=ragged, chosen=st.lists(st.integers(0, 5), max_size=8))
def test_rows_are_taken_in_the_order_asked_for(rows, chosen):
    chosen = [row for row in chosen if row < len(rows)]
    flat = np.array([value for row in rows for value in row], dtype=np.int64)

    places, offsets = rows_at(offsets_of(rows), np.array(chosen, dtype=np.int64))

    assert flat[places].tolist() == [value for row in chosen for value in rows[row]]
    assert offsets.tolist() == offsets_of([rows[row] for row in chosen]).tolist()


@given(rows=ragged)
def test_rows_have_their_sizes(rows):
    assert sizes_of(offsets_of(rows)).tolist() == [len(row) for row in rows]


@given(parts=st.lists(ragged, max_size=4))
def test_parts_stand_one_behind_the_other(parts):
    together = [row for part in parts for row in part]

    assert (
        end_to_end([offsets_of(part) for part in parts]).tolist() == offsets_of(together).tolist()
    )
