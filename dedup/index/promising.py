"""Which of the texts that a look-up found are worth a closer look.

Most of them share two rare words or a stock phrase with a text of the story by chance, and nothing
else. A scan leaves such pairs out on the way (compared.py), by the weight of the words that they
share and by their shingles; the same is asked here of every pair with a text of the story, in one
loop. None is left out that a scan compares, for rounding the bounds are a hair lower.

Time O(words) a pair.
"""

from __future__ import annotations

import numpy as np

from dedup.compared import UNPHRASED, least_shared
from dedup.index.bags import Bags
from dedup.kernels import I64, U64, kernel
from dedup.shingles import shingle
from dedup.sorting import sort_spans
from dedup.tokens import Tokens
from dedup.weigh import ALIKE, SHARED

_HAIR = 1 - 1e-5


def promising(
    tokens: Tokens,
    held: Bags,
    pairs: I64,
    by_runs: np.ndarray,
    *,
    width: int,
    containment: float,
) -> np.ndarray:
    """Which pairs, int64 (pairs, 2), may be related, bool (pairs,).

    tokens, held: the words of the texts. by_runs: bool (pairs,), those that share a run of words.
    """
    out = np.zeros(len(pairs), dtype=np.bool_)
    shingles = shingle(tokens, width=width)
    sort_spans(shingles.values, np.empty(len(shingles.values), np.int32), shingles.offsets)
    _promise(
        pairs, by_runs, held.words, held.weights, held.totals, held.offsets, held.shift,
        shingles.values, shingles.offsets, least_shared(width), containment, out,
    )  # fmt: skip
    return out


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
    out: np.ndarray,
) -> None:  # fmt: skip
    """Weigh the words of each pair, and count the shingles of those that may be something."""
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
        out[p] = copied or (retelling and (common > 0 or jaccard >= UNPHRASED * _HAIR))
