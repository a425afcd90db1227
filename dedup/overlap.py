"""How many shingles two texts share, exactly.

Each text's shingles are sorted once; the sets of a pair are then merged. Time O(shingles * log
shingles) a text and O(shingles) a pair; it finds no places, for which compare.py is there.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U64, kernel
from dedup.shingles import Shingles
from dedup.sorting import sort_spans


def overlaps(shingles: Shingles, pairs: I64) -> I64:
    """Distinct shingles of each pair in both, in the left and in the right text.

    pairs: int64 (pairs, 2), positions in `shingles`. Gives int64 (pairs, 3).
    """
    return sorted_overlaps(in_order(shingles), pairs)


def in_order(shingles: Shingles) -> Shingles:
    """The same shingles, those of each text sorted."""
    values = shingles.values.copy()
    sort_spans(values, np.empty(len(values), dtype=np.int32), shingles.offsets)
    return Shingles(values, shingles.offsets, shingles.width)


def sorted_overlaps(shingles: Shingles, pairs: I64) -> I64:
    """The same where each text's shingles are sorted."""
    out = np.zeros((len(pairs), 3), dtype=np.int64)
    _merge(shingles.values, shingles.offsets, pairs, out)
    return out


@kernel
def _merge(values: U64, offsets: I64, pairs: I64, out: I64) -> None:
    """Walk both sorted lists of every pair, a group of equal shingles at a time."""
    for p in range(len(pairs)):
        x, x_end = offsets[pairs[p, 0]], offsets[pairs[p, 0] + 1]
        y, y_end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
        while x < x_end or y < y_end:
            value = values[x] if x < x_end else values[y]
            if y < y_end and values[y] < value:
                value = values[y]
            in_left, in_right = x < x_end and values[x] == value, y < y_end and values[y] == value
            out[p, 0] += in_left and in_right
            out[p, 1] += in_left
            out[p, 2] += in_right
            while x < x_end and values[x] == value:
                x += 1
            while y < y_end and values[y] == value:
                y += 1
