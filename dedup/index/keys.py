"""What a stored text or story is found by: keys, packed with its number into one 64-bit posting.

    RUN    each run of `passage` words of a text
    WORD   each two of the rarest words of a text, by their slots (vocabulary.py)
    PRINT  the fingerprint of a text, long or short
    BAND   each band of the signature of a story

A key has 36 bits of a mixed hash, a number 28. Two different things share a key with a probability
of 2**-36; whatever is found is compared exactly, so that such a hit costs time and nothing else.
Packed so, a list of postings is one sorted array, and lists are merged by sorting.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.hashes import mix
from dedup.kernels import I64, U64, kernel
from dedup.sorting import run_starts

RUN, WORD, PRINT, BAND = (np.uint64(0x9E3779B97F4A7C15 * k & (2**64 - 1)) for k in (1, 3, 5, 7))
KEY_BITS, ITEM_BITS = 36, 28
LARGEST = 2**ITEM_BITS - 1  # number of a text or story
_SHIFT = np.uint64(ITEM_BITS)
_ITEM = np.uint64(LARGEST)


def keys_of(values: U64, kind: np.uint64) -> U64:
    """The keys of some hashes of one kind, uint64 below 2**36."""
    out = np.empty(len(values), dtype=np.uint64)
    _keys(np.ascontiguousarray(values), kind, out)
    return out


def packed(keys: U64, items: np.ndarray) -> U64:
    """Postings, each a key with the number that it leads to."""
    return np.asarray((keys << _SHIFT) | items.astype(np.uint64))


def items_of(postings: U64) -> I64:
    """The numbers that postings lead to."""
    return np.asarray(postings & _ITEM).astype(np.int64)


def once(postings: U64) -> U64:
    """Postings sorted, each once."""
    return each_once(np.sort(postings))


def merged(lists: Sequence[U64]) -> U64:
    """Sorted lists of postings as one, each posting once.

    Timsort takes each list for a run, and merges them: ten times as fast as sorting anew.
    """
    return each_once(np.sort(np.concatenate(lists), kind="stable"))


def each_once(held: U64) -> U64:
    """Sorted numbers, each once."""
    return np.asarray(held[run_starts(held)])


@kernel
def _keys(values: U64, kind: np.uint64, out: U64) -> None:
    """Mix the kind into each value, and keep the top bits."""
    for i in range(len(values)):
        out[i] = mix(values[i] ^ kind) >> _SHIFT
