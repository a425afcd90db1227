"""A sieve in memory that says which keys a segment cannot have, so that its blocks are not read.

Most keys of a new story stand nowhere in the index. A key sets three bits of one 64-bit word, with
eight bits of room a key; one that is not there is let through in about 1 of 25 cases. None that is
there is kept back.

Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", WEA 2007 (bits of a
key in one cache line).
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import U64, kernel

_KEYS_A_WORD = 8
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HALF, _SIX, _TWELVE, _LOW6 = np.uint64(32), np.uint64(6), np.uint64(12), np.uint64(63)
_BACK, _ONE = np.uint64(29), np.uint64(1)


def empty(keys: int) -> U64:
    """A sieve with room for so many keys."""
    return np.zeros(max(1, -(-keys // _KEYS_A_WORD)), dtype=np.uint64)


def add(sieve: U64, keys: U64) -> None:
    """Let these keys through from now on."""
    _add(sieve, keys)


def passing(sieve: U64, keys: U64) -> np.ndarray:
    """Which of some keys may be there, bool."""
    out = np.empty(len(keys), dtype=np.bool_)
    _test(sieve, keys, out)
    return out


@kernel
def _place(key: np.uint64, words: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The word of a key, and its three bits there."""
    h = key * _SPREAD
    h = (h ^ (h >> _BACK)) * _SPREAD
    bits = (_ONE << (h & _LOW6)) | (_ONE << ((h >> _SIX) & _LOW6))
    return ((h >> _HALF) * words) >> _HALF, bits | (_ONE << ((h >> _TWELVE) & _LOW6))


@kernel
def _add(sieve: U64, keys: U64) -> None:
    """Set the bits of each key."""
    words = np.uint64(len(sieve))
    for i in range(len(keys)):
        word, bits = _place(keys[i], words)
        sieve[word] |= bits


@kernel
def _test(sieve: U64, keys: U64, out: np.ndarray) -> None:
    """Whether all bits of each key are set."""
    words = np.uint64(len(sieve))
    for i in range(len(keys)):
        word, bits = _place(keys[i], words)
        out[i] = sieve[word] & bits == bits
