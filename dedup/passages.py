"""Candidate pairs from keys that texts have in common: runs of words, or anything else.

Jaccard similarity does not see a short paragraph inside a long one, nor one copied sentence. A run
of `passage` words that stands in two texts does. Runs that many texts share are not dropped: they
make a large bucket, which pairs each text with the earliest only (buckets.py), while the rare runs
beside them pair it with every text that has them. So candidates grow with the words of the corpus.

A run that many texts share is well worn. It may be a stock phrase, or the frame of a template.

Two passes over the keys: the first marks in a bitmap which occur twice, the second collects only
those. Time O(words), memory a byte a word for the bitmaps and 20 bytes a repeated key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedup.buckets import Repeats, distinct, pairs_within
from dedup.kernels import I32, I64, U64, spread
from dedup.ragged import Hashes
from dedup.settings import DEFAULTS
from dedup.sorting import sort_spans

WORN = 9  # texts
_HALF = np.uint64(32)


@dataclass(frozen=True, eq=False, slots=True)
class Repeated:
    """The keys that stand more than once, sorted by key, then text.

    keys: uint64 (entries,). texts: int32 (entries,), the text of each.
    places: int32 (entries,), its number among the keys of that text.
    """

    keys: U64
    texts: I32
    places: I32


def marked(
    parts: Sequence[slice],
    keys_of: Callable[[slice], Hashes],
    *,
    keys: int,
    threads: int = DEFAULTS.threads,
) -> Repeats:
    """Mark which keys stand more than once.

    parts: positions of the texts, cut into consecutive slices from 0.
    keys_of: the keys of one part; called from several threads.
    keys: how many there are of all texts together, for the size of the bitmaps.
    """
    repeats = Repeats(keys)
    for held in spread(keys_of, parts, threads=threads):
        repeats.add(held.values)
    repeats.settle()
    return repeats


def repeated(
    parts: Sequence[slice],
    keys_of: Callable[[slice], Hashes],
    repeats: Repeats,
    *,
    threads: int = DEFAULTS.threads,
) -> Repeated:
    """Collect the keys that are marked; a few that stand once are, by chance.

    parts, keys_of: as `marked` takes them.
    """

    def again(part: slice) -> tuple[U64, I32, I32]:
        held = keys_of(part)
        rows = repeats.positions(held.values)
        texts = np.searchsorted(held.offsets, rows, side="right") - 1
        places = (rows - held.offsets[texts]).astype(np.int32)
        return held.values[rows], (texts + part.start).astype(np.int32), places

    found = list(spread(again, parts, threads=threads))
    values = np.concatenate([np.empty(0, dtype=np.uint64), *(one[0] for one in found)])
    texts = np.concatenate([np.empty(0, dtype=np.int32), *(one[1] for one in found)])
    places = np.concatenate([np.empty(0, dtype=np.int32), *(one[2] for one in found)])
    del found
    rows = _again(values)
    values, texts, places = values[rows], texts[rows], places[rows]
    order = np.empty(len(values), dtype=np.int32)
    sort_spans(values, order, np.array([0, len(values)]))  # texts come in order, and keep it
    return Repeated(values, texts[order], places[order])


def _again(values: U64) -> I64:
    """Positions of the values that stand more than once, told by their other half.

    The first bitmap took an eighth of all keys for repeated that are not: this leaves an eighth.
    """
    turned = (values << _HALF) | (values >> _HALF)
    repeats = Repeats(len(values))
    repeats.add(turned)
    return repeats.positions(turned)


def in_slices(found: Repeated, entries: int) -> list[slice]:
    """Slices of about so many entries, or of one key."""
    at = np.arange(entries, len(found.keys), entries)
    cuts = np.searchsorted(found.keys, found.keys[at])
    cuts = cuts[np.diff(cuts, prepend=0) > 0]
    return [slice(a, b) for a, b in pairwise([0, *cuts.tolist(), len(found.keys)]) if b > a]


def pairs_of(found: Repeated, part: slice, count: int, *, bucket: int = DEFAULTS.bucket) -> I64:
    """Pairs of texts under the keys of a slice; otherwise as `candidates` gives them."""
    keys, texts = found.keys[part], found.texts[part]
    return distinct(pairs_within(keys, texts.astype(np.int64), bound=bucket, ordered=True), count)


def candidates(found: Repeated, count: int, *, bucket: int = DEFAULTS.bucket) -> I64:
    """Pairs of texts under one key, int64 (pairs, 2), each once, sorted, the lower first.

    count: of all texts.
    """
    return pairs_of(found, slice(0, len(found.keys)), count, bucket=bucket)


def well_worn(found: Repeated, offsets: I64, *, width: int = DEFAULTS.passage) -> np.ndarray:
    """The words that lie in a run which WORN texts or more have, bool (words,).

    found: of the runs of `width` words. offsets: int64 (texts + 1,), the words of each text.
    """
    out = np.zeros(int(offsets[-1]), dtype=np.bool_)
    if not len(found.keys):
        return out
    keys = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.diff(found.keys) != 0)))
    again = np.diff(found.texts, prepend=-1) != 0
    texts = np.bincount(keys, again | (np.diff(keys, prepend=-1) != 0))
    rows = np.flatnonzero(texts[keys] >= WORN)
    first = offsets[found.texts[rows]] + found.places[rows]
    last = offsets[found.texts[rows] + 1]
    for step in range(width):
        out[np.minimum(first + step, last - 1)] = True
    return out
