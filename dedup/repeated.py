"""The keys that stand more than once, of very many: runs of words, or any hashes.

Two passes over the keys: the first marks in a bitmap which occur twice, the second collects only
those. What it took for repeated by chance goes when they are sorted: they are dealt out by their
highest bits, so that each range of keys is looked at, and sorted, in the processor's cache.

Time O(keys), memory a byte a key for the bitmaps and 32 a repeated key while they are dealt out, 16
then; in a file where it is much (scratch.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedup.buckets import Repeats
from dedup.kernels import I32, I64, U64, kernel, spread
from dedup.ragged import Hashes
from dedup.scratch import Growing, Scratch, passed
from dedup.settings import DEFAULTS
from dedup.sorting import dealt, sort_spans

_ENTRIES = 500_000  # keys that are looked at together
_SORTED = 1_000_000  # keys that are sorted together, about
_KINDS: tuple[type, ...] = (np.uint64, np.int32, np.int32)  # of the columns of Repeated
_HALF = np.uint64(32)

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
    """Collect the keys that are marked; a few that stand once are, by chance.

    parts: positions of the texts, cut into consecutive slices from 0.
    keys_of: the keys of one part; called from several threads.
    repeats: where all of them are marked.
    scratch: where the columns of the keys stand.

    Raises:
        BadOutput: the disk has no room for them.
    """

    def again(part: slice) -> _Columns:
        held = keys_of(part)
        rows = repeats.positions(held.values)
        texts = np.searchsorted(held.offsets, rows, side="right") - 1
        places = (rows - held.offsets[texts]).astype(np.int32)
        return held.values[rows], (texts + part.start).astype(np.int32), places

    room = scratch or Scratch()
    columns = _gathered(spread(again, parts, threads=threads), room)
    bits = (len(columns[0]) // _SORTED).bit_length()
    bounds = [0, len(columns[0])]
    if bits:
        columns, bounds = _dealt(columns, bits, room, threads)

    def ordered(span: tuple[int, int]) -> _Columns:
        own = slice(*span)
        rows = _again(columns[0][own])
        keys, order = columns[0][own][rows], np.empty(len(rows), dtype=np.int32)
        sort_spans(keys, order, np.array([0, len(rows)]))  # texts come in order, and keep it
        rows = rows[order]
        return keys, columns[1][own][rows], columns[2][own][rows]

    threads = threads if bits else 1
    return Repeated(*_gathered(spread(ordered, pairwise(bounds), threads=threads), room))


def all_keys(held: Hashes) -> Repeated:
    """All keys of some texts, those that stand once among them."""
    sizes = np.diff(held.offsets)
    texts = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    places = np.arange(len(texts)) - np.repeat(held.offsets[:-1], sizes)
    order = np.argsort(held.values, kind="stable")
    return Repeated(held.values[order], texts[order], places[order].astype(np.int32))


def in_slices(found: Repeated, entries: int = 0) -> list[slice]:
    """Slices of about so many entries, _ENTRIES if it is not said, or of one key."""
    entries = entries or _ENTRIES
    at = np.arange(entries, len(found.keys), entries)
    cuts = np.searchsorted(found.keys, found.keys[at])
    cuts = cuts[np.diff(cuts, prepend=0) > 0]
    return [slice(a, b) for a, b in pairwise([0, *cuts.tolist(), len(found.keys)]) if b > a]


def _gathered(parts: Iterable[_Columns], room: Scratch) -> _Columns:
    """The columns of all parts, one part behind the other."""
    held = [Growing(room, kind) for kind in _KINDS]
    for part in parts:
        for number, column in enumerate(held):
            column.add(part[number])
        passed()
    keys, texts, places = (column.whole() for column in held)
    return keys, texts, places


def _dealt(columns: _Columns, bits: int, room: Scratch, threads: int) -> tuple[_Columns, list[int]]:
    """The same entries by the highest bits of their keys, and where each range of them begins.

    Within a range they keep their order.
    """
    keys, texts, places = columns
    out = tuple(room.zeros(keys.shape, kind) for kind in _KINDS)

    def deal(own: slice, ends: I64, counting: bool) -> None:
        _deal(keys[own], texts[own], places[own], np.uint64(64 - bits), ends, counting, *out)
        passed()

    bounds = dealt(len(keys), 1 << bits, deal, threads=threads)
    return (out[0], out[1], out[2]), bounds


@kernel
def _deal(
    keys: U64, texts: I32, places: I32, shift: np.uint64, ends: I64, counting: bool,
    out_keys: U64, out_texts: I32, out_places: I32,
) -> None:  # fmt: skip
    """Count the entries of each range into `ends`; or write each where its range has come to."""
    for i in range(len(keys)):
        number = keys[i] >> shift
        at = ends[number]
        if not counting:
            out_keys[at], out_texts[at], out_places[at] = keys[i], texts[i], places[i]
        ends[number] = at + 1


def _again(keys: U64) -> I64:
    """Positions of the keys that stand more than once, and of an eighth of the others.

    They are told by their lower half: by the upper one they were told before.
    """
    turned = (keys << _HALF) | (keys >> _HALF)
    repeats = Repeats(len(keys))
    repeats.add(turned)
    return repeats.positions(turned)
