"""Near-duplicate pairs of any texts: the job that MinHash LSH libraries do, with exact results.

Each text becomes the set of its runs of `shingle` words, folded as tokens.py says; two texts are
near-duplicates if the Jaccard similarity of their sets is `threshold` or more. An LSH proposes
pairs, built to find the share `recall` of those right at the threshold and more of those above it;
every pair is then counted, so that none is reported that is not one, and each with its exact
similarity.

Texts of equal words are found apart from the LSH, all of them. Copies of one text are pairs each
with each up to COPIES of them. Of a text that stands more often, every copy is paired with the
first only, and the first alone stands for it in pairs with other texts; `total` counts what is
left out. And a bucket of the LSH of more than `bucket` unlike texts pairs each with its earliest.
So time and memory grow with the texts and never with their square.

A text without words is near nothing.

Time O(bytes + shingles * permutations), memory 120 bytes a text beside the texts, and 24 a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from dedup import lsh
from dedup.buckets import pairs_within
from dedup.folding import FoldTables
from dedup.kernels import I32, I64, chunks, spread
from dedup.overlap import in_order, sorted_overlaps
from dedup.ragged import sizes_of
from dedup.settings import CLASSIC, Settings
from dedup.shingles import Shingles, joined, shingle
from dedup.sketch import Sketcher, Sketches
from dedup.strings import Strings, strings
from dedup.texts import Equals, equals
from dedup.tokens import tokenise

COPIES = 32
_HELD = 1 << 25  # words, about, whose shingles are held at a time for comparing: 256 MB
_CUT = 1 << 17  # words that a thread cuts into shingles at a time
_COMPARED = 1 << 15  # pairs that a thread compares at a time

Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False, slots=True)
class Pairs:
    """Pairs of near-duplicates, sorted; iterated, they are (left, right, jaccard).

    left, right: int64 (pairs,), positions of texts, left < right.
    jaccard: float64 (pairs,), exact.
    texts: how many texts there were.
    total: how many pairs there are with those that are left out where a text stands more than
        COPIES times. It is exact but for pairs that the LSH did not find.
    hot: int64 (texts, 2), the first place of each such text, and how often it stands.
    settings: what they were found with.
    """

    left: I64
    right: I64
    jaccard: np.ndarray
    texts: int
    total: int
    hot: I64
    settings: Settings

    def __post_init__(self) -> None:
        for column in (self.left, self.right, self.jaccard, self.hot):
            column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.left)

    def __iter__(self) -> Iterator[tuple[int, int, float]]:
        for first in range(0, len(self), _COMPARED):
            part = slice(first, first + _COMPARED)
            columns = self.left[part], self.right[part], self.jaccard[part]
            yield from zip(*(column.tolist() for column in columns), strict=True)

    @property
    def kept(self) -> I64:
        """Positions of the texts that are near none before them: the corpus without duplicates."""
        keep = np.ones(self.texts, dtype=bool)
        keep[self.right] = False
        return np.flatnonzero(keep)

    @property
    def expected_recall(self) -> float:
        """The share of pairs at the threshold that the LSH was expected to find."""
        return lsh.expected_recall(_bands(self.settings), self.settings.threshold)


def near_duplicates(
    texts: Any,
    *,
    threshold: float = CLASSIC.threshold,
    shingle: int = CLASSIC.shingle,
    permutations: int = CLASSIC.permutations,
    recall: float = CLASSIC.recall,
    bucket: int = CLASSIC.bucket,
    min_words: int = CLASSIC.min_words,
    seed: int = CLASSIC.seed,
    threads: int = CLASSIC.threads,
) -> Pairs:
    """Find the pairs of texts whose word shingles have a Jaccard similarity of `threshold` or more.

    texts: `str` objects, a column of Arrow, pandas or Polars, or a Corpus.
    shingle: words a shingle. min_words: texts of fewer are near nothing.
    permutations, recall, bucket, seed: of the search, see the module and Settings.
    threads: 0 is one a core. It changes no result.

    Raises:
        BadInput: something in `texts` is no text.
        BadSetting: a number is outside its range, or `recall` cannot be met.
    """
    chosen = Settings(
        threshold=threshold,
        shingle=shingle,
        permutations=permutations,
        recall=recall,
        bucket=bucket,
        min_words=min_words,
        seed=seed,
        threads=threads,
    )
    return search(strings(texts), chosen)


def search(given: Strings, settings: Settings, tell: Progress | None = None) -> Pairs:
    """Find the pairs in texts, told by `tell` how far it is."""
    told = tell or _silent
    told("sketches", 0.2)
    tables = FoldTables()
    sketches = _sketched(given, tables, settings)
    worded = np.flatnonzero(sketches.words >= settings.min_words)
    equal = equals(sketches.fingerprints[worded])
    first = worded[equal.members[equal.offsets[:-1]]]
    told("candidates", 0.6)
    found = _candidates(sketches, first, settings)
    told("pairs", 0.75)
    sizes = sketches.words[first]
    del sketches
    found, jaccard = _verified(given, first, sizes, found, tables, settings)
    told("done", 1.0)
    return _expanded(found, jaccard, worded, equal, len(given), settings)


def _silent(step: str, share: float) -> None:
    pass


def _bands(settings: Settings) -> list[int]:
    return lsh.bands(settings.permutations, threshold=settings.threshold, recall=settings.recall)


def _sketched(given: Strings, tables: FoldTables, settings: Settings) -> Sketches:
    rows = _bands(settings)
    sketcher = Sketcher(
        width=settings.shingle, permutations=settings.permutations, seed=settings.seed, rows=rows
    )
    out = Sketches.room(len(given), len(rows))

    def fill(part: slice) -> None:
        buffer, starts, ends = given.bytes_of(part)
        sketcher.fill(buffer, starts, ends, tables.of(buffer, starts, ends), out, part.start)

    for _ in spread(fill, given.parts(), threads=settings.threads):
        pass
    return out


def _candidates(sketches: Sketches, first: I64, settings: Settings) -> I64:
    """Pairs of distinct texts that share a key in a band."""
    every = len(first) == sketches.keys.shape[1]
    return lsh.agreeing(
        list(sketches.keys),
        chosen=None if every else first,
        bucket=settings.bucket,
        threads=settings.threads,
    )


def _verified(
    given: Strings, first: I64, words: I32, pairs: I64, tables: FoldTables, settings: Settings
) -> tuple[I64, np.ndarray]:
    """The candidates that are pairs, and their similarity.

    The texts that are candidates are cut into blocks, and pairs compared a pair of blocks at a
    time, so that the shingles of two blocks are all that is held.
    """
    involved = np.flatnonzero(np.bincount(pairs.reshape(-1), minlength=len(first)))
    blocks = chunks(words[involved].astype(np.int64), _HELD)
    bounds = np.array([0, *(block.stop for block in blocks)])
    place = np.empty(len(first), dtype=np.int64)
    place[involved] = np.arange(len(involved))
    places = place[pairs]
    of = np.searchsorted(bounds, places, side="right") - 1
    jaccard = np.empty(len(pairs))

    def shingles_of(chosen: I64) -> Shingles:
        buffer, starts, ends = given.bytes_of(first[chosen])
        tokens = tokenise(buffer, starts, ends, tables.of(buffer, starts, ends))
        return in_order(shingle(tokens, width=settings.shingle))

    @lru_cache(maxsize=2)
    def held(block: int) -> Shingles:
        chosen = involved[blocks[block]]
        parts = chunks(words[chosen].astype(np.int64), _CUT)
        cut = spread(shingles_of, [chosen[part] for part in parts], threads=settings.threads)
        return joined(list(cut))

    for left in range(len(blocks)):
        for right in range(left, len(blocks)):
            rows = np.flatnonzero((of[:, 0] == left) & (of[:, 1] == right))
            if not len(rows):
                continue
            shingles = held(left) if left == right else joined([held(left), held(right)])
            shift = [bounds[left], bounds[right] - (right > left) * len(held(left))]
            own = places[rows] - np.array(shift)

            def measure(part: slice, shingles: Shingles = shingles, own: I64 = own) -> np.ndarray:
                shared, *sizes = sorted_overlaps(shingles, own[part]).T
                return np.asarray(shared / (sizes[0] + sizes[1] - shared))

            parts = chunks(np.ones(len(rows), dtype=np.int64), _COMPARED)
            measured = spread(measure, parts, threads=settings.threads)
            jaccard[rows] = np.concatenate(list(measured))
    kept = np.flatnonzero(jaccard >= settings.threshold)
    return pairs[kept], jaccard[kept]


def _expanded(
    pairs: I64, jaccard: np.ndarray, worded: I64, equal: Equals, texts: int, settings: Settings
) -> Pairs:
    """Pairs of distinct texts as pairs of all texts, and the copies of each."""
    sizes = sizes_of(equal.offsets)
    shown = np.where(sizes > COPIES, 1, sizes)
    times = shown[pairs].prod(axis=1)
    rows = np.repeat(np.arange(len(pairs)), times)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    lefts, rights = pairs[rows, 0], pairs[rows, 1]
    nth_left, nth_right = np.divmod(inside, shown[rights])
    unlike = np.stack(
        (
            equal.members[equal.offsets[lefts] + nth_left],
            equal.members[equal.offsets[rights] + nth_right],
        ),
        axis=1,
    )
    unlike.sort(axis=1)
    again = np.flatnonzero(sizes[equal.of[equal.members]] > 1)
    again = equal.members[again]
    alike = pairs_within(equal.of[again].astype(np.uint64), again, bound=COPIES, ordered=True)
    both = worded[np.concatenate((unlike, alike))]
    order = np.argsort(both[:, 0] * texts + both[:, 1])
    hot = np.flatnonzero(sizes > COPIES)
    total = int(sizes[pairs].prod(axis=1).sum()) + int((sizes * (sizes - 1) // 2).sum())
    return Pairs(
        left=both[order, 0],
        right=both[order, 1],
        jaccard=np.concatenate((jaccard[rows], np.ones(len(alike))))[order],
        texts=texts,
        total=total,
        hot=np.stack((worded[equal.members[equal.offsets[hot]]], sizes[hot]), axis=1),
        settings=settings,
    )
