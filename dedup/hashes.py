"""64-bit hashes: every bit spread over the whole number, and many numbers chained into one."""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U64, inlined, kernel

SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, so that facts.py can undo it
_AGAIN = np.uint64(0xD6E8FEB86659FD93)
_B29, _B32 = np.uint64(29), np.uint64(32)


@inlined
def mix(x: np.uint64) -> np.uint64:
    """Spread every bit of x over the whole word."""
    x ^= x >> _B32
    x *= _AGAIN
    x ^= x >> _B29
    x *= SPREAD
    return x ^ (x >> _B32)


@kernel
def chain_words(values: U64, offsets: I64, out: U64) -> None:
    """Chain the hashes of each span's words into one.

    Two spans go side by side, for each step waits for the one before.
    """
    for k in range(0, len(out), 2):
        first, second, end = offsets[k], offsets[k + 1], offsets[min(k + 2, len(out))]
        size, other = second - first, end - second
        both = min(size, other)
        left, right = np.uint64(size), np.uint64(other)
        for i in range(both):
            left = mix(left ^ values[first + i]) + SPREAD
            right = mix(right ^ values[second + i]) + SPREAD
        for i in range(both, size):
            left = mix(left ^ values[first + i]) + SPREAD
        for i in range(both, other):
            right = mix(right ^ values[second + i]) + SPREAD
        out[k] = left
        if k + 1 < len(out):
            out[k + 1] = right
