"""Candidate pairs that cannot be a match, left out at a fraction of what comparing them costs.

Most candidates share one stock phrase. The left text's shingles go into a small hash table, once
for all pairs of that text; each shingle of a right text is looked up, and counted once. The counts
are exact, so no match is lost.

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
    bits = max(4, int(4 * longest).bit_length())
    keys = np.zeros(2**bits, dtype=np.uint64)
    owners = np.zeros(2**bits, dtype=np.int64)
    readers = np.full(2**bits, -1, dtype=np.int64)
    keep = np.zeros(len(pairs), dtype=np.bool_)
    _screen(pairs, shingles.values, shingles.offsets, least, share, keys, owners, readers, keep)
    return np.flatnonzero(keep)


@kernel
def _slot(keys: U64, owners: I64, value: np.uint64, one: int, other: int) -> int:
    """Where `value` is, or the first free place for it; one and other own what is not free."""
    mask = len(keys) - 1
    slot: int = np.int64((value * _SPREAD) >> np.uint64(33)) & mask  # type: ignore[assignment]
    while (owners[slot] == one or owners[slot] == other) and keys[slot] != value:
        slot = (slot + 1) & mask
    return slot


@kernel
def _screen(
    pairs: I64, values: U64, offsets: I64, least: int, share: float,
    keys: U64, owners: I64, readers: I64, keep: np.ndarray,
) -> None:  # fmt: skip
    """Set keep[p] where enough shingles of the right text are found in the left text's table.

    owners[slot] is 2 * turn + 1 for a left text, 2 * p + 2 for the right text of pair p; what an
    earlier one owned is free. readers[slot] is the last pair that found a left text's shingle.
    """
    left, turn, left_distinct = np.int64(-1), 1, 0
    for p in range(len(pairs)):
        if pairs[p, 0] != left:
            left = pairs[p, 0]
            turn = 2 * p + 1
            left_distinct = 0
            for i in range(offsets[left], offsets[left + 1]):
                slot = _slot(keys, owners, values[i], turn, turn)
                left_distinct += owners[slot] != turn
                keys[slot], owners[slot] = values[i], turn
        right, own = pairs[p, 1], 2 * p + 2
        hits, right_distinct = 0, 0
        for i in range(offsets[right], offsets[right + 1]):
            slot = _slot(keys, owners, values[i], turn, own)
            if owners[slot] == turn:
                fresh = readers[slot] != p
                readers[slot] = p
                hits += fresh
                right_distinct += fresh
            elif owners[slot] != own:
                keys[slot], owners[slot] = values[i], own
                right_distinct += 1
        keep[p] = hits >= least or hits >= share * min(left_distinct, right_distinct)
