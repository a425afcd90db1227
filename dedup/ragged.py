"""Ragged rows: lists of different lengths kept flat, with the offsets where each begins."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from dedup.kernels import I64, U64, kernel


class Hashes(Protocol):
    """Hashes of some texts: those of text k are values[offsets[k]:offsets[k + 1]]."""

    @property
    def values(self) -> U64:
        """uint64 (hashes,)."""

    @property
    def offsets(self) -> I64:
        """int64 (texts + 1,)."""


def offsets_of(sizes: np.ndarray) -> I64:
    """The offsets of rows of so many elements, int64 (rows + 1,)."""
    offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
    sizes.cumsum(out=offsets[1:])
    return offsets


def sizes_of(offsets: I64) -> I64:
    """How many elements each row has, int64 (rows,); offsets: int64 (rows + 1,)."""
    return offsets[1:] - offsets[:-1]


def rows_at(offsets: I64, rows: I64) -> tuple[I64, I64]:
    """Where the elements of some rows stand, row after row, and the offsets of these rows there.

    offsets: int64 (all rows + 1,); row k is offsets[k]:offsets[k + 1]. rows: int64 (rows,).
    Gives int64 (elements,) and int64 (rows + 1,).
    """
    starts = offsets[rows]
    return spans_at(starts, offsets[rows + 1] - starts)


def spans_at(starts: I64, sizes: I64) -> tuple[I64, I64]:
    """Where the elements of spans stand, span after span, and the offsets of these spans there.

    starts, sizes: int64 (spans,).
    """
    offsets = offsets_of(sizes)
    places = np.empty(int(offsets[-1]), dtype=np.int64)
    _number(starts, offsets, places)
    return places, offsets


def end_to_end(parts: list[I64]) -> I64:
    """The offsets of the rows of all parts, one part behind the other."""
    sizes = [np.zeros(1, dtype=np.int64), *(sizes_of(offsets) for offsets in parts)]
    return np.cumsum(np.concatenate(sizes))


@kernel
def _number(starts: I64, offsets: I64, places: I64) -> None:
    """Number the elements of each span from where it starts."""
    for k in range(len(starts)):
        away = starts[k] - offsets[k]
        for i in range(offsets[k], offsets[k + 1]):
            places[i] = i + away
