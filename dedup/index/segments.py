"""Postings on disk: sorted segments that are written once.

A segment is a run of blocks (blocks.py), a directory that says with which posting each begins, and
a sieve of its keys (sieve.py). Directory and sieve stay in memory, about ten bits a key. To look
up keys, those that the sieve lets through are searched in the directory, and their blocks are read:
a key that stands nowhere costs no reading, as a rule; one that is there costs a block a segment. So
they are merged, and each is asked only for the keys of its range (merging.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from dedup.index import sieve
from dedup.index.blocks import decode, encode, pick
from dedup.index.keys import ITEM_BITS, KEY_BITS, LARGEST
from dedup.kernels import I64, U8, U64, kernel, read_only

TOP = 2**KEY_BITS  # above every key
_DEEP = 4  # blocks of one key that are read, of a segment
_PIECE = 2**20  # bytes
_SHIFT = np.uint64(ITEM_BITS)
_ITEM = np.uint64(LARGEST)
_HIGHEST = np.uint64(2**64 - 1)


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """What stays in memory of a segment.

    run: segments of one run are parts of one sorted list, each of another range of keys.
    goal: the run that it is being merged into, or 0.
    low, high: it is asked for keys with low <= key < high; what stood below has been merged.
    first: the number of its first block; the others follow.
    heads: uint64 (blocks,), the first posting of each.
    sieve: of all keys from `low` on; twice: of those that several postings have.
    """

    no: int
    run: int
    goal: int
    low: int
    high: int
    size: int
    first: int
    heads: U64
    sieve: U64
    twice: U64

    def own(self, keys: U64) -> U64:
        """Those of some sorted keys that it is asked for."""
        if self.low == 0 and self.high == TOP:
            return keys
        bounds = np.array([self.low, self.high], dtype=np.uint64)
        start, end = np.searchsorted(keys, bounds).tolist()
        return keys[start:end]

    def above(self, low: int) -> Segment:
        """What is left of it once what stood below a key has been merged."""
        bits, twice = sieve.above(self.sieve, low), sieve.above(self.twice, low)
        if bits is self.sieve and twice is self.twice:
            return replace(self, low=low)
        return replace(self, low=low, sieve=read_only(bits), twice=read_only(twice))

    def block(self, key: int) -> int:
        """The first block in which this key or a higher one may stand."""
        posting = np.uint64(min(key << ITEM_BITS, 2**64 - 1))
        return max(0, int(np.searchsorted(self.heads, posting)) - 1)


def every(connection: sqlite3.Connection, known: Iterable[Segment] = ()) -> list[Segment]:
    """All segments of an index, by number; of those that are known only what changes is read."""
    held = {segment.no: segment for segment in known}
    out = []
    for no, run, goal, low, size in connection.execute(
        "SELECT no, run, goal, low, size FROM directory ORDER BY no"
    ).fetchall():
        segment = held.get(no)
        if segment is None or segment.low > low:  # known as it is later than this snapshot
            segment = load(connection, no)
        if (segment.goal, segment.low) != (goal, low):
            segment = replace(segment.above(low), run=run, goal=goal, size=size)
        out.append(segment)
    return out


def load(connection: sqlite3.Connection, no: int) -> Segment:
    """Take a segment's directory into memory."""
    run, goal, low, high, size, first = connection.execute(
        "SELECT run, goal, low, high, size, first FROM directory WHERE no = ?", (no,)
    ).fetchone()
    heads, bits, twice = (_column(connection, name, no) for name in ("heads", "sieve", "twice"))
    return Segment(no, run, goal, low, high, size, first, heads, bits, twice)


def _column(connection: sqlite3.Connection, name: str, no: int) -> U64:
    """An array of a segment, read in pieces: a row that is fetched is there three times."""
    with connection.blobopen("directory", name, no, readonly=True) as blob:
        out = np.empty(len(blob) // 8, dtype=np.uint64)
        held = memoryview(out.view(np.uint8).data)
        for start in range(0, len(held), _PIECE):
            piece = blob.read(_PIECE)
            held[start : start + len(piece)] = piece
    return read_only(out)


def find(connection: sqlite3.Connection, held: Sequence[Segment], keys: U64) -> U64:
    """The postings of some sorted keys in segments; of each key no more than a few blocks."""
    room, count = _DEEP * len(keys) * len(held), 0
    numbers, bounds = np.empty(room, dtype=np.int64), np.empty((2, room), dtype=np.uint64)
    for segment in held:
        count = _wanted(
            segment.sieve, segment.heads, segment.first, segment.own(keys), count, numbers, bounds
        )
    if not count:
        return keys[:0]
    order = np.argsort(numbers[:count])  # as the rows come
    data = _data(connection, numbers[order])
    return pick(data, bounds[0, order], bounds[1, order], keys)


def told(held: Sequence[Segment], keys: U64) -> np.ndarray:
    """How many postings there seem to be of each key, up to two a segment; uint8 (keys,)."""
    out = np.zeros(len(keys), dtype=np.uint8)
    for segment in held:
        own = segment.own(keys)
        at = 0 if len(own) == len(keys) else int(np.searchsorted(keys, np.uint64(segment.low)))
        _tell(segment.sieve, segment.twice, own, out[at : at + len(own)])
    return out


@kernel
def _tell(bits: U64, twice: U64, keys: U64, out: U8) -> None:
    """Add one for each key that a segment may have, and one if several postings may have it."""
    for i in range(len(keys)):
        if sieve.lets(bits, keys[i]):
            out[i] += np.uint8(1)
            if sieve.lets(twice, keys[i]):
                out[i] += np.uint8(1)


@kernel
def _wanted(
    bits: U64, heads: U64, number: int, keys: U64, count: int, numbers: I64, bounds: U64
) -> int:
    """Write which blocks may hold one of some sorted keys, each once; how many with those before.

    number: of the first block. numbers: of the blocks. bounds: the head of each, and the one behind
    it, which no posting of the block is above.
    """
    last = np.int64(-1)
    for i in range(len(keys)):
        if not sieve.lets(bits, keys[i]):
            continue
        low, high = np.int64(0), np.int64(len(heads))
        while low < high:  # the first block that begins with this key or a later one
            middle = (low + high) >> 1
            if heads[middle] >> _SHIFT < keys[i]:
                low = middle + 1
            else:
                high = middle
        block = max(low - 1, np.int64(0))
        for _ in range(_DEEP):
            if block >= len(heads) or heads[block] >> _SHIFT > keys[i]:
                break
            if block > last:
                numbers[count], bounds[0, count] = number + block, heads[block]
                bounds[1, count] = heads[block + 1] if block + 1 < len(heads) else _HIGHEST
                count += 1
                last = block
            block += 1
    return count


def passing(segment: Segment, postings: U64) -> np.ndarray:
    """Which postings' keys a segment's sieve lets through, bool."""
    return sieve.passing(segment.sieve, postings >> _SHIFT)


def among(postings: U64, keys: U64) -> U64:
    """As `find`, of postings in memory, sorted."""
    if not len(postings) or not len(keys):
        return postings[:0]
    low = np.searchsorted(postings, keys << _SHIFT)
    high = np.searchsorted(postings, (keys << _SHIFT) | _ITEM, side="right")
    hits = np.flatnonzero(high > low)
    if not len(hits):
        return postings[:0]
    return np.concatenate([postings[a:b] for a, b in zip(low[hits], high[hits], strict=True)])


def blocks(connection: sqlite3.Connection, segment: Segment, chosen: I64) -> U64:
    """The postings of some blocks of a segment."""
    return decode(_data(connection, chosen + segment.first), segment.heads[chosen])


def read(connection: sqlite3.Connection, segment: Segment, start: int, end: int) -> list[bytes]:
    """Some blocks of a segment that follow on one another."""
    rows = connection.execute(
        "SELECT data FROM block WHERE no >= ? AND no < ? ORDER BY no",
        (segment.first + start, segment.first + end),
    ).fetchall()
    return [row[0] for row in rows]


def _data(connection: sqlite3.Connection, numbers: I64) -> list[bytes]:
    rows = connection.execute(
        "SELECT data FROM json_each(?) CROSS JOIN block ON no = value",
        (json.dumps(numbers.tolist()),),
    ).fetchall()
    return [row[0] for row in rows]


def postings(connection: sqlite3.Connection, segment: Segment) -> Iterator[U64]:
    """All postings of a segment that it is asked for, in order, in parts."""
    start, end = segment.block(segment.low), len(segment.heads)
    for first in range(start, end, 1024):
        last = min(first + 1024, end)
        held = decode(read(connection, segment, first, last), segment.heads[first:last])
        yield held[np.searchsorted(held, np.uint64(segment.low << ITEM_BITS)) :]


class Encoded(NamedTuple):
    """Sorted postings as blocks, and the head of each."""

    postings: U64
    blocks: list[bytes]
    heads: U64


def encoded(postings: U64) -> Encoded:
    """Sorted postings as they are stored."""
    return Encoded(postings, *encode(postings))


def write(
    connection: sqlite3.Connection,
    parts: Iterable[Encoded],
    size: int,
    *,
    run: int = 0,
    low: int = 0,
    high: int = TOP,
) -> int:
    """Store sorted postings, given in parts, as a segment; its number, or 0 if there is none.

    size: about how many there are, for the sieve. run: to which it belongs; 0 is one of its own.
    low, high: the range of their keys.
    """
    sieves = _Sieves(size, low, high)
    heads, count, first = [np.empty(0, dtype=np.uint64)], 0, 0
    for part in parts:
        sieves.add(part.postings)
        if not first and part.blocks:
            first = 1 + connection.execute("SELECT coalesce(max(no), 0) FROM block").fetchone()[0]
        start = first + sum(map(len, heads))
        rows = enumerate(part.blocks, start)
        connection.executemany("INSERT INTO block (no, data) VALUES (?, ?)", rows)
        heads.append(part.heads)
        count += len(part.postings)
    if not count:
        return 0
    stored = connection.execute(
        "INSERT INTO directory (run, goal, low, high, size, first, heads, sieve, twice)"
        " VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)",
        (run or next_run(connection), low, high, count, first,
         np.concatenate(heads).data, *(one.data for one in sieves.whole())),
    )  # fmt: skip
    return int(stored.lastrowid or 0)


class _Sieves:
    """The two sieves of a segment, while its postings come in order."""

    def __init__(self, size: int, low: int, high: int) -> None:
        """As `write` takes them."""
        self._range = low, high
        self._all = sieve.empty(size, low, high)
        self._again = [np.empty(0, dtype=np.uint64)]
        self._last = np.empty(0, dtype=np.uint64)

    def add(self, postings: U64) -> None:
        """Let the keys of some more through."""
        keys = np.concatenate((self._last, postings >> _SHIFT))
        sieve.add(self._all, keys)
        self._again.append(keys[1:][keys[1:] == keys[:-1]])
        self._last = keys[-1:]

    def whole(self) -> tuple[U64, U64]:
        """That of all keys, and that of those that came again."""
        repeated = np.concatenate(self._again)
        twice = sieve.empty(len(repeated), *self._range)
        sieve.add(twice, repeated)
        return self._all, twice


def sift_anew(connection: sqlite3.Connection) -> None:
    """Make the sieves of all segments from their postings."""
    for segment in every(connection):
        sieves = _Sieves(segment.size, segment.low, segment.high)
        for part in postings(connection, segment):
            sieves.add(part)
        connection.execute(
            "UPDATE directory SET sieve = ?, twice = ? WHERE no = ?",
            (*(one.data for one in sieves.whole()), segment.no),
        )


def next_run(connection: sqlite3.Connection) -> int:
    """A number that no run has or is being merged into."""
    (last,) = connection.execute(
        "SELECT coalesce(max(max(run), max(goal)), 0) FROM directory"
    ).fetchone()
    return int(last) + 1


def drop(connection: sqlite3.Connection, segments: Iterable[Segment]) -> None:
    """Give back what segments hold."""
    for segment in segments:
        drop_blocks(connection, segment, 0, len(segment.heads))
        connection.execute("DELETE FROM directory WHERE no = ?", (segment.no,))


def drop_blocks(connection: sqlite3.Connection, segment: Segment, start: int, end: int) -> None:
    """Give back some blocks of a segment."""
    connection.execute(
        "DELETE FROM block WHERE no >= ? AND no < ?", (segment.first + start, segment.first + end)
    )
