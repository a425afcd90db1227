"""What one moment of the index holds in memory, as a reader sees it.

A view is made from a snapshot and never changes. From one moment to the next most of it stays: the
directories of segments are taken over, and only what was added since is read.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup.index import segments
from dedup.index.keys import ITEM_BITS, merged
from dedup.index.segments import Segment
from dedup.index.words import Counts
from dedup.kernels import U64

_RUNS = 4  # of recent postings, before the smaller ones are put together


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """One moment.

    generation: its number; each transaction makes a new one.
    meta: the counters. segments: by number.
    recent: sorted postings that are in no segment, the largest list first.
    last, base: the last row of `recent` that is in, and the row of `vocabulary` it stands on.
    counts: of the words.
    """

    generation: int
    meta: dict[str, Any]
    segments: tuple[Segment, ...]
    recent: tuple[U64, ...]
    last: int
    base: int
    counts: Counts

    @property
    def texts(self) -> int:
        """How many long texts there are."""
        return int(self.meta["texts"])

    def find(self, connection: sqlite3.Connection, keys: U64) -> U64:
        """The postings of some sorted keys, sorted."""
        found = [segments.among(held, keys) for held in self.recent]
        found.append(segments.find(connection, self.segments, keys))
        some = [held for held in found if len(held)]
        return merged(some) if some else keys[:0]

    def several(self, keys: U64) -> U64:
        """Those of some sorted keys that more than one posting may have."""
        told = segments.told(self.segments, keys).astype(np.int64)
        for held in self.recent:
            own = held >> np.uint64(ITEM_BITS)
            told += np.searchsorted(own, keys, "right") - np.searchsorted(own, keys, "left")
        return np.asarray(keys[told > 1])


def current(connection: sqlite3.Connection, known: View | None) -> View:
    """The view of the snapshot that a connection is in."""
    generation = connection.execute("SELECT value FROM meta WHERE name = 'generation'").fetchone()[
        0
    ]
    if known is not None and known.generation == generation:
        return known
    meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    base = connection.execute("SELECT coalesce(max(no), 0) FROM vocabulary").fetchone()[0]
    held = known.segments if known is not None else ()
    if known is not None and (known.base != base or known.generation > generation):
        known = None
    last, recent, counts = _recent(connection, known, int(meta["bits"]), base)
    found = tuple(segments.every(connection, held))
    return View(generation, meta, found, recent, last, base, counts)


def _recent(
    connection: sqlite3.Connection, known: View | None, bits: int, base: int
) -> tuple[int, tuple[U64, ...], Counts]:
    """What was added since a view, or since the base."""
    last, recent = 0, tuple[U64, ...]()
    if known is None:
        row = connection.execute(
            "SELECT slots, counts FROM vocabulary WHERE no = ?", (base,)
        ).fetchone()
        counts = Counts.unpack(row[0], row[1], bits) if row else Counts.none(bits)
    else:
        last, recent, counts = known.last, known.recent, known.counts
    rows = connection.execute(
        "SELECT no, postings, counts FROM recent WHERE no > ? ORDER BY no", (last,)
    ).fetchall()
    if not rows:
        return last, recent, counts
    postings = merged([np.frombuffer(row[1], np.uint64) for row in rows])
    changes = [_unpacked(row[2], bits) for row in rows]
    return rows[-1][0], _stacked(recent, postings), counts.plus(changes)


def packed_counts(counts: Counts) -> bytes:
    """Counts as one blob of `recent`."""
    slots, held = counts.pack()
    return slots + held


def _unpacked(held: bytes, bits: int) -> Counts:
    size = len(held) // 16
    return Counts.unpack(held[: 4 * size], held[4 * size :], bits)


def _stacked(lists: tuple[U64, ...], fresh: U64) -> tuple[U64, ...]:
    """Lists with one more, each at least _RUNS times as long as the next."""
    out = [*lists, fresh]
    while len(out) > 1 and len(out[-2]) < _RUNS * len(out[-1]):
        out[-2:] = [merged(out[-2:])]
    return tuple(out)
