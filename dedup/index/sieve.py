"""A sieve in memory that says which keys a segment cannot have, so that its blocks are not read.

Most keys of a new story stand nowhere in the index. A key sets six bits within 512, one line of the
processor's cache, with nine bits of room a key; one that is not there is let through in about 1 of
50 cases. None that is there is kept back.

Keys are hashes, and equal parts of their range fill lines equally: which line is a key's is told by
its place in the range, and sorted keys are added along the sieve, not all over it. So the lines of
the lower keys can be cut off. The first line says what range that is, and how many are.

Putze, Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", WEA 2007 (bits of a
key in one cache line).
"""

from __future__ import annotations

import numpy as np

from dedup.index.keys import KEY_BITS
from dedup.kernels import U64, kernel

_BITS = 9  # a key
_LINE = 8  # words of 64 bits
_SPREAD, _AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_HALF, _SIX, _NINE, _BACK = np.uint64(32), np.uint64(6), np.uint64(9), np.uint64(29)
_LOW6, _LOW9, _ONE = np.uint64(63), np.uint64(511), np.uint64(1)
_MARKS = 6  # bits that a key sets
_FINE = np.uint64(KEY_BITS)  # bits behind the point of the lines a key


def empty(keys: int, low: int = 0, high: int = 2**KEY_BITS) -> U64:
    """A sieve with room for so many keys, each low <= key < high."""
    lines = max(1, -(-keys * _BITS // (64 * _LINE)))
    out = np.zeros((1 + lines) * _LINE, dtype=np.uint64)
    out[:2] = low, (lines << KEY_BITS) // (high - low)
    return out


def above(sieve: U64, low: int) -> U64:
    """A sieve of the keys from `low` on: without the lines of lower ones, if they are a quarter.

    Of fewer it is the same one, since what stays is copied.
    """
    at, _ = _place(sieve, np.uint64(low))
    if 4 * (at - _LINE) < len(sieve):
        return sieve
    out = np.concatenate((sieve[:_LINE], sieve[at:]))
    out[2] += np.uint64(at // _LINE - 1)
    return out


def add(sieve: U64, keys: U64) -> None:
    """Let these keys through from now on."""
    _add(sieve, keys)


def passing(sieve: U64, keys: U64) -> np.ndarray:
    """Which of some keys may be there, bool."""
    out = np.empty(len(keys), dtype=np.bool_)
    _test(sieve, keys, out)
    return out


@kernel
def _place(sieve: U64, key: np.uint64) -> tuple[int, np.uint64]:
    """The first word of a key's line, and the bits that say which to set there."""
    line: int = np.int64(((key - sieve[0]) * sieve[1]) >> _FINE) - np.int64(sieve[2])  # type: ignore[assignment]
    last = len(sieve) // _LINE - 1
    h = key * _SPREAD
    h = (h ^ (h >> _BACK)) * _AGAIN
    bits = (h ^ (h >> _HALF)) * _SPREAD
    return min(max(line, 0) + 1, last) * _LINE, bits


@kernel
def _add(sieve: U64, keys: U64) -> None:
    """Set the bits of each key."""
    for i in range(len(keys)):
        line, bits = _place(sieve, keys[i])
        for _ in range(_MARKS):
            at = bits & _LOW9
            sieve[line + np.int64(at >> _SIX)] |= _ONE << (at & _LOW6)
            bits >>= _NINE


@kernel
def lets(sieve: U64, key: np.uint64) -> bool:
    """Whether all bits of a key are set."""
    line, bits = _place(sieve, key)
    held = _ONE
    for _ in range(_MARKS):
        at = bits & _LOW9
        held &= sieve[line + np.int64(at >> _SIX)] >> (at & _LOW6)
        bits >>= _NINE
    return bool(held == _ONE)


@kernel
def _test(sieve: U64, keys: U64, out: np.ndarray) -> None:
    """Whether the sieve lets each key through."""
    for i in range(len(keys)):
        out[i] = lets(sieve, keys[i])
