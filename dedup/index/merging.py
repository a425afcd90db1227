"""Segments merged, a part at a time, so that a key is looked for in few of them.

Each sorted list is to have more than FAN times the postings of all smaller ones together; once one
has not, it is merged with them. So there are few lists: a key that stands in the index costs few
blocks, and a posting is written some eight times in its life, or five if many come at once. Where
as much comes at once as was there before, all lists are joined into one in the end.

What one transaction merges is bounded, since other writers wait for it: a step takes the next range
of keys, with about STEP postings, out of all lists and makes one segment of it. Those of one merge
are a run: one sorted list in parts. Between two steps the file is as good as before and after: what
is below the range that comes next stands in the new run alone, and what is not, in the old ones
(Segment.low). Within a step, keys are gone through in slices, and each slice's old blocks are given
back before the next, so that memory and file grow by a few slices only, and by the directories of
the new segments. The old ones' sieves are cut a quarter at a time: what is left is written anew.

O'Neil, Cheng, Gawlick and O'Neil, "The log-structured merge-tree", Acta Informatica 33, 1996 (lists
of growing size, merged a part at a time).
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from dedup.index import segments
from dedup.index.blocks import decode
from dedup.index.keys import ITEM_BITS, merged
from dedup.index.segments import TOP, Encoded, Segment, encoded
from dedup.kernels import U64, spread

FAN = 1.5
SMALLEST = 2**16  # postings: of what is kept in `recent`, until it becomes a segment
STEP = 2**25  # postings that one transaction merges, about
_OVER = 1.1  # times STEP may be merged, so that no small rest is left for a step of its own
_SLICE = 2**18  # postings


def tidy(connection: sqlite3.Connection, known: Sequence[Segment], *, threads: int) -> None:
    """After a segment was written: merge a part, if there is anything to be merged.

    known: segments that were read before.
    """
    held = segments.every(connection, known)
    merge(connection, [one for one in held if one.goal] or due(held), threads=threads)


def join(connection: sqlite3.Connection, known: Sequence[Segment], *, threads: int) -> None:
    """Merge the next part of all segments into one run, if there are several runs.

    known: segments that were read before.
    """
    held = segments.every(connection, known)
    if lists(held) > 1:
        merge(connection, [one for one in held if one.goal] or held, threads=threads)


def join_all(connection: sqlite3.Connection, *, threads: int) -> None:
    """Make one run of all segments."""
    held = segments.every(connection)
    while lists(held) > 1:
        join(connection, held, threads=threads)
        held = segments.every(connection, held)


def lists(held: Sequence[Segment]) -> int:
    """How many sorted lists segments are parts of."""
    return len({one.run for one in held})


def due(held: Sequence[Segment]) -> list[Segment]:
    """The segments of the runs that are to be merged now, if any: one of them and all smaller."""
    sizes: dict[int, int] = {}
    for segment in held:
        sizes[segment.run] = sizes.get(segment.run, 0) + segment.size
    runs = sorted(sizes, key=lambda run: (-sizes[run], run))
    rest = sum(sizes.values())
    for k, run in enumerate(runs[:-1]):
        rest -= sizes[run]
        if sizes[run] <= FAN * rest:
            return [segment for segment in held if segment.run in runs[k:]]
    return []


def merge(connection: sqlite3.Connection, held: Sequence[Segment], *, threads: int) -> None:
    """Merge the next part of some segments: all of what is not more than STEP postings.

    held: all segments that have one goal; or else whole runs, which are given one.
    """
    if not held:
        return
    goal = held[0].goal or segments.next_run(connection)
    low, size = min(one.low for one in held), sum(one.size for one in held)
    parts = max(1, math.ceil(size / (_OVER * STEP)))
    high = low + max(1, (TOP - low) // parts) if parts > 1 else TOP
    touched = [one for one in held if one.low < high]
    left = _merge_range(connection, touched, goal, low, high, threads)
    segments.drop(connection, [one for one in touched if one.high <= high])
    for segment in touched:
        if segment.high > high:
            _begin_at(connection, replace(segment, size=left[segment.no]), high)
    connection.executemany(
        "UPDATE directory SET goal = ? WHERE no = ?", [(goal, one.no) for one in held]
    )


def _merge_range(
    connection: sqlite3.Connection,
    held: Sequence[Segment],
    goal: int,
    low: int,
    high: int,
    threads: int,
) -> dict[int, int]:
    """Write the postings with low <= key < high as a segment of a run.

    How many each of `held` has left; what is below the last slice is given back.
    """
    left = {one.no: one.size for one in held}
    size = sum(int(one.size * _share(one, low, high)) for one in held)
    slices = max(1, -(-size // _SLICE))
    bounds = [low + (high - low) * k // slices for k in range(slices + 1)]

    def read() -> Iterator[_Slice]:
        for start, end in pairwise(bounds):
            own = [one for one in held if one.low < end and one.high > start]
            yield _Slice(start, end, {one.no: _blocks(connection, one, start, end) for one in own})

    def parts() -> Iterator[Encoded]:
        workers = threads if slices > 1 else 1
        for counts, part in spread(_Slice.joined, read(), threads=workers):
            for no, count in counts.items():
                left[no] -= count
            yield part

    segments.write(connection, parts(), size, run=goal, low=low, high=high)
    return left


@dataclass(frozen=True, eq=False, slots=True)
class _Slice:
    """The blocks of some segments in which postings with low <= key < high stand.

    blocks: by the number of the segment, with their heads.
    """

    low: int
    high: int
    blocks: dict[int, tuple[list[bytes], U64]]

    def joined(self) -> tuple[dict[int, int], Encoded]:
        """These postings as one list, and how many each segment has."""
        lists = {no: self._cut(decode(*held)) for no, held in self.blocks.items()}
        joined = merged([np.empty(0, dtype=np.uint64), *lists.values()])
        return {no: len(one) for no, one in lists.items()}, encoded(joined)

    def _cut(self, held: U64) -> U64:
        start = np.searchsorted(held, np.uint64(self.low << ITEM_BITS))
        if self.high == TOP:
            return held[start:]
        return held[start : np.searchsorted(held, np.uint64(self.high << ITEM_BITS))]


def _share(segment: Segment, low: int, high: int) -> float:
    """The part of a segment's keys that is in a range, about: they are hashes."""
    return (min(high, segment.high) - max(low, segment.low)) / (segment.high - segment.low)


def _blocks(
    connection: sqlite3.Connection, segment: Segment, low: int, high: int
) -> tuple[list[bytes], U64]:
    """The blocks with a range of keys, and their heads; those below are given back."""
    first, end = segment.block(low), segment.block(high) + 1
    segments.drop_blocks(connection, segment, 0, first)
    return segments.read(connection, segment, first, end), segment.heads[first:end]


def _begin_at(connection: sqlite3.Connection, segment: Segment, low: int) -> None:
    """Note that a segment holds nothing below a key any more, and give back what it held."""
    segments.drop_blocks(connection, segment, 0, segment.block(low))
    rest = segment.above(low)
    connection.execute(
        "UPDATE directory SET low = ?, size = ? WHERE no = ?", (low, rest.size, rest.no)
    )
    if rest.sieve is not segment.sieve:
        connection.execute(
            "UPDATE directory SET sieve = ?, twice = ? WHERE no = ?",
            (rest.sieve.data, rest.twice.data, rest.no),
        )
