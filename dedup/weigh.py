"""Which words two texts have in common, whatever their order, weighted by how rare each is.

Common words say little: two texts on one topic share them. What says that one retells the other is
the weight of what they share, and that the names and figures of the one are those of the other.

Time O(words) a pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I32, I64, kernel
from dedup.terms import CLASS, CLASS_BITS, Terms
from dedup.vocabulary import PLAIN

COLUMNS = (
    "shared", "shared_facts", "shorter", "longer", "shared_plain", "shorter_facts", "longer_facts",
)  # fmt: skip
SHARED = 10.0  # weight of the words in both, and …
ALIKE = 0.12  # … weighted Jaccard similarity: pairs with less retell nothing
_SLACK = 0.999  # of both, for sums of 64 bits where may_retell has 32
_AHEAD, _LINE = 32, 16  # pairs; terms in a line of the processor's cache
_PLACES = np.int32(2**12 - 1)  # the last place of a table of words
_GRAINS = np.float32(2**16)  # of which a weight of 1 is made


@dataclass(frozen=True, eq=False, slots=True)
class Weights:
    """Columns of one row a pair; see the property.

    sums: float32 (pairs, columns).
    """

    sums: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """One sum of every pair, float32 (pairs,).

        shared, shared_facts: weight of the words in both; of the names and figures among them.
        shorter, longer: weight of the words that only the shorter, the longer text has.
        shared_plain: how many words in both are neither names nor figures.
        shorter_facts, longer_facts: weight of names and figures that only one has.
        """
        column: np.ndarray = self.sums[:, COLUMNS.index(name)]
        return column

    @classmethod
    def none(cls) -> Weights:
        """Of no pairs."""
        return cls(np.empty((0, len(COLUMNS)), dtype=np.float32))

    def take(self, rows: I64) -> Weights:
        """Those of some pairs."""
        return Weights(self.sums[rows])

    @property
    def jaccard(self) -> np.ndarray:
        """Weight of the shared words as a part of all, float32 (pairs,)."""
        shared, rest = self.column("shared"), self.column("shorter") + self.column("longer")
        return np.asarray(shared / np.maximum(shared + rest, 1e-6))


def weigh(held: Terms, pairs: I64) -> Weights:
    """Weigh what each pair, int64 (pairs, 2), positions in `held`, has in common."""
    sums = np.empty((len(pairs), len(COLUMNS)), dtype=np.float32)
    _weigh(pairs, held.codes, held.weights, held.offsets, held.words, held.totals, sums)
    return Weights(sums)


def may_retell(weights: Weights) -> np.ndarray:
    """Whether two texts have enough weight of words in common, bool (pairs,)."""
    heavy = weights.column("shared") >= SHARED
    return np.asarray(heavy & (weights.jaccard >= ALIKE))


def retelling(held: Terms, pairs: I64) -> np.ndarray:
    """Which pairs, int64 (pairs, 2), may retell each other, bool (pairs,).

    For pairs of which few do: most others are told by a bound of the weight that they share.
    """
    heavy = np.empty(len(pairs), dtype=np.bool_)
    _outweigh(
        pairs, held.codes, held.weights, held.offsets, held.totals,
        np.float64(SHARED), np.float64(ALIKE), heavy,
    )  # fmt: skip
    heavy[heavy] = may_retell(weigh(held, pairs[heavy]))
    return heavy


@kernel
def _outweigh(
    pairs: I64,
    codes: I32,
    weights: np.ndarray,
    offsets: I64,
    totals: np.ndarray,
    least: float,
    alike: float,
    heavy: np.ndarray,
) -> None:
    """Mark the pairs that may_retell holds for, and a few others, without weighing each.

    The weights of the left text's words stand in a table, in whole numbers, and those of the right
    one are looked up there: as two words may share a place, what is found weighs as much as what is
    shared, or more. Pairs come sorted by the left text, as a rule, and its table is made once. The
    rows of some pairs are touched before they are looked up: so memory is waited for once for all
    of them, not once for each.
    """
    rows = np.empty((_AHEAD, 4), dtype=np.int64)
    both = np.empty(_AHEAD, dtype=np.float64)
    held = np.zeros(_PLACES + 1, dtype=np.int32)
    own, own_end = np.int64(0), np.int64(0)
    for first in range(0, len(pairs), _AHEAD):
        count = min(_AHEAD, len(pairs) - first)
        for k in range(count):
            left, right = pairs[first + k, 0], pairs[first + k, 1]
            rows[k, 0], rows[k, 1] = offsets[left], offsets[left + 1]
            rows[k, 2], rows[k, 3] = offsets[right], offsets[right + 1]
            both[k] = totals[left, 0] + totals[right, 0]
        touched = np.int64(0)
        for k in range(count):
            for side in range(0, 4, 2):
                for i in range(rows[k, side], rows[k, side + 1], _LINE):
                    touched += codes[i]
        heavy[first] = touched < 0
        for k in range(count):
            if rows[k, 0] != own or rows[k, 1] != own_end:
                for i in range(own, own_end):
                    held[(codes[i] >> CLASS_BITS) & _PLACES] = 0
                own, own_end = rows[k, 0], rows[k, 1]
                for i in range(own, own_end):
                    slot = codes[i] >> CLASS_BITS
                    weight = np.int32(weights[slot] * _GRAINS) + np.int32(1)
                    held[slot & _PLACES] = max(held[slot & _PLACES], weight)
            grains = np.int64(0)
            for i in range(rows[k, 2], rows[k, 3]):
                grains += held[(codes[i] >> CLASS_BITS) & _PLACES]
            most = grains / _GRAINS
            enough = most >= _SLACK * alike * (both[k] - most)
            heavy[first + k] = enough and most >= _SLACK * least


@kernel
def _weigh(
    pairs: I64,
    codes: I32,
    weights: np.ndarray,
    offsets: I64,
    sizes: I32,
    totals: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Merge the sorted words of every pair; only words in both are weighed, which are few.

    sums[p]: in the order of COLUMNS.
    """
    for p in range(len(pairs)):
        x, x_end = offsets[pairs[p, 0]], offsets[pairs[p, 0] + 1]
        y, y_end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
        shared, facts, plain, in_left, in_right = 0.0, 0.0, 0.0, 0.0, 0.0
        while x < x_end and y < y_end:
            left, right = codes[x] >> CLASS_BITS, codes[y] >> CLASS_BITS
            if left == right:
                weight = np.float64(weights[left])
                shared += weight
                one, other = codes[x] & CLASS, codes[y] & CLASS
                if one == PLAIN and other == PLAIN:
                    plain += 1.0
                else:
                    facts += weight
                in_left += weight if one != PLAIN else 0.0
                in_right += weight if other != PLAIN else 0.0
            x += left <= right
            y += right <= left
        shorter, longer = pairs[p, 0], pairs[p, 1]
        if sizes[longer] < sizes[shorter]:
            shorter, longer, in_left, in_right = longer, shorter, in_right, in_left
        sums[p, 0], sums[p, 1], sums[p, 4] = shared, facts, plain
        sums[p, 2] = max(totals[shorter, 0] - shared, 0.0)
        sums[p, 3] = max(totals[longer, 0] - shared, 0.0)
        sums[p, 5] = max(totals[shorter, 1] - in_left, 0.0)
        sums[p, 6] = max(totals[longer, 1] - in_right, 0.0)
