"""Candidate pairs that cannot be a match, left out at a fraction of what comparing them costs.

Most candidates share one stock phrase. The left text's shingles go into a small hash table, once
for all pairs of that text; each shingle of a right text is looked up. The number found, repeats
included, is at least the number of distinct shingles shared, so no match is lost.

Time O(shingles of both texts) a pair, a tenth of a comparison.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U64, kernel
from dedup.shingles import Shingles

_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def promising(shingles: Shingles, pairs: I64, *, least: int, share: float) -> I64:
    """Positions of the pairs that may share `least` shingles, or `share` of the smaller set.

    pairs: int64 (pairs, 2), positions in `shingles`; cheapest when sorted by the left one.
    """
    longest = int(np.diff(shingles.offsets).max(initial=0))
    bits = max(4, int(2 * longest).bit_length())
    keys = np.zeros(2**bits, dtype=np.uint64)
    owners = np.full(2**bits, -1, dtype=np.int64)
    keep = np.zeros(len(pairs), dtype=np.bool_)
    _screen(pairs, shingles.values, shingles.offsets, least, share, keys, owners, keep)
    return np.flatnonzero(keep)


@kernel
def _screen(
    pairs: I64, values: U64, offsets: I64, least: int, share: float,
    keys: U64, owners: I64, keep: np.ndarray,
) -> None:  # fmt: skip
    """Set keep[p] where enough shingles of the right text are found in the left text's table."""
    mask = np.uint64(len(keys) - 1)
    left, turn = np.int64(-1), np.int64(0)
    for p in range(len(pairs)):
        if p == 0 or pairs[p, 0] != left:
            left = pairs[p, 0]
            turn += 1  # slots of earlier turns are free
            for i in range(offsets[left], offsets[left + 1]):
                slot = ((values[i] * _SPREAD) >> np.uint64(32)) & mask
                while owners[slot] == turn and keys[slot] != values[i]:
                    slot = (slot + np.uint64(1)) & mask
                keys[slot], owners[slot] = values[i], turn
        right = pairs[p, 1]
        smaller = min(offsets[left + 1] - offsets[left], offsets[right + 1] - offsets[right])
        hits = 0
        for i in range(offsets[right], offsets[right + 1]):
            slot = ((values[i] * _SPREAD) >> np.uint64(32)) & mask
            while owners[slot] == turn and keys[slot] != values[i]:
                slot = (slot + np.uint64(1)) & mask
            hits += owners[slot] == turn
        keep[p] = hits >= least or hits >= share * smaller
