"""Shingles: the runs of `width` words in a text, as 64-bit hashes.

The hash of a run is a polynomial in the hashes of its words, modulo 2**64, rolled from one run to
the next in constant time and then mixed, so that its top half can stand for it as a 32-bit hash. A
span of fewer words than `width` has one shingle, all of it; a span without words has none.

Time and memory O(tokens).

Broder, "On the resemblance and containment of documents", SEQUENCES 1997, section 2 (shingling).
Karp and Rabin, "Efficient randomized pattern-matching algorithms", IBM Journal of Research and
Development 31(2), 1987 (rolling).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.hashes import mix
from dedup.kernels import I64, U64, kernel
from dedup.ragged import Hashes, end_to_end, rows_at
from dedup.settings import DEFAULTS, check

_BASE = np.uint64(0x2545F4914F6CDD1D)
_ONE, _ZERO = np.uint64(1), np.uint64(0)


@dataclass(frozen=True, eq=False, slots=True)
class Shingles:
    """The shingles of some spans, in the order of the text; a repeated run is there repeatedly.

    values: uint64 (shingles,).
    offsets: int64 (spans + 1,); the shingles of span k are offsets[k]:offsets[k + 1].
    width: words a shingle; sets of different widths do not compare.
    """

    values: U64
    offsets: I64
    width: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: I64) -> Shingles:
        """The shingles of some spans, in the order of `rows`."""
        at, offsets = rows_at(self.offsets, rows)
        return Shingles(self.values[at], offsets, self.width)


def shingle(tokens: Hashes, *, width: int = DEFAULTS.shingle) -> Shingles:
    """The shingles of every span, `width` words each; tokens, or the hashes of words alone.

    Raises:
        BadSetting: width is outside its range.
    """
    check(shingle=width)
    offsets = shingle_offsets(tokens.offsets, width)
    values = np.empty(int(offsets[-1]), dtype=np.uint64)
    roll(tokens.values, tokens.offsets, width, values, offsets)
    return Shingles(values, offsets, width)


def shingle_offsets(words: I64, width: int) -> I64:
    """Where the shingles of each span begin, int64 (spans + 1,).

    words: int64 (spans + 1,), where the words of each begin, from 0.
    """
    offsets = np.empty(len(words), dtype=np.int64)
    _cut(words, width, offsets)
    return offsets


def joined(parts: list[Shingles]) -> Shingles:
    """The shingles of one part after the other; there is one part at least."""
    return Shingles(
        np.concatenate([part.values for part in parts]),
        end_to_end([part.offsets for part in parts]),
        parts[0].width,
    )


@kernel
def _cut(words: I64, width: int, offsets: I64) -> None:
    """Write the offsets of the shingles of every span."""
    offsets[0] = 0
    for k in range(len(words) - 1):
        size = words[k + 1] - words[k]
        offsets[k + 1] = offsets[k] + (max(size - width + 1, 1) if size > 0 else 0)


@kernel
def roll(words: U64, word_offsets: I64, width: int, values: U64, offsets: I64) -> None:
    """Fill values[offsets[k]:offsets[k + 1]] with the mixed rolling hashes of span k."""
    leaving = _ONE
    for _ in range(width):
        leaving *= _BASE
    for k in range(len(offsets) - 1):
        first, last = word_offsets[k], word_offsets[k + 1]
        if first == last:
            continue
        rolled = _ZERO
        out = offsets[k]
        whole = min(first + width, last)
        for i in range(first, whole):
            rolled = rolled * _BASE + words[i]
        values[out] = mix(rolled)
        for i in range(whole, last):
            rolled = rolled * _BASE + (words[i] - words[i - width] * leaving)
            out += 1
            values[out] = mix(rolled)
