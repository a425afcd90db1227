"""The keys that stand more than once, of very many: runs of words, or any hashes.

Two passes over the keys: the first marks in a bitmap which occur twice, the second collects only
those, by ranges of keys. A range is dealt out by its highest bits, so that each part of it is
sorted in the processor's cache; what was taken for repeated by chance is then left out.

Time O(keys), memory one to two bytes a key for the bitmap and 16 a repeated key, 32 in the range
that is sorted; in a file where it is much (scratch.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedup.buckets import Repeats
from dedup.kernels import I32, I64, U64, kernel, spread
from dedup.ragged import Hashes, sizes_of
from dedup.scratch import Growing, Scratch, passed
from dedup.settings import DEFAULTS
from dedup.sorting import dealt, run_ends, run_starts, sort_spans

_WIDE = 28  # bits of a place in the bitmaps; where it has more, keys are collected in ranges
_RANGES = 4  # bits that tell ranges apart, at most: each has three files
_ENTRIES = 500_000  # keys that are looked at together
_SORTED = 1_000_000  # keys that are sorted together, about
_KINDS: tuple[type, ...] = (np.uint64, np.int32, np.int32)  # of the columns of Repeated

_Columns = tuple[U64, I32, I32]


@dataclass(frozen=True, eq=False, slots=True)
class Repeated:
    """The keys that stand more than once, sorted by key, then text.

    keys: uint64 (entries,). texts: int32 (entries,), the text of each.
    places: int32 (entries,), its number among the keys of that text.
    """

    keys: U64
    texts: I32
    places: I32


def repeated(
    parts: Sequence[slice],
    keys_of: Callable[[slice], Hashes],
    repeats: Repeats,
    *,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Repeated:
    """Collect the keys that are marked, and stand more than once.

    parts: positions of the texts, cut into consecutive slices from 0.
    keys_of: the keys of one part; called from several threads.
    repeats: where all of them are marked.
    scratch: where the columns of the keys stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    room = scratch or Scratch()
    ranges = min(max(0, repeats.bits - _WIDE), _RANGES)

    def again(part: slice) -> tuple[_Columns, list[int]]:
        held = keys_of(part)
        rows = repeats.positions(held.values)
        texts = np.searchsorted(held.offsets, rows, side="right") - 1
        places = (rows - held.offsets[texts]).astype(np.int32)
        columns = held.values[rows], (texts + part.start).astype(np.int32), places
        if not ranges:
            return columns, [0, len(rows)]
        return _dealt(columns, room, above=0, bits=ranges, threads=1)

    collected = [_Growing(room, alike=1 << ranges) for _ in range(1 << ranges)]
    for columns, bounds in spread(again, parts, threads=threads):
        for of_range, (first, last) in zip(collected, pairwise(bounds), strict=True):
            of_range.add_copied(columns, slice(first, last))
        passed()

    out = _Growing(room)
    for of_range in collected:
        for part in _ordered(of_range.whole(), ranges, room, threads=threads):
            out.add(part)
            passed()
    return Repeated(*out.whole())


def all_keys(held: Hashes) -> Repeated:
    """All keys of some texts, those that stand once among them."""
    sizes = sizes_of(held.offsets)
    texts = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    places = np.arange(len(texts)) - np.repeat(held.offsets[:-1], sizes)
    order = np.argsort(held.values, kind="stable")
    return Repeated(held.values[order], texts[order], places[order].astype(np.int32))


def in_slices(found: Repeated) -> list[slice]:
    """Slices of about _ENTRIES entries, or of one key."""
    at = np.arange(_ENTRIES, len(found.keys), _ENTRIES)
    cuts = np.searchsorted(found.keys, found.keys[at])
    cuts = cuts[np.diff(cuts, prepend=0) > 0]
    return [slice(a, b) for a, b in pairwise([0, *cuts.tolist(), len(found.keys)]) if b > a]


class _Growing:
    """The columns of one part behind those of the other."""

    def __init__(self, room: Scratch, *, alike: int = 1) -> None:
        """room: where they stand. alike: how many of these grow together."""
        self._held = [Growing(room, kind, alike=alike) for kind in _KINDS]

    def add(self, columns: _Columns) -> None:
        """Append a part."""
        for number, held in enumerate(self._held):
            held.add(columns[number])

    def add_copied(self, columns: _Columns, rows: slice) -> None:
        """Append some rows, without holding the others."""
        for number, held in enumerate(self._held):
            held.add(columns[number][rows].copy())

    def whole(self) -> _Columns:
        """All of them. They are empty then."""
        keys, texts, places = (held.whole() for held in self._held)
        return keys, texts, places


def _ordered(columns: _Columns, above: int, room: Scratch, *, threads: int) -> Iterator[_Columns]:
    """The entries whose keys stand more than once, sorted, some at a time.

    above: how many of the highest bits are the same in all keys.
    """
    count = len(columns[0])
    bits, bounds = (count // _SORTED).bit_length(), [0, count]
    if bits:
        columns, bounds = _dealt(columns, room, above=above, bits=bits, threads=threads)

    def ordered(span: tuple[int, int]) -> _Columns:
        own = slice(*span)
        keys, order = columns[0][own].copy(), np.empty(own.stop - own.start, dtype=np.int32)
        sort_spans(keys, order, np.array([0, len(keys)]))  # texts come in order, and keep it
        again = ~(run_starts(keys) & run_ends(keys))
        rows = order[again]
        return keys[again], columns[1][own][rows], columns[2][own][rows]

    return spread(ordered, pairwise(bounds), threads=threads if bits else 1)


def _dealt(
    columns: _Columns, room: Scratch, *, above: int, bits: int, threads: int
) -> tuple[_Columns, list[int]]:
    """Deal entries out by so many bits of their keys, and where each range of them begins.

    room: where they then stand. above: how many higher bits are the same in all keys. Within a
    range entries keep their order.
    """
    keys, texts, places = columns
    out: _Columns = (
        room.zeros(keys.shape, np.uint64), room.zeros(keys.shape, np.int32),
        room.zeros(keys.shape, np.int32),
    )  # fmt: skip
    left, right = np.uint64(above), np.uint64(64 - bits)

    def deal(own: slice, ends: I64, counting: bool) -> None:
        _deal(keys[own], texts[own], places[own], left, right, ends, counting, *out)
        passed()

    return out, dealt(len(keys), 1 << bits, deal, threads=threads)


@kernel
def _deal(
    keys: U64, texts: I32, places: I32, left: np.uint64, right: np.uint64, ends: I64,
    counting: bool, out_keys: U64, out_texts: I32, out_places: I32,
) -> None:  # fmt: skip
    """Count the entries of each range into `ends`; or write each where its range has come to."""
    for i in range(len(keys)):
        number = (keys[i] << left) >> right
        at = ends[number]
        if not counting:
            out_keys[at], out_texts[at], out_places[at] = keys[i], texts[i], places[i]
        ends[number] = at + 1
