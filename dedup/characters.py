"""Byte positions to character offsets: kernels count bytes, people count characters."""

from __future__ import annotations

import numpy as np

from dedup.kernels import I64, U8, kernel


def offsets(buffer: U8, bases: I64, positions: I64) -> I64:
    """Characters of `buffer` between each base and its position, int64 of the same shape.

    bases, positions: int64, bytes, at the start of a character each.
    """
    order = np.argsort(positions, kind="stable")  # so that each byte is passed over once
    counts = np.empty(len(positions), dtype=np.int64)
    _count(buffer, bases[order], positions[order], counts)
    out = np.empty_like(counts)
    out[order] = counts
    return out


@kernel
def _count(buffer: U8, bases: I64, positions: I64, out: I64) -> None:
    """Count the bytes that begin a character, from the last position on where possible."""
    for k in range(len(out)):
        start, n = bases[k], 0
        if k and bases[k - 1] == bases[k] and positions[k - 1] <= positions[k]:
            start, n = positions[k - 1], out[k - 1]
        for i in range(start, positions[k]):
            n += (buffer[i] & 0xC0) != 0x80
        out[k] = n
