"""Which texts were seen before: a table of fingerprints.

Fingerprints are hashes, and so are their own place in the table; a text whose place is taken stands
in the next free one. Two texts are taken for one if their fingerprints are equal, which has a
probability of 2**-64 a pair.

Time O(1) a text, memory 16 to 24 bytes.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I32, I64, U64, kernel

_THREE = np.uint64(3)


class Seen:
    """The texts so far, numbered in the order in which they came."""

    def __init__(self, most: int) -> None:
        """Room for so many texts."""
        self._table = np.full(2 ** max(10, (2 * most).bit_length()), -1, dtype=np.int32)
        self._prints = np.empty(most, dtype=np.uint64)
        self._count = np.int64(0)

    def __len__(self) -> int:
        return int(self._count)

    def among(self, prints: U64) -> np.ndarray:
        """Which of these fingerprints are known, bool (prints,).

        Safe while another thread adds: what is being added may be missing.
        """
        return self.numbers(prints) >= 0

    def numbers(self, prints: U64) -> I64:
        """The number of each that is known, -1 of the others; int64 (prints,)."""
        of = np.empty(len(prints), dtype=np.int64)
        _look_up(prints, self._table, self._prints, self._count, False, of)
        return of

    def add(self, prints: U64) -> I64:
        """The number of each text, int64 (prints,). Not safe from several threads at a time."""
        of = np.empty(len(prints), dtype=np.int64)
        self._count = _look_up(prints, self._table, self._prints, self._count, True, of)
        return of


@kernel
def _look_up(prints: U64, table: I32, held: U64, count: int, adding: bool, of: I64) -> int:
    """Write the number of each text, or -1 of one that is not known; how many there are then.

    held: the fingerprints, by number. table: numbers, by the low bits of the fingerprint.
    """
    mask = np.uint64(len(table) - 1)
    for k in range(len(prints)):
        slot = np.int64((prints[k] >> _THREE) & mask)
        while table[slot] >= 0 and held[table[slot]] != prints[k]:
            slot = np.int64(np.uint64(slot + 1) & mask)
        if table[slot] < 0 and adding:
            held[count] = prints[k]
            table[slot] = count
            count += 1
        of[k] = table[slot]
    return count
