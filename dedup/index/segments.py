"""Postings on disk: sorted segments that are written once, and merged when there are many.

A segment is a run of blocks (blocks.py), a directory that says with which posting each begins, and
a sieve of its keys (sieve.py). Directory and sieve stay in memory, about ten bits a key. To look
up keys, those that the sieve lets through are searched in the directory, and their blocks are read:
a key that stands nowhere costs no reading, as a rule.

Segments of about one size are merged once there are FAN of them, so that a posting is written a few
times in its life. One of more than LIMIT postings is left alone: what a merge holds up is bounded.
Merging goes through the keys in slices, and each slice's old blocks are given back before the next,
so that neither memory nor file grow by more than a slice.

O'Neil, Cheng, Gawlick and O'Neil, "The log-structured merge-tree", Acta Informatica 33, 1996.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dedup.index import sieve
from dedup.index.blocks import decode, encode, pick
from dedup.index.keys import ITEM_BITS, KEY_BITS, LARGEST, merged
from dedup.kernels import I64, U8, U64, kernel, read_only

FAN = 4
SMALLEST = 2**16  # postings: of what is kept in `recent`, until it becomes a segment
LIMIT = 2**26  # postings of a merged segment
_DEEP = 4  # blocks of one key that are read, of a segment
_SLICE = 2**20  # postings
_PIECE = 2**20  # bytes
_SHIFT = np.uint64(ITEM_BITS)
_ITEM = np.uint64(LARGEST)
_TOP = 2**KEY_BITS
_HIGHEST = np.uint64(2**64 - 1)


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """What stays in memory of a segment.

    first: the number of its first block; the others follow.
    heads: uint64 (blocks,), the first posting of each.
    sieve: of all keys; twice: of those that several postings have.
    """

    no: int
    size: int
    first: int
    heads: U64
    sieve: U64
    twice: U64


def load(connection: sqlite3.Connection, no: int) -> Segment:
    """Take a segment's directory into memory."""
    size, first = connection.execute(
        "SELECT size, first FROM segment WHERE no = ?", (no,)
    ).fetchone()
    heads, bits, twice = (_column(connection, name, no) for name in ("heads", "sieve", "twice"))
    return Segment(no, size, first, heads, bits, twice)


def _column(connection: sqlite3.Connection, name: str, no: int) -> U64:
    """An array of a segment, read in pieces: a row that is fetched is there three times."""
    with connection.blobopen("segment", name, no, readonly=True) as blob:
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
        count = _wanted(segment.sieve, segment.heads, segment.first, keys, count, numbers, bounds)
    if not count:
        return keys[:0]
    order = np.argsort(numbers[:count])  # as the rows come
    data = _data(connection, numbers[order])
    return pick(data, bounds[0, order], bounds[1, order], keys)


def told(held: Sequence[Segment], keys: U64) -> np.ndarray:
    """How many postings there seem to be of each key, up to two a segment; uint8 (keys,)."""
    out = np.zeros(len(keys), dtype=np.uint8)
    for segment in held:
        _tell(segment.sieve, segment.twice, keys, out)
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


def _data(connection: sqlite3.Connection, numbers: I64) -> list[bytes]:
    rows = connection.execute(
        "SELECT data FROM block WHERE no IN (SELECT value FROM json_each(?)) ORDER BY no",
        (json.dumps(numbers.tolist()),),
    ).fetchall()
    return [row[0] for row in rows]


def every(connection: sqlite3.Connection, segment: Segment) -> Iterator[U64]:
    """All postings of a segment, in order, in parts."""
    for start in range(0, len(segment.heads), 1024):
        yield blocks(connection, segment, np.arange(start, min(start + 1024, len(segment.heads))))


def write(connection: sqlite3.Connection, parts: Iterable[U64], size: int) -> int:
    """Store sorted postings, given in parts, as a segment; its number, or 0 if there is none.

    size: about how many there are, for the sieve.
    """
    bits = sieve.empty(size)
    heads, count, first = [np.empty(0, dtype=np.uint64)], 0, 0
    again = [np.empty(0, dtype=np.uint64)]
    for part in parts:
        keys = part >> _SHIFT
        sieve.add(bits, keys)
        again.append(keys[1:][keys[1:] == keys[:-1]])
        data, own = encode(part)
        if not first and data:
            first = 1 + connection.execute("SELECT coalesce(max(no), 0) FROM block").fetchone()[0]
        start = first + sum(map(len, heads))
        connection.executemany("INSERT INTO block (no, data) VALUES (?, ?)", enumerate(data, start))
        heads.append(own)
        count += len(part)
    if not count:
        return 0
    repeated = np.concatenate(again)
    twice = sieve.empty(len(repeated))
    sieve.add(twice, repeated)
    stored = connection.execute(
        "INSERT INTO segment (size, first, heads, sieve, twice) VALUES (?, ?, ?, ?, ?)",
        (count, first, np.concatenate(heads).data, bits.data, twice.data),
    )
    return int(stored.lastrowid or 0)


def merge(
    connection: sqlite3.Connection,
    segments: list[Segment],
    keep: Callable[[U64], U64] | None = None,
) -> int:
    """Make one segment of several; its number, or 0 if nothing is left.

    keep: those of some postings that are to stay.
    """
    size = sum(segment.size for segment in segments)
    slices = max(1, -(-size // _SLICE))
    bounds = [_TOP * k // slices for k in range(slices + 1)]

    def parts() -> Iterator[U64]:
        done = [0] * len(segments)
        for low, high in pairwise(bounds):
            held = [
                _slice(connection, segment, low, high, done, k)
                for k, segment in enumerate(segments)
            ]
            joined = merged(held)
            yield joined if keep is None else keep(joined)

    no = write(connection, parts(), size)
    drop(connection, segments)
    return no


def _slice(
    connection: sqlite3.Connection, segment: Segment, low: int, high: int, done: list[int], k: int
) -> U64:
    """The postings of a segment with low <= key < high; blocks below them are given back."""
    start, end = low << ITEM_BITS, min(high << ITEM_BITS, 2**64 - 1)
    first = max(0, int(np.searchsorted(segment.heads, np.uint64(start), side="right")) - 1)
    last = int(np.searchsorted(segment.heads, np.uint64(end), side="right"))
    if first > done[k]:
        connection.execute(
            "DELETE FROM block WHERE no >= ? AND no < ?",
            (segment.first + done[k], segment.first + first),
        )
        done[k] = first
    if first >= last:
        return np.empty(0, dtype=np.uint64)
    held = blocks(connection, segment, np.arange(first, last))
    cut = np.searchsorted(held, np.array([start, end], dtype=np.uint64))
    return held[cut[0] : None if high == _TOP else cut[1]]


def drop(connection: sqlite3.Connection, segments: list[Segment]) -> None:
    """Give back what segments hold."""
    for segment in segments:
        connection.execute(
            "DELETE FROM block WHERE no >= ? AND no < ?",
            (segment.first, segment.first + len(segment.heads)),
        )
        connection.execute("DELETE FROM segment WHERE no = ?", (segment.no,))


def due(segments: Iterable[Segment]) -> list[Segment]:
    """The segments that are to be merged now, if any."""
    tiers: dict[int, list[Segment]] = {}
    for segment in segments:
        tier = int(np.log(max(1.0, segment.size / SMALLEST)) / np.log(FAN))
        tiers.setdefault(tier, []).append(segment)
    for _, held in sorted(tiers.items()):
        if len(held) >= FAN and sum(segment.size for segment in held) <= LIMIT:
            return held
    return []
