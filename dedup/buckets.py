"""Candidate pairs from keys: things that share a key are worth comparing.

A bucket is the items under one key. In a bucket of up to `bound` items each is paired with each; in
a larger one, each with its earliest, so that the pairs grow with the items and never with their
square, however hot a bucket is. Nothing is dropped.

Time O(keys) to find the keys that occur twice, then a sort of those alone: two bitmaps hold "seen"
and "seen again". A key has two bits there, both in the word of memory that its top bits tell: one
place to wait for, and far fewer keys taken for others than by one bit.

Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", ACM Journal of
Experimental Algorithmics 14, 2009, section 3 (blocked filters).
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U64, inlined, kernel
from dedup.scratch import zeros
from dedup.sorting import run_starts, sort_numbers

_TABLE = 8  # places of a table for each pair, at most
_FEWER = np.uint64(2)  # bits: the second bitmap is so much smaller than the first
_SIX, _LOW6, _ONE = np.uint64(6), np.uint64(63), np.uint64(1)


class Repeats:
    """Which keys may occur more than once: two bits of a word of 64, seen once or seen again.

    Few are seen again, so there is less room for them.
    """

    def __init__(self, expected: int) -> None:
        """Room for `expected` keys at ten bits each; more make it less selective, not wrong."""
        bits = max(12, int(8 * expected).bit_length())
        self._shift = np.uint64(64 - bits)
        self._once = zeros(2 ** (bits - 6), np.uint64)
        self._twice = zeros(2 ** (bits - 6 - int(_FEWER)), np.uint64)

    @property
    def bits(self) -> int:
        """Of the number of a bit."""
        return 64 - int(self._shift)

    def add(self, keys: U64) -> None:
        """Count these keys. Not safe from several threads at a time."""
        _mark(keys, self._shift, self._once, self._twice)

    def forget(self) -> None:
        """Take what was counted back; the room stays."""
        self._once[:] = 0
        self._twice[:] = 0

    def settle(self) -> None:
        """Let go of what only adding needs: most of the room."""
        self._once = np.zeros(0, dtype=np.uint64)

    def clear(self) -> None:
        """Let go of what was counted, and of the room."""
        self._shift = np.uint64(63)
        self._once = np.zeros(1, dtype=np.uint64)
        self._twice = np.zeros(1, dtype=np.uint64)

    def positions(self, keys: U64) -> I64:
        """Positions of the keys that may have been added twice; none that was is missing."""
        out = np.empty(len(keys), dtype=np.int64)
        return out[: _marked(keys, self._shift, self._twice, out)]


def pairs_within(keys: U64, items: I64, *, bound: int, ordered: bool = False) -> I64:
    """Pairs of different items under equal keys, as int64 (pairs, 2), the lower item first.

    keys, items: (entries,), parallel. A pair may come more than once.
    ordered: they are sorted by key, then item.
    """
    if not ordered:
        order = np.lexsort((items, keys))
        keys, items = keys[order], items[order]
    once = np.flatnonzero(run_starts(keys) | run_starts(items))
    keys, items = keys[once], items[once]
    sizes = np.diff(np.flatnonzero(run_starts(keys)), append=len(keys))
    room = np.where(sizes <= bound, sizes * (sizes - 1) // 2, sizes - 1).sum()
    out = np.empty((int(room), 2), dtype=np.int64)
    return out[: _pair(keys, items, bound, out)]


def distinct(pairs: I64, count: int, *, threads: int = 1) -> I64:
    """Each pair once, sorted; the right items are below `count`.

    Of many pairs of few items, a table of all that there may be tells sooner than sorting.
    """
    rows = int(pairs[:, 0].max(initial=-1)) + 1
    if rows * count <= _TABLE * len(pairs):
        there = np.zeros((rows, count), dtype=np.bool_)
        there[pairs[:, 0], pairs[:, 1]] = True
        return np.stack(np.nonzero(there), axis=1)
    return unpacked(once(packed(pairs, count), threads=threads), count)


def packed(pairs: I64, count: int) -> I64:
    """Pairs as one number each, which sort as the pairs do; items are below `count`."""
    out: I64 = (pairs[:, 0] << bits_of(count)) | pairs[:, 1]
    return out


def once(numbers: I64, *, threads: int = 1) -> I64:
    """Each number once, sorted; none is below 0. `numbers` is not to be used afterwards."""
    numbers = sort_numbers(numbers, threads=threads)
    return np.asarray(numbers[run_starts(numbers)])


def unpacked(numbers: I64, count: int) -> I64:
    """The pairs again, int64 (pairs, 2)."""
    bits = bits_of(count)
    out = np.empty((len(numbers), 2), dtype=np.int64)
    np.right_shift(numbers, bits, out=out[:, 0])
    np.bitwise_and(numbers, (1 << bits) - 1, out=out[:, 1])
    return out


def bits_of(count: int) -> int:
    """How many bits an item takes in a packed pair; items are below `count`."""
    return max(1, count - 1).bit_length()


@inlined
def _bits(key: np.uint64, shift: np.uint64) -> np.uint64:
    """Its two bits within a word."""
    return (_ONE << ((key >> shift) & _LOW6)) | (_ONE << ((key >> (shift - _SIX)) & _LOW6))


@kernel
def _mark(keys: U64, shift: np.uint64, once: U64, twice: U64) -> None:
    """Set a key's bits in `once`, or in `twice` if `once` has them."""
    for i in range(len(keys)):
        word, bits = (keys[i] >> shift) >> _SIX, _bits(keys[i], shift)
        before = once[word]
        if before & bits == bits:  # seldom: most keys wait for one place in memory, not for two
            twice[word >> _FEWER] |= bits
        else:
            once[word] = before | bits


@kernel
def _marked(keys: U64, shift: np.uint64, twice: U64, out: I64) -> int:
    """Write the positions whose bits in `twice` are set; how many."""
    n = 0
    for i in range(len(keys)):
        word, bits = (keys[i] >> shift) >> _SIX, _bits(keys[i], shift)
        if twice[word >> _FEWER] & bits == bits:
            out[n] = i
            n += 1
    return n


@kernel
def _pair(keys: U64, items: I64, bound: int, out: I64) -> int:
    """Write the pairs of every bucket; keys are sorted, and the items within a key."""
    n, i = 0, 0
    while i < len(keys):
        j = i + 1
        while j < len(keys) and keys[j] == keys[i]:
            j += 1
        lasts = j if j - i <= bound else i + 1
        for x in range(i, lasts):
            for y in range(x + 1, j):
                out[n, 0], out[n, 1] = items[x], items[y]
                n += 1
        i = j
    return n
