"""Near-duplicate stories: whole stories that are mostly the same text.

Two stories are near-duplicates if the shorter one's shingles stand in the other to
`story_threshold` or more, counted exactly. They are looked for in two ways: by the passages already
found, each leading back to the story where it was first seen, and by an LSH over story signatures.
A story's signature needs no text: it is the least of its paragraphs' rows, slot by slot, since the
signature of a union is the minimum of the signatures.

A group is a star around its earliest story, as a family is; a story is a member of one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup.buckets import distinct
from dedup.kernels import I64, U32, chunks, kernel, spread
from dedup.minhash import EMPTY, Signatures
from dedup.overlap import overlaps
from dedup.settings import DEFAULTS
from dedup.shingles import Shingles
from dedup.sorting import run_starts

_LOOSE = 0.5  # of the share asked for: pairs whose passages come to less are not compared
JACCARD = 0.5  # of two stories, for the LSH
_BYTES = 6  # a word, about
_CHUNK = 4_000_000  # bytes of text compared by a thread at a time


@dataclass(frozen=True, eq=False, slots=True)
class AlikeStories:
    """Pairs of near-duplicate stories, sorted by the earlier, then the later.

    pairs: int64 (pairs, 2), stories; the left one was published first.
    shared, left, right: int64 (pairs,), distinct shingles in both, in the left, in the right.
    groups: int64 (pairs,), the earliest story that the right story is paired with: its group.
    """

    pairs: I64
    shared: I64
    left: I64
    right: I64
    groups: I64

    def __len__(self) -> int:
        return len(self.pairs)


def alike_stories(
    links: I64,
    weights: I64,
    words: I64,
    sketched: I64,
    shingles_of: Callable[[I64], Shingles],
    *,
    story_threshold: float = DEFAULTS.story_threshold,
    threads: int = DEFAULTS.threads,
) -> AlikeStories:
    """Find the near-duplicates.

    links: int64 (links, 2), for each recycled passage where it was first seen, and its own story.
    weights: int64 (links,), the words of each passage.
    words: int64 (stories,), the words of each story.
    sketched: int64 (pairs, 2), candidates by their signatures.
    shingles_of: the shingles of whole stories.
    """
    count = len(words)
    linked = _linked(links, weights, words, _LOOSE * story_threshold)
    pairs = distinct(np.concatenate((sketched, linked)), max(1, count))
    pairs, counts = nearly_same(
        pairs, words, shingles_of, story_threshold=story_threshold, threads=threads
    )
    return AlikeStories(pairs, counts[:, 0], counts[:, 1], counts[:, 2], _groups(pairs, count))


def nearly_same(
    pairs: I64,
    words: I64,
    shingles_of: Callable[[I64], Shingles],
    *,
    story_threshold: float,
    threads: int,
) -> tuple[I64, I64]:
    """Those of some pairs of stories that are near-duplicates, and their counts, int64 (pairs, 3).

    words, shingles_of: as `alike_stories` takes them.
    """

    def measure(chosen: I64) -> I64:
        stories, places = np.unique(chosen, return_inverse=True)
        return overlaps(shingles_of(stories), places.reshape(-1, 2))

    # Pairs of one long story stand together, so that it is cut into shingles once a chunk.
    lengths = words[pairs]
    longer = np.where(lengths[:, 0] >= lengths[:, 1], pairs[:, 0], pairs[:, 1])
    order = np.argsort(longer, kind="stable")
    weights = lengths.min(axis=1, initial=np.iinfo(np.int64).max)[order]
    fresh = run_starts(longer[order])
    weights = weights + np.where(fresh, words[longer[order]], 0)
    parts = chunks(weights * _BYTES, _CHUNK)
    measured = list(spread(measure, [pairs[order[part]] for part in parts], threads=threads))
    counts = np.empty((len(pairs), 3), dtype=np.int64)
    counts[order] = np.concatenate([np.empty((0, 3), dtype=np.int64), *measured])
    smaller = np.maximum(np.minimum(counts[:, 1], counts[:, 2]), 1)
    kept = np.flatnonzero(counts[:, 0] >= story_threshold * smaller)
    return pairs[kept], counts[kept]


def story_signatures(signatures: Signatures, texts: I64, bounds: I64) -> Signatures:
    """The signature of each story, from those of its texts."""
    rows = np.full((len(bounds) - 1, signatures.rows.shape[1]), EMPTY, dtype=np.uint32)
    _least(signatures.rows, texts, bounds, rows)
    return Signatures(rows, signatures.seed, signatures.width)


def _linked(links: I64, weights: I64, words: I64, share: float) -> I64:
    """Pairs of stories whose passages add up to `share` of the shorter one's words."""
    keep = links[:, 0] < links[:, 1]
    links, weights = links[keep], weights[keep]
    packed, inverse = np.unique(links[:, 0] * len(words) + links[:, 1], return_inverse=True)
    common = np.bincount(inverse, weights=weights, minlength=len(packed))
    pairs = np.stack((packed // len(words), packed % len(words)), axis=1)
    shorter = words[pairs].min(axis=1, initial=np.iinfo(np.int64).max)
    kept: I64 = pairs[common >= share * shorter]
    return kept


def _groups(pairs: I64, count: int) -> I64:
    """For each pair the earliest story that its right story is paired with."""
    head = np.full(count, count, dtype=np.int64)
    np.minimum.at(head, pairs[:, 1], pairs[:, 0])
    groups: I64 = head[pairs[:, 1]]
    return groups


@kernel
def _least(rows: U32, texts: I64, bounds: I64, out: U32) -> None:
    """Lower each story's row to the rows of its texts."""
    for story in range(len(out)):
        for p in range(bounds[story], bounds[story + 1]):
            if texts[p] >= 0:
                for k in range(out.shape[1]):
                    out[story, k] = min(out[story, k], rows[texts[p], k])
