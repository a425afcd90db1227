"""Which words two texts have in common, whatever their order, weighted by how rare each is.

Common words say little: two texts on one topic share them. What says that one retells the other is
the weight of what they share, and that the names and figures of the one are those of the other.

Time O(words) a pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I32, I64, U8, kernel
from dedup.terms import Terms
from dedup.vocabulary import PLAIN

_COLUMNS = (
    "shared", "shared_facts", "shorter", "longer", "shared_plain", "shorter_facts", "longer_facts",
)  # fmt: skip
_SHARED, _SHARED_FACTS, _SHORTER, _LONGER, _PLAIN, _FACTS = range(6)


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
        column: np.ndarray = self.sums[:, _COLUMNS.index(name)]
        return column

    @classmethod
    def none(cls) -> Weights:
        """Of no pairs."""
        return cls(np.empty((0, len(_COLUMNS)), dtype=np.float32))

    @property
    def jaccard(self) -> np.ndarray:
        """Weight of the shared words as a part of all, float32 (pairs,)."""
        shared, rest = self.column("shared"), self.column("shorter") + self.column("longer")
        return np.asarray(shared / np.maximum(shared + rest, 1e-6))


def weigh(held: Terms, pairs: I64) -> Weights:
    """Weigh what each pair, int64 (pairs, 2), positions in `held`, has in common."""
    sums = np.zeros((len(pairs), len(_COLUMNS)), dtype=np.float32)
    _weigh(pairs, held.slots, held.weights, held.classes, held.words, held.offsets, sums)
    return Weights(sums)


@kernel
def _weigh(
    pairs: I64, slots: I32, weights: np.ndarray, classes: U8, words: I32, offsets: I64,
    sums: np.ndarray,
) -> None:  # fmt: skip
    """Merge the sorted words of every pair, the shorter text first."""
    for p in range(len(pairs)):
        left, right = pairs[p, 0], pairs[p, 1]
        if words[right] < words[left]:
            left, right = right, left
        x, x_end = offsets[left], offsets[left + 1]
        y, y_end = offsets[right], offsets[right + 1]
        row = sums[p]
        while x < x_end or y < y_end:
            if x < x_end and y < y_end and slots[x] == slots[y]:
                row[_SHARED] += weights[x]
                kind = max(classes[x], classes[y])
                if kind != PLAIN:
                    row[_SHARED_FACTS] += weights[x]
                else:
                    row[_PLAIN] += np.float32(1)
                x += 1
                y += 1
            elif y == y_end or (x < x_end and slots[x] < slots[y]):
                row[_SHORTER] += weights[x]
                if classes[x] != PLAIN:
                    row[_FACTS] += weights[x]
                x += 1
            else:
                row[_LONGER] += weights[y]
                if classes[y] != PLAIN:
                    row[_FACTS + 1] += weights[y]
                y += 1
