"""Candidate pairs that cannot be a match, left out at a fraction of what comparing them costs.

Most candidates share one stock phrase, and the more so the larger the corpus. Of each text's
shingles an outline of 16 bits each is kept from the first pass; where two outlines have too few in
common for any match, the texts are not looked at again. Of the others the sorted shingles of both
texts are merged without a branch that the processor could guess wrong. What is counted is never
below the distinct shingles that they share, so no match is lost; a shingle that both repeat is
counted as often.

Time O(shingles) a pair; memory two bytes a shingle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I64, U16, U64, kernel
from dedup.ragged import Hashes
from dedup.shingles import Shingles

_SHIFT = np.uint64(48)
_AHEAD, _LINE = 32, 32  # pairs; shingles in a line of the processor's cache


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """The top 16 bits of the shingles of texts, in the order in which they stand.

    values: uint16 (shingles,). offsets: int64 (texts + 1,); those of text k are
    values[offsets[k]:offsets[k + 1]].
    """

    values: U16
    offsets: I64


def outline(shingles: Hashes) -> U16:
    """The values of the outlines of some texts."""
    return np.asarray((shingles.values >> _SHIFT).astype(np.uint16))


def may_share(outlines: Outlines, pairs: I64, *, least: int, containment: float) -> np.ndarray:
    """Which pairs, int64 (pairs, 2), may share `least` shingles or that part of a text's.

    None that does is missing; bool (pairs,).
    """
    out = np.empty(len(pairs), dtype=np.bool_)
    held = np.zeros((2, 2**16), dtype=np.bool_)
    _overlap(outlines.values, outlines.offsets, pairs, least, containment, held, out)
    return out


def in_common(shingles: Shingles, pairs: I64) -> I64:
    """How many shingles each pair may share, int64 (pairs,).

    shingles: each text's sorted. pairs: int64 (pairs, 2), positions in them.
    """
    out = np.empty(len(pairs), dtype=np.int64)
    _meet(shingles.values, shingles.offsets, pairs, out)
    return out


@kernel
def _meet(values: U64, offsets: I64, pairs: I64, out: I64) -> None:
    """Count the equal values of two sorted lists, each used once."""
    for p in range(len(pairs)):
        x, x_end = offsets[pairs[p, 0]], offsets[pairs[p, 0] + 1]
        y, y_end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
        shared = np.int64(0)
        while x < x_end and y < y_end:
            left, right = values[x], values[y]
            shared += left == right
            x += left <= right
            y += right <= left
        out[p] = shared


@kernel
def _overlap(
    values: U16,
    offsets: I64,
    pairs: I64,
    least: int,
    containment: float,
    held: np.ndarray,
    out: np.ndarray,
) -> None:
    """Look up what the right text has among what the left one has, and if need be the reverse.

    Each is marked in a row of `held`. Pairs come sorted by the left text, as a rule, and it is
    marked once. The outlines of some pairs are touched before they are looked up: so memory is
    waited for once for all of them.
    """
    left, own = np.int64(-1), np.int64(0)
    for first in range(0, len(pairs), _AHEAD):
        last = min(first + _AHEAD, len(pairs))
        touched = np.int64(0)
        for p in range(first, last):
            for i in range(offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1], _LINE):
                touched += values[i]
        out[first] = touched < 0
        for p in range(first, last):
            if pairs[p, 0] != left:
                if left >= 0:
                    for i in range(offsets[left], offsets[left + 1]):
                        held[0, values[i]] = False
                left, own = pairs[p, 0], np.int64(0)
                for i in range(offsets[left], offsets[left + 1]):
                    own += not held[0, values[i]]
                    held[0, values[i]] = True
            start, end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
            distinct, shared = np.int64(0), np.int64(0)
            for i in range(start, end):
                shared += held[0, values[i]]
                distinct += not held[1, values[i]]
                held[1, values[i]] = True
            enough = min(np.float64(least), containment * min(own, distinct))
            if shared >= enough:
                both = np.int64(0)
                for i in range(offsets[left], offsets[left + 1]):
                    both += held[1, values[i]]
                shared = min(shared, both)
            out[p] = shared >= enough
            for i in range(start, end):
                held[1, values[i]] = False
