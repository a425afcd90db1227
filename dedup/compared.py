"""Candidate pairs compared: those that cannot match are screened out, the others are counted.

A candidate is compared if it shares runs enough for a copy, or weight enough of words for a
retelling; of the compared, those that are plainly unrelated are left out.

Time O(words) a pair; memory that of one group of texts (sides.py) and of what is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from dedup import furniture
from dedup.background import Background
from dedup.compare import Comparison, compare_sides, joined
from dedup.furniture import LongestRuns, longest_runs
from dedup.kernels import I64, U8, chunks, spread
from dedup.kinds import LEAST_RUN, NONE, kinds
from dedup.overlap import sorted_overlaps
from dedup.ragged import spans_at
from dedup.screen import in_common
from dedup.settings import DEFAULTS
from dedup.sides import Sides, in_groups
from dedup.tokens import Tokens
from dedup.weigh import Weights, may_retell, weigh

_PAIRS = 50_000  # that a thread compares at a time
UNPHRASED = (
    0.2  # weighted Jaccard similarity: pairs with less and no shared shingle are no retelling
)


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """Pairs that may be related, and what was counted of each.

    pairs: int64 (pairs, 2). by_runs: uint8 (pairs,), what the shared runs alone say.
    found: the comparison of each.
    weights, bigrams, worn: as features.py takes them. longest: the longest run of each pair.
    """

    pairs: I64
    by_runs: U8
    found: Comparison
    weights: Weights
    bigrams: I64
    worn: I64
    longest: LongestRuns


def compared(
    pairs: I64,
    by_runs: np.ndarray,
    tokens_of: Callable[[I64], Tokens],
    background: Background,
    *,
    retold: bool = True,
    width: int = DEFAULTS.shingle,
    containment: float = DEFAULTS.containment,
    partial_words: int = DEFAULTS.partial_words,
    threads: int = DEFAULTS.threads,
) -> Compared:
    """Compare candidate pairs, int64 (pairs, 2), that may be related.

    by_runs: bool (pairs,), those that runs in common may make a match.
    retold: whether any pair is a candidate for its words too.
    """

    rows, sums = _weighed(pairs, by_runs, background, retold=retold, threads=threads)
    pairs, by_runs = pairs[rows], by_runs[rows]

    def look(part: slice, rows: I64, local: I64, sides: Sides) -> Compared:
        rows, local = rows[part], local[part]
        retelling = may_retell(Weights(sums[rows]))
        common = in_common(sides.shingles, local)
        least = max(1, LEAST_RUN - width + 1)
        share = containment * sides.distinct[local].min(axis=1, initial=2**31 - 1)
        keep = by_runs[rows] & ((common >= least) | (common >= share))
        if retold:
            phrased = (common > 0) | (Weights(sums[rows]).jaccard >= UNPHRASED)
            keep |= retelling & phrased
        kept = np.flatnonzero(keep)
        found = compare_sides(sides, local[kept])
        said = kinds(found, partial_words=partial_words)
        related = np.flatnonzero((said != NONE) | retelling[kept])
        found, said, kept = found.take(related), said[related], kept[related]
        weights, local = Weights(sums[rows[kept]]), local[kept]
        return Compared(
            pairs=pairs[rows[kept]],
            by_runs=said,
            found=found,
            weights=weights,
            bigrams=sorted_overlaps(sides.neighbours, local),
            worn=_worn_words(background, pairs[rows[kept]], found),
            longest=longest_runs(sides, local, found, background.words, weights),
        )

    sizes = np.diff(background.offsets)
    parts: list[Compared] = []
    for rows, local, sides in in_groups(pairs, sizes, tokens_of, width=width, threads=threads):
        step = partial(look, rows=rows, local=local, sides=sides)
        parts.extend(spread(step, _cuts(len(rows)), threads=threads))
    return joined_compared(parts)


def _weighed(
    pairs: I64, by_runs: np.ndarray, background: Background, *, retold: bool, threads: int
) -> tuple[I64, np.ndarray]:
    """The rows of the pairs that are to be compared, and the sums of their Weights."""

    def step(part: slice) -> tuple[I64, np.ndarray]:
        weights = weigh(background.terms, pairs[part])
        kept = np.flatnonzero(by_runs[part] | (may_retell(weights) if retold else False))
        return part.start + kept, weights.sums[kept]

    done = list(spread(step, _cuts(len(pairs)), threads=threads))
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(rows for rows, _ in done)])
    return rows, np.concatenate([Weights.none().sums, *(sums for _, sums in done)])


def _cuts(count: int) -> list[slice]:
    """Parts of so many pairs, one for each step of a thread."""
    return chunks(np.ones(count, dtype=np.int64), _PAIRS)


def joined_compared(parts: list[Compared]) -> Compared:
    """The pairs of all parts, one part behind the other."""
    pairs = np.empty((0, 2), dtype=np.int64)
    nothing = np.empty(0, dtype=np.int64)
    return Compared(
        np.concatenate([pairs, *(part.pairs for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(part.by_runs for part in parts)]),
        joined([part.found for part in parts]),
        Weights(np.concatenate([Weights.none().sums, *(part.weights.sums for part in parts)])),
        np.concatenate([np.empty((0, 3), dtype=np.int64), *(part.bigrams for part in parts)]),
        np.concatenate([nothing, *(part.worn for part in parts)]),
        furniture.joined([part.longest for part in parts]),
    )


def _worn_words(background: Background, pairs: I64, found: Comparison) -> I64:
    """How many words of each pair's runs are well worn, int64 (pairs,)."""
    owners = np.repeat(np.arange(len(pairs)), np.diff(found.offsets))
    first = background.offsets[pairs[owners, 0]] + found.tiles[:, 0]
    places, offsets = spans_at(first, found.tiles[:, 2].astype(np.int64))
    of = np.repeat(owners, np.diff(offsets))
    return np.bincount(of, background.worn[places], len(pairs)).astype(np.int64)
