"""Strings out of JSON Lines, without a Python object a line.

Every line must be one object, from its first byte on, and the wanted fields must be strings or
null; the fields in `barred` must be null or missing. At the first doubt nothing is read at all
(grammar.py). So whatever is read here, any strict parser reads the same.

The content is cut into segments, one a thread at a time, and of a file no more is held than these.
The longest field is written straight to where it stays: all segments share one buffer, so that
nobody has to put them together.

Time O(bytes), memory the strings and a few segments.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from threading import local
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import numpy as np

from dedup.kernels import I64, U8, read_only, spread
from dedup.readers.encodings import is_utf8
from dedup.readers.grammar import read_lines
from dedup.scratch import Scratch, passed

if TYPE_CHECKING:
    import pyarrow as pa

_SEGMENT = 1 << 22  # bytes
_MORE = 1 << 16  # bytes read at a time to the end of a segment's last line
_BREAK = ord("\n")


class Content(Protocol):
    """Bytes somewhere."""

    def __len__(self) -> int:
        """How many."""

    def read(self, first: int, room: memoryview) -> int:
        """Fill `room` with those from `first` on; how many there were. From any thread."""


class Held:
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    def __len__(self) -> int:
        return len(self._content)

    def read(self, first: int, room: memoryview) -> int:
        """As Content has it."""
        part = self._content[first : first + len(room)]
        room[: len(part)] = part
        return len(part)


class Filed:
    """Bytes of an open file, of which no more is in memory than is being read."""

    def __init__(self, file: BinaryIO) -> None:
        self._number = file.fileno()
        self._size = os.fstat(self._number).st_size

    def __len__(self) -> int:
        return self._size

    def read(self, first: int, room: memoryview) -> int:
        """As Content has it."""
        return os.preadv(self._number, [room], first)


def opening(content: Content, lines: int) -> list[bytes]:
    """The first lines, as many of them as lie in the first segment."""
    room = bytearray(min(_SEGMENT, len(content)))
    size = content.read(0, memoryview(room))
    found = bytes(room[:size]).split(b"\n", lines)
    return found[:-1] if len(content) > _SEGMENT else found[:lines]  # the last may be cut


def strings(
    content: Content,
    wanted: Sequence[str],
    barred: Sequence[str],
    *,
    longest: str,
    scratch: Scratch | None = None,
) -> pa.Table | None:
    """The wanted fields as columns of strings, or nothing if there is any doubt.

    longest: which of the wanted fields holds most of the content; it stands on `scratch`.
    """
    import pyarrow as pa

    order = [longest, *(name for name in wanted if name != longest)]
    keys = [name.encode() for name in (*order, *barred)]
    names = np.frombuffer(b"".join(keys), dtype=np.uint8)
    bounds = np.cumsum([0, *map(len, keys)])
    scratch = scratch or Scratch()
    shared = scratch.zeros((len(content),), np.uint8)  # what lies between the segments is text too

    rooms = _Rooms(len(order))

    def read(first: int) -> tuple[int, list[Any]] | None:
        segment, first = _lines_from(content, first, rooms)
        if not is_utf8(segment):
            return None
        given = read_only(np.frombuffer(segment, dtype=np.uint8))
        rows = int(np.count_nonzero(given == _BREAK)) + 1
        others = rooms.columns(len(given))
        ends = np.zeros((len(order), rows + 1), dtype=np.int64)
        there = np.zeros((len(order), rows), dtype=np.bool_)
        held = shared[first : first + len(given)]
        used = read_lines(given, names, bounds, held, others, ends, there)
        if used < 0:
            return None
        held[ends[0, used] :] = 0
        buffers = [shared, *(others[k, : ends[k, used]].copy() for k in range(1, len(order)))]
        ends[0] += first
        return len(given), [
            _array(buffer, ends[field, : used + 1], there[field, :used])
            for field, buffer in enumerate(buffers)
        ]

    found, covered = [], 0
    for segment in spread(read, range(0, len(content), _SEGMENT), threads=0):
        if segment is None:
            return None
        covered += segment[0]
        passed()
        found.append(segment[1])
    if not found or covered < len(content):  # a file that became shorter meanwhile
        return None
    chunks = zip(*found, strict=True)
    return pa.table(dict(zip(order, map(pa.chunked_array, chunks), strict=True)))


class _Rooms(local):
    """Of each thread, memory for one segment after the other: fresh pages cost more than reading.

    others: a column for what is skipped, and one for each field but the longest.
    """

    def __init__(self, fields: int) -> None:
        self.room = bytearray(_SEGMENT + _MORE)
        self.others = np.empty((fields, 0), dtype=np.uint8)

    def columns(self, size: int) -> U8:
        """A row of `size` bytes for each."""
        if self.others.shape[1] < size:
            self.others = np.empty((len(self.others), 2 * size), dtype=np.uint8)
        return self.others


def _lines_from(content: Content, first: int, rooms: _Rooms) -> tuple[memoryview, int]:
    """The whole lines that begin in the segment from `first` on, and where the first one does."""
    last = min(first + _SEGMENT, len(content))
    before = max(0, first - 1)  # the line break before the segment, if it begins with a line
    room = rooms.room
    end = content.read(before, memoryview(room)[: last - before])
    start = room.find(b"\n", 0, end) + 1 if first else 0
    if first and (not start or before + start >= last):  # no line begins here
        return memoryview(b""), first
    while last < len(content) and room[end - 1] != _BREAK:
        if end + _MORE > len(room):
            room = rooms.room = room + bytes(len(room))
        more = content.read(last, memoryview(room)[end : end + _MORE])
        if not more:
            break  # the file has become shorter
        stop = room.find(b"\n", end, end + more) + 1 or end + more
        last += stop - end
        end = stop
    return memoryview(room)[start:end], before + start


def _array(buffer: U8, bounds: I64, there: np.ndarray) -> pa.LargeStringArray:
    import pyarrow as pa

    missing = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.LargeStringArray.from_buffers(
        len(there), pa.py_buffer(bounds), pa.py_buffer(buffer), missing
    )
