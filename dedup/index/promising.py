"""Which of the texts that a look-up found are worth a closer look.

Most of them share two rare words or a stock phrase with a text of the story by chance, and nothing
else. A scan leaves such pairs out on the way (compared.py), by the weight of the words that they
share and by their shingles; the same is asked here of every pair with a text of the story, in one
loop. None is left out that a scan compares, for rounding the bounds are a hair lower.

Time O(words) a pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.compared import UNPHRASED, least_shared
from dedup.index.bags import Bags
from dedup.kernels import I64, U64, kernel
from dedup.shingles import shingle
from dedup.sorting import sort_spans
from dedup.tokens import Tokens
from dedup.weigh import ALIKE, SHARED

_HAIR = 1 - 1e-5


@dataclass(frozen=True, eq=False, slots=True)
class Promising:
    """Pairs that may be related.

    rows: int64 (pairs,), their positions among those that were asked for.
    retelling: bool (pairs,), those that have weight enough of words in common.
    jaccard: float64 (pairs,), of the weights of their words.
    """

    rows: I64
    retelling: np.ndarray
    jaccard: np.ndarray

    def take(self, chosen: np.ndarray) -> Promising:
        """Some of them."""
        return Promising(self.rows[chosen], self.retelling[chosen], self.jaccard[chosen])


def promising(
    tokens: Tokens,
    held: Bags,
    pairs: I64,
    by_runs: np.ndarray,
    *,
    width: int,
    containment: float,
) -> Promising:
    """Which pairs, int64 (pairs, 2), may be related.

    tokens, held: the words of the texts. by_runs: bool (pairs,), those that share a run of words.
    """
    rows = np.empty(len(pairs), dtype=np.int64)
    retelling, jaccard = np.empty(len(pairs), dtype=np.bool_), np.empty(len(pairs))
    shingles = shingle(tokens, width=width)
    sort_spans(shingles.values, np.empty(len(shingles.values), np.int32), shingles.offsets)
    count = _promise(
        pairs, by_runs, held.words, held.weights, held.totals, held.offsets, held.shift,
        shingles.values, shingles.offsets, least_shared(width), containment,
        rows, retelling, jaccard,
    )  # fmt: skip
    return Promising(rows[:count], retelling[:count], jaccard[:count])


@kernel
def _distinct(values: U64, first: int, last: int) -> int:
    """How many different ones there are among sorted values[first:last]."""
    n: int = np.int64(first < last)  # type: ignore[assignment]
    for i in range(first + 1, last):
        n += values[i] != values[i - 1]
    return n


@kernel
def _promise(
    pairs: I64, by_runs: np.ndarray, words: U64, weights: np.ndarray, totals: np.ndarray,
    offsets: I64, shift: np.uint64, shingles: U64, cuts: I64, least: int, containment: float,
    rows: I64, retellings: np.ndarray, similar: np.ndarray,
) -> int:  # fmt: skip
    """Weigh the words of each pair, count the shingles of those that may be something; how many."""
    n = np.int64(0)
    for p in range(len(pairs)):
        i, j = pairs[p, 0], pairs[p, 1]
        shared = 0.0
        x, x_end, y, y_end = offsets[i], offsets[i + 1], offsets[j], offsets[j + 1]
        while x < x_end and y < y_end:
            left, right = words[x] >> shift, words[y] >> shift
            if left == right:
                shared += weights[x]
            x += left <= right
            y += right <= left
        jaccard = shared / max(totals[i] + totals[j] - shared, 1e-6)
        retelling = shared >= SHARED * _HAIR and jaccard >= ALIKE * _HAIR
        if not retelling and not by_runs[p]:
            continue
        common = np.int64(0)
        x, x_end, y, y_end = cuts[i], cuts[i + 1], cuts[j], cuts[j + 1]
        while x < x_end and y < y_end:
            low, high = shingles[x], shingles[y]
            common += low == high
            x += low <= high
            y += high <= low
        sizes = min(_distinct(shingles, cuts[i], x_end), _distinct(shingles, cuts[j], y_end))
        copied = by_runs[p] and (common >= least or common >= containment * sizes)
        if copied or (retelling and (common > 0 or jaccard >= UNPHRASED * _HAIR)):
            rows[n], retellings[n], similar[n] = p, retelling, jaccard
            n += 1
    return int(n)
