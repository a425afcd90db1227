"""Byte positions to character offsets: kernels count bytes, people count characters.

A character of UTF-8 begins at every byte but those from 0x80 to 0xBF, which go on with one. How
many of these stand before each block of bytes is counted once; the rest, in the block itself, for
each position asked for, unless the block has none.

Time O(buffer) once, then O(1) a position. Memory a 16th of the buffer; none for ASCII.

Jacobson, "Space-efficient static trees and graphs", FOCS 1989: rank with a directory of blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I64, U8, kernel, slices, spread
from dedup.octets import TOPS, eight_bytes
from dedup.scratch import passed

_BLOCK = 128  # bytes
_PIECE = 1 << 20  # bytes looked at together; a multiple of _BLOCK
_COUNTED = 1 << 16  # positions looked at together
_LAST = -65  # of the bytes as signed numbers: up to this one, they go on with a character
_ONE, _SEVEN, _TOP_BYTE = np.uint64(1), np.uint64(7), np.uint64(56)
_EACH = np.uint64(0x0101010101010101)


@dataclass(frozen=True, eq=False, slots=True)
class Characters:
    """Where characters begin in a buffer.

    inner: int64 (blocks + 1,), bytes that go on with a character before each block of _BLOCK
        bytes, and in all; empty if there are none.
    threads: that look at very many positions.
    """

    buffer: U8
    inner: I64
    threads: int

    def before(self, positions: I64) -> I64:
        """Characters before each byte position, int64 of the same shape.

        positions: int64, at the start of a character each, or at the end of the buffer.
        """
        numbers = np.array(positions, dtype=np.int64, order="C")
        flat = numbers.reshape(-1)

        def count(part: slice) -> None:
            _count(self.buffer, self.inner, flat[part])
            passed()

        parts = slices(len(flat) if len(self.inner) else 0, _COUNTED)
        for _ in spread(count, parts, threads=self.threads if len(parts) > 1 else 1):
            pass
        return numbers


def characters(buffer: U8, *, threads: int = 1) -> Characters:
    """Find where characters begin in `buffer`, uint8 (bytes,) of valid UTF-8."""
    signed = buffer.view(np.int8)
    inner = np.zeros(len(buffer) // _BLOCK + 2, dtype=np.int64)

    def count(part: slice) -> None:
        places = np.flatnonzero(signed[part] <= _LAST)
        counts = np.bincount(places // _BLOCK)
        first = part.start // _BLOCK + 1
        inner[first : first + len(counts)] = counts
        passed()

    parts = slices(len(buffer), _PIECE)
    for _ in spread(count, parts, threads=threads if len(parts) > 1 else 1):
        pass
    np.cumsum(inner, out=inner)
    return Characters(buffer, inner if inner[-1] else inner[:0], threads)


@kernel
def _count(buffer: U8, inner: I64, numbers: I64) -> None:
    """Turn byte positions into the number of characters before them."""
    for k in range(len(numbers)):
        position = numbers[k]
        block = position // _BLOCK
        n = inner[block]
        if inner[block + 1] > n:
            i = block * _BLOCK
            while i + 8 <= position:
                eight = eight_bytes(buffer, i)
                inside = (eight & ~(eight << _ONE) & TOPS) >> _SEVEN  # the top bits are 10
                n += np.int64((inside * _EACH) >> _TOP_BYTE)  # which holds the sum of all bytes
                i += 8
            while i < position:
                n += (buffer[i] & 0xC0) == 0x80
                i += 1
        numbers[k] = position - n
