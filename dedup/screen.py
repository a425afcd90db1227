"""Candidate pairs that cannot be a match, left out at a fraction of what comparing them costs.

Most candidates share one stock phrase. The sorted shingles of both texts are merged without a
branch that the processor could guess wrong. What it counts is never below the distinct shingles
that they share, so no match is lost; a shingle that both repeat is counted as often.

Time O(shingles) a pair.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U64, kernel
from dedup.shingles import Shingles


def in_common(shingles: Shingles, pairs: I64) -> I64:
    """How many shingles each pair may share, int64 (pairs,).

    shingles: each text's sorted. pairs: int64 (pairs, 2), positions in them.
    """
    out = np.empty(len(pairs), dtype=np.int64)
    _meet(shingles.values, shingles.offsets, pairs, out)
    return out


@kernel
def _meet(values: U64, offsets: I64, pairs: I64, out: I64) -> None:
    """Count the equal values of two sorted lists, each used once."""
    for p in range(len(pairs)):
        x, x_end = offsets[pairs[p, 0]], offsets[pairs[p, 0] + 1]
        y, y_end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
        shared = np.int64(0)
        while x < x_end and y < y_end:
            left, right = values[x], values[y]
            shared += left == right
            x += left <= right
            y += right <= left
        out[p] = shared
