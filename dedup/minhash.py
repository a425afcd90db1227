"""MinHash signatures: a set of shingles shrunk to one row of minima.

A shingle's 32-bit hash is its top half. It is spread once by the MurmurHash3 finaliser; permutation
k then sends h to a[k] * h + b[k] modulo 2**32 with a[k] odd, a bijection, so that it adds no
collision. This is scheme "affine32" of datasketch 2, and the rows are equal, bit for bit, to what
`datasketch.MinHash` holds after it is given the same 32-bit hashes with the same seed.

The share of equal slots in two rows estimates the Jaccard similarity J of the two sets, with a
standard error of sqrt(J * (1 - J) / permutations). That the family is close enough to min-wise
independent is an observation (tests/test_minhash.py), not a theorem.

Time O(shingles * permutations), memory O(spans * permutations).

Broder, "On the resemblance and containment of documents", SEQUENCES 1997, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from dedup.kernels import I64, U32, U64, inlined, inner, kernel
from dedup.settings import DEFAULTS, check
from dedup.shingles import Shingles

EMPTY = np.uint32(2**32 - 1)
SCHEME = "affine32"  # as datasketch calls it
_TOP = np.uint64(32)


@dataclass(frozen=True, eq=False, slots=True)
class Signatures:
    """One row a span.

    rows: uint32 (spans, permutations); a span without shingles has a row of EMPTY.
    seed, width: what makes rows comparable; others do not compare.
    """

    rows: U32
    seed: int
    width: int

    def __len__(self) -> int:
        return len(self.rows)


def permutations(count: int, seed: int) -> tuple[U32, U32]:
    """The factors a (odd) and terms b of `count` permutations, uint32 (count,) each.

    Drawn as datasketch 2 draws them for scheme "affine32".
    """
    draw = np.random.RandomState(seed)
    a = draw.randint(0, 2**31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = draw.randint(0, 2**32, count, dtype=np.uint32)
    return a, b


def sign(
    shingles: Shingles, *, permutations: int = DEFAULTS.permutations, seed: int = DEFAULTS.seed
) -> Signatures:
    """Shrink each span's shingles to one row.

    Raises:
        BadSetting: permutations or seed is outside its range.
    """
    check(permutations=permutations, seed=seed)
    a, b = _drawn_once(permutations, seed)
    rows = np.empty((len(shingles), permutations), dtype=np.uint32)
    minima(shingles.values, shingles.offsets, a, b, rows)
    return Signatures(rows, seed, shingles.width)


_drawn_once = cache(permutations)


@kernel
def minima(values: U64, offsets: I64, a: U32, b: U32, rows: U32) -> None:
    """Fill rows[d, k] with the least image of span d's hashes under permutation k."""
    slots = rows.shape[1]
    for d in range(rows.shape[0]):
        row = rows[d]
        for k in range(slots):
            row[k] = EMPTY
        i, end = offsets[d], offsets[d + 1]
        while i + 8 <= end:  # eight hashes a sweep: one load and one store a slot instead of eight
            h0, h1 = _spread(values[i]), _spread(values[i + 1])
            h2, h3 = _spread(values[i + 2]), _spread(values[i + 3])
            h4, h5 = _spread(values[i + 4]), _spread(values[i + 5])
            h6, h7 = _spread(values[i + 6]), _spread(values[i + 7])
            for k in range(slots):
                low = _least(a[k], b[k], h0, h1, h2, h3)
                row[k] = min(row[k], min(low, _least(a[k], b[k], h4, h5, h6, h7)))
            i += 8
        if i + 4 <= end:
            h0, h1 = _spread(values[i]), _spread(values[i + 1])
            h2, h3 = _spread(values[i + 2]), _spread(values[i + 3])
            for k in range(slots):
                row[k] = min(row[k], _least(a[k], b[k], h0, h1, h2, h3))
            i += 4
        while i < end:
            h0 = _spread(values[i])
            for k in range(slots):
                row[k] = min(row[k], np.uint32(a[k] * h0 + b[k]))
            i += 1


@inlined
def _least(
    a: np.uint32, b: np.uint32, h0: np.uint32, h1: np.uint32, h2: np.uint32, h3: np.uint32
) -> np.uint32:
    """The least image of four hashes under one permutation."""
    low = min(np.uint32(a * h0 + b), np.uint32(a * h1 + b))
    return np.uint32(min(low, min(np.uint32(a * h2 + b), np.uint32(a * h3 + b))))


@inner
def _spread(value: np.uint64) -> np.uint32:
    """The finaliser of MurmurHash3 (Appleby, public domain) on the top half of `value`."""
    h = np.uint32(value >> _TOP)
    h ^= h >> np.uint32(16)
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h ^= h >> np.uint32(13)
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))
