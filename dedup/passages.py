"""Candidate pairs from keys that texts have in common: runs of words, or anything else.

Jaccard similarity does not see a short paragraph inside a long one, nor one copied sentence. A run
of `passage` words that stands in two texts does. Runs that many texts share are not dropped: they
make a large bucket, which pairs each text with the earliest only (buckets.py), while the rare runs
beside them pair it with every text that has them. So candidates grow with the words of the corpus.

A run that many texts share is well worn. It may be a stock phrase, or the frame of a template.

Two passes over the keys: the first marks in a bitmap which occur twice, the second collects only
those. Time O(words), memory a byte a word for the bitmaps and 20 bytes a repeated key; what the
first pass takes for repeated that is not stands in a file where it is much (scratch.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedup.buckets import Repeats, distinct, pairs_within
from dedup.kernels import I32, I64, U64, spread
from dedup.ragged import Hashes
from dedup.scratch import Growing, Scratch
from dedup.settings import DEFAULTS
from dedup.sorting import sort_spans

WORN = 9  # texts
_ENTRIES = 500_000  # keys that are looked at together
_SORTED = 1_000_000  # keys that are sorted together, about
_KINDS: tuple[type, ...] = (np.uint64, np.int32, np.int32)  # of the columns of Repeated
_HALF, _ONE = np.uint64(32), np.uint64(1)


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
    scratch: Scratch | None = None,
) -> Repeated:
    """Collect the keys that are marked; a few that stand once are, by chance.

    parts, keys_of: as `marked` takes them. scratch: where the columns of the keys stand.

    Raises:
        BadOutput: the disk has no room for them.
    """

    def again(part: slice) -> tuple[U64, I32, I32]:
        held = keys_of(part)
        rows = repeats.positions(held.values)
        texts = np.searchsorted(held.offsets, rows, side="right") - 1
        places = (rows - held.offsets[texts]).astype(np.int32)
        return held.values[rows], (texts + part.start).astype(np.int32), places

    room = scratch or Scratch()
    held = [Growing(room, kind) for kind in _KINDS]
    for found in spread(again, parts, threads=threads):
        for number, column in enumerate(held):
            column.add(found[number])
    values, owners, numbers = (column.whole() for column in held)
    return _sorted(values, owners, numbers, room, threads)


def _sorted(
    values: U64, texts: I32, places: I32, scratch: Scratch, threads: int = DEFAULTS.threads
) -> Repeated:
    """Sort the keys that stand more than once, a range of them at a time."""
    rows = _again(values)
    bits = np.uint64((len(rows) // _SORTED).bit_length())
    ranges = (values[rows] >> (_HALF + _HALF - bits - _ONE) >> _ONE).astype(np.uint16)

    def step(number: int) -> tuple[U64, I32, I32]:
        own = rows[ranges == number]
        keys, order = values[own], np.empty(len(own), dtype=np.int32)
        sort_spans(keys, order, np.array([0, len(own)]))  # texts come in order, and keep it
        own = own[order]
        return keys, texts[own], places[own]

    held = [Growing(scratch, kind) for kind in _KINDS]
    for found in spread(step, range(1 << int(bits)), threads=threads if bits else 1):
        for number, column in enumerate(held):
            column.add(found[number])
    return Repeated(*(column.whole() for column in held))


def _again(values: U64) -> I64:
    """Positions of the values that stand more than once, told by their other half.

    The first bitmap took an eighth of all keys for repeated that are not: this leaves an eighth.
    """
    repeats = Repeats(len(values))
    parts = [slice(first, first + _ENTRIES) for first in range(0, len(values), _ENTRIES)]
    for part in parts:
        repeats.add(_turned(values[part]))
    repeats.settle()
    kept = [part.start + repeats.positions(_turned(values[part])) for part in parts]
    return np.concatenate([np.empty(0, dtype=np.int64), *kept])


def _turned(values: U64) -> U64:
    return (values << _HALF) | (values >> _HALF)


def in_slices(found: Repeated, entries: int = 0) -> list[slice]:
    """Slices of about so many entries, _ENTRIES if it is not said, or of one key."""
    entries = entries or _ENTRIES
    at = np.arange(entries, len(found.keys), entries)
    cuts = np.searchsorted(found.keys, found.keys[at])
    cuts = cuts[np.diff(cuts, prepend=0) > 0]
    return [slice(a, b) for a, b in pairwise([0, *cuts.tolist(), len(found.keys)]) if b > a]


def pairs_of(found: Repeated, part: slice, count: int, *, bucket: int = DEFAULTS.bucket) -> I64:
    """Pairs of texts under the keys of a slice; otherwise as `candidates` gives them."""
    keys, texts = found.keys[part], found.texts[part]
    return distinct(pairs_within(keys, texts.astype(np.int64), bound=bucket, ordered=True), count)


def candidates(
    found: Repeated,
    count: int,
    *,
    bucket: int = DEFAULTS.bucket,
    threads: int = DEFAULTS.threads,
) -> I64:
    """Pairs of texts under one key, int64 (pairs, 2), each once, sorted, the lower first.

    count: of all texts.
    """

    def step(part: slice) -> I64:
        return pairs_of(found, part, count, bucket=bucket)

    parts = in_slices(found)
    pairs = spread(step, parts, threads=threads if len(parts) > 1 else 1)
    return distinct(np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs]), count)


def well_worn(
    found: Repeated,
    offsets: I64,
    *,
    width: int = DEFAULTS.passage,
    scratch: Scratch | None = None,
) -> np.ndarray:
    """The words that lie in a run which WORN texts or more have, bool (words,).

    found: of the runs of `width` words. offsets: int64 (texts + 1,), the words of each text.
    scratch: where the column stands.

    Raises:
        BadOutput: the disk has no room for it.
    """
    out = (scratch or Scratch()).zeros((int(offsets[-1]),), np.bool_)
    for part in in_slices(found):
        held, owners = found.keys[part], found.texts[part]
        keys = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.diff(held) != 0)))
        again = np.diff(owners, prepend=-1) != 0
        texts = np.bincount(keys, again | (np.diff(keys, prepend=-1) != 0))
        rows = np.flatnonzero(texts[keys] >= WORN)
        first = offsets[owners[rows]] + found.places[part][rows]
        last = offsets[owners[rows] + 1]
        for step in range(width):
            out[np.minimum(first + step, last - 1)] = True
    return out
