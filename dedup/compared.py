"""Candidate pairs compared: those that cannot match are screened out, the others are counted.

A candidate is compared if it shares runs enough for a copy, or weight enough of words for a
retelling; of the compared, those that are plainly unrelated are left out.

Time O(words) a pair; memory that of one group of texts (sides.py), for what is kept is handed on
some pairs at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from dedup.background import Background
from dedup.compare import Comparison, compare_sides
from dedup.furniture import LongestRuns, longest_runs
from dedup.kernels import I32, I64, U8, slices, spread
from dedup.kinds import LEAST_RUN, NONE, kinds
from dedup.overlap import sorted_overlaps
from dedup.ragged import sizes_of, spans_at
from dedup.scratch import passed, release
from dedup.screen import Outlines, in_common, may_share
from dedup.settings import DEFAULTS
from dedup.sides import Sides, in_groups
from dedup.terms import Terms
from dedup.tokens import Tokens
from dedup.weigh import Weights, may_retell, retelling, weigh

_PAIRS, _LOOKED = 50_000, 16_000  # that a thread screens, and compares, at a time
_FEW = 1_000  # texts: what leaves some of their pairs out sooner is not worth compiling
UNPHRASED = 0.2  # weighted Jaccard similarity: pairs with less and no shared shingle retell nothing


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """Pairs that may be related, and what was counted of each.

    pairs: int64 (pairs, 2). by_runs: uint8 (pairs,), what the shared runs alone say.
    found: the comparison of each.
    runs: int64 (tiles, 4), the bytes of each tile: start and end in the left text, in the right.
    weights, bigrams, worn: as features.py takes them. longest: the longest run of each pair.
    """

    pairs: I64
    by_runs: U8
    found: Comparison
    runs: I64
    weights: Weights
    bigrams: I32
    worn: I32
    longest: LongestRuns

    def __len__(self) -> int:
        return len(self.pairs)


def compared(
    pairs: I64,
    by_runs: np.ndarray,
    tokens_of: Callable[[I64], Tokens],
    background: Background,
    *,
    outlines: Outlines | None = None,
    retold: bool = True,
    width: int = DEFAULTS.shingle,
    containment: float = DEFAULTS.containment,
    partial_words: int = DEFAULTS.partial_words,
    threads: int = DEFAULTS.threads,
) -> Iterator[Compared]:
    """Compare candidate pairs, int64 (pairs, 2), that may be related; some at a time.

    by_runs: bool (pairs,), those that runs in common may make a match.
    outlines: of the shingles of all texts; without them no pair is left out by its outlines.
    retold: whether any pair is a candidate for its words too.
    """
    least, few = least_shared(width), len(background.terms) < _FEW
    outlines = None if few else outlines

    def telling(held: Terms, own: I64) -> np.ndarray:
        return may_retell(weigh(held, own)) if few else retelling(held, own)

    def promising(part: slice) -> I64:
        alike = by_runs[part].copy()
        if outlines is not None:
            own = np.flatnonzero(alike)
            alike[own] = may_share(outlines, pairs[part][own], least=least, containment=containment)
        rest = np.flatnonzero(~alike)
        alike[rest] = retold and telling(background.terms, pairs[part][rest])
        rows: I64 = np.flatnonzero(alike) + part.start
        return rows

    found = [np.empty(0, dtype=np.int64)]
    for rows in spread(promising, slices(len(pairs), _PAIRS), threads=threads):
        found.append(rows)
        passed()
    chosen = np.concatenate(found)
    pairs, by_runs = pairs[chosen], by_runs[chosen]
    del found, chosen
    release()

    def look(part: slice, rows: I64, local: I64, sides: Sides) -> Compared:
        rows, local = rows[part], local[part]
        weights = weigh(background.terms, pairs[rows])
        told = related(
            sides, local, by_runs[rows], may_retell(weights), weights.jaccard, retold=retold,
            containment=containment, partial_words=partial_words,
        )  # fmt: skip
        own, local, weights = pairs[rows[told.rows]], local[told.rows], weights.take(told.rows)
        return Compared(
            pairs=own,
            by_runs=told.by_runs,
            found=told.found,
            runs=bytes_of(sides, local, told.found),
            weights=weights,
            bigrams=sorted_overlaps(sides.neighbours, local).astype(np.int32),
            worn=_worn_words(background, own, told.found),
            longest=longest_runs(sides, local, told.found, background.words, weights),
        )

    sizes = sizes_of(background.offsets)
    for rows, local, sides in in_groups(pairs, sizes, tokens_of, width=width, threads=threads):
        step = partial(look, rows=rows, local=local, sides=sides)
        yield from spread(step, slices(len(rows), _LOOKED), threads=threads)
        del step, sides  # before the next group is made ready
        release()


@dataclass(frozen=True, eq=False, slots=True)
class Related:
    """Pairs that may be related.

    rows: int64 (pairs,), their positions among those that were compared.
    by_runs, found: as in Compared.
    """

    rows: I64
    by_runs: U8
    found: Comparison


def related(
    sides: Sides,
    pairs: I64,
    by_runs: np.ndarray,
    retelling: np.ndarray,
    jaccard: np.ndarray,
    *,
    retold: bool = True,
    containment: float,
    partial_words: int,
) -> Related:
    """Compare pairs, int64 (pairs, 2), positions in `sides`, and leave out the unrelated.

    by_runs, retold: as `compared` takes them.
    retelling: bool (pairs,), those that have weight enough of words in common. jaccard: of the
        weights of their words, float (pairs,).
    """
    common = in_common(sides.shingles, pairs)
    share = containment * sides.distinct[pairs].min(axis=1, initial=2**31 - 1)
    keep = by_runs & ((common >= least_shared(sides.shingles.width)) | (common >= share))
    if retold:
        keep |= retelling & ((common > 0) | (jaccard >= UNPHRASED))
    kept = np.flatnonzero(keep)
    found = compare_sides(sides, pairs[kept])
    said = kinds(found, partial_words=partial_words)
    some = np.flatnonzero((said != NONE) | retelling[kept])
    if len(some) < len(kept):
        found, said, kept = found.take(some), said[some], kept[some]
    return Related(kept, said, found)


def least_shared(width: int) -> int:
    """How many shingles of `width` words the least run of a match has."""
    return max(1, LEAST_RUN - width + 1)


def bytes_of(sides: Sides, local: I64, found: Comparison) -> I64:
    """The bytes of every tile, int64 (tiles, 4); local: int64 (pairs, 2), positions in `sides`."""
    counts = sizes_of(found.offsets)
    out = np.empty((len(found.tiles), 4), dtype=np.int64)
    for side in range(2):
        first = np.repeat(sides.offsets[local[:, side]], counts) + found.tiles[:, side]
        out[:, 2 * side] = sides.starts[first]
        out[:, 2 * side + 1] = sides.ends[first + found.tiles[:, 2] - 1]
    return out


def _worn_words(background: Background, pairs: I64, found: Comparison) -> I32:
    """How many words of each pair's runs are well worn, int32 (pairs,)."""
    owners = np.repeat(np.arange(len(pairs)), sizes_of(found.offsets))
    first = background.offsets[pairs[owners, 0]] + found.tiles[:, 0]
    places, offsets = spans_at(first, found.tiles[:, 2].astype(np.int64))
    before = np.zeros(len(places) + 1, dtype=np.int32)
    np.cumsum(background.are_worn(places), out=before[1:])
    return before[offsets[found.offsets[1:]]] - before[offsets[found.offsets[:-1]]]
