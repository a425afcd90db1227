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
SHARED = 10.0  # weight of the words in both, and …
ALIKE = 0.12  # … weighted Jaccard similarity: pairs with less retell nothing


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
    common = np.zeros((len(pairs), 5))
    _weigh(pairs, held.slots, held.weights, held.classes, held.offsets, common)
    shared, facts, plain = common[:, :3].T
    own = held.totals[pairs] - np.stack((common[:, [0, 3]], common[:, [0, 4]]), axis=1)
    turned = held.words[pairs[:, 1]] < held.words[pairs[:, 0]]
    own[turned] = own[turned, ::-1]  # the shorter text first
    alone = (own[:, 0, 0], own[:, 1, 0], plain, own[:, 0, 1], own[:, 1, 1])
    return Weights(np.maximum(np.stack((shared, facts, *alone), axis=1), 0).astype(np.float32))


def may_retell(weights: Weights) -> np.ndarray:
    """Whether two texts have enough weight of words in common, bool (pairs,)."""
    heavy = weights.column("shared") >= SHARED
    return np.asarray(heavy & (weights.jaccard >= ALIKE))


@kernel
def _weigh(
    pairs: I64, slots: I32, weights: np.ndarray, classes: U8, offsets: I64, sums: np.ndarray
) -> None:
    """Merge the sorted words of every pair; only words in both are weighed, which are few.

    sums[p]: weight of the words in both; of those that are a name or figure in either; how many
    are in neither; the weight of those that are one in the left text, and in the right text.
    """
    for p in range(len(pairs)):
        x, x_end = offsets[pairs[p, 0]], offsets[pairs[p, 0] + 1]
        y, y_end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
        while x < x_end and y < y_end:
            left, right = slots[x], slots[y]
            if left == right:
                weight = np.float64(weights[left])
                sums[p, 0] += weight
                if classes[x] == PLAIN and classes[y] == PLAIN:
                    sums[p, 2] += 1.0
                else:
                    sums[p, 1] += weight
                if classes[x] != PLAIN:
                    sums[p, 3] += weight
                if classes[y] != PLAIN:
                    sums[p, 4] += weight
            x += left <= right
            y += right <= left
