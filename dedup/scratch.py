"""Room for columns that are larger than memory: above a bound they stand in a file without a name.

A column grows by appending, or is laid out at once. While it is small it is an array in memory.
Above 1/_SHARE of the memory that may be used, for there are some forty such columns, it is a
temporary file, mapped, of which the system keeps in memory what fits: results are the same, byte
for byte. The few columns that are read here and there, which is slow from a file, may be larger. A
job that is known to fit into memory easily has no such file.
The file lies where temporary files do (TMPDIR), has no name, and is gone with the column, or with
the process, however that ends. Its room is taken from the disk before it is used, so that a full
disk is found out at once.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from dedup.errors import BadOutput

_LEAST = 1 << 20  # bytes: a smaller column is never worth a file
_SHARE, _SOUGHT = 128, 4
_EASY = 3  # a job that takes less than this part of the memory that it may needs no file
_BLOCK = 64 << 20  # bytes of a column that are put together
_SMALL = 4  # a process that takes less than this part of the memory that it may is small
_PASSED = 256 << 20  # bytes read between two times that mapped columns are let go
_UNKNOWN = 8 << 30  # bytes taken for free where the system does not tell


def free_memory() -> int:
    """Bytes that a program may take now, as the system and its container tell."""
    free = _UNKNOWN
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError, IndexError):
        pass
    group = Path("/sys/fs/cgroup")
    try:
        most = int((group / "memory.max").read_text())
        free = min(free, most - int((group / "memory.current").read_text()))
    except (OSError, ValueError):  # none, or without a limit
        pass
    return max(free, 0)


_MAPPED: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()  # the columns of all jobs
_JOBS: weakref.WeakSet[Scratch] = weakref.WeakSet()  # those that are under way
_LISTED = threading.Lock()


def release() -> None:
    """Let the system take back what it can: mapped columns, and memory that was freed.

    Columns are read again where they are needed. Memory that threads free in small pieces would
    otherwise stay with the process, which comes to as much as is in use. Both cost time, so nothing
    is done while the process is small beside what it may use.
    """
    with _LISTED:
        held = list(_MAPPED)
        allowed = min((job.memory for job in _JOBS), default=0)
    if _resident() < allowed // _SMALL:
        return
    for mapped in held:
        if hasattr(mapped, "madvise"):
            mapped.madvise(mmap.MADV_DONTNEED)
    if held:
        _trim()(0)


def _resident() -> float:
    """Bytes of the process that stand in memory; endless where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * mmap.PAGESIZE
    except (OSError, ValueError, IndexError):
        return math.inf


@cache
def _trim() -> Callable[[int], int]:
    """What gives freed memory back, where the C library can."""
    import ctypes

    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return lambda _: 0
    return trim


class Scratch:
    """Where the columns of one job stand. memory: bytes that it may use."""

    def __init__(self, memory: int = 0) -> None:
        """memory: bytes that may be used; 0 is half of what is free."""
        self.memory = memory or free_memory() // 2
        self._bounds = (max(_LEAST, self.memory // _SHARE), max(_LEAST, self.memory // _SOUGHT))
        self._passed = 0
        with _LISTED:
            _JOBS.add(self)

    def expect(self, size: int) -> None:
        """The job will take about so many bytes: where that is little, its columns need no file."""
        if size <= self.memory // _EASY:
            self._bounds = self.memory, self.memory

    def bound(self, *, sought: bool = False) -> int:
        """Bytes up to which a column stands in memory. sought: read here and there, not along."""
        return self._bounds[sought]

    def zeros(self, shape: tuple[int, ...], dtype: Any, *, sought: bool = False) -> np.ndarray:
        """An array of zeros. sought: read here and there, not along.

        Raises:
            BadOutput: the disk has no room for it.
        """
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if size <= self.bound(sought=sought):
            return np.zeros(shape, dtype=dtype)
        with _temporary() as file:
            try:
                _take(file, size)
            except OSError as error:
                raise _full(error) from error
            out: np.ndarray = self.mapped(file, size).view(dtype).reshape(shape)
            return out

    def stored(self, values: np.ndarray) -> np.ndarray:
        """The same values where they should stand; do not change them.

        Raises:
            BadOutput: the disk has no room for them.
        """
        column = Growing(self, values.dtype, values.shape[1:])
        column.add(values)
        whole: np.ndarray = column.whole()
        return whole

    def passed(self, size: int) -> None:
        """So many bytes were read: now and then, let the system take mapped columns back."""
        self._passed += size
        if self._passed > _PASSED:
            self._passed = 0
            release()

    def mapped(self, file: IO[bytes], size: int) -> np.ndarray:
        """The bytes of an open file, uint8 (size,); it may be closed then."""
        mapped = mmap.mmap(file.fileno(), size)
        with _LISTED:
            _MAPPED.add(mapped)
        return np.frombuffer(mapped, dtype=np.uint8)


class Growing:
    """A column that is appended to, and then taken whole."""

    def __init__(
        self, scratch: Scratch, dtype: Any, row: tuple[int, ...] = (), *, sought: bool = False
    ) -> None:
        """row: the shape of one value, if that is not a single number.

        sought: it will be read here and there, not along.
        """
        self._scratch, self._dtype, self._row = scratch, np.dtype(dtype), row
        self._size = self._dtype.itemsize * math.prod(row)
        self._bound = scratch.bound(sought=sought)
        self._parts: list[np.ndarray] = []
        self._loose, self._loose_size = 0, 0  # parts since the last block, and their bytes
        self._file: IO[bytes] | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, values: np.ndarray) -> None:
        """Append values. They are not copied while the column is small: do not change them.

        Raises:
            BadOutput: the disk has no room for them.
        """
        self._parts.append(values)
        self._count += len(values)
        if self._file is None and self._count * self._size > self._bound:
            self._file = _temporary()
        if self._file is not None:
            self._write(self._file)
            return
        self._loose += 1
        self._loose_size += len(values) * self._size
        if self._loose_size > _BLOCK and self._loose > 1:
            # One block is given back to the system at once, many small parts are not.
            self._parts[-self._loose :] = [np.concatenate(self._parts[-self._loose :])]
        if self._loose_size > _BLOCK:
            self._loose, self._loose_size = 0, 0

    def whole(self) -> Any:
        """All of it, an array. The column is empty then."""
        parts, file, count = self._parts, self._file, self._count
        self._parts, self._file, self._count = [], None, 0
        self._loose, self._loose_size = 0, 0
        if file is not None:
            with file:
                try:
                    file.flush()
                except OSError as error:
                    raise _full(error) from error
                held: np.ndarray = self._scratch.mapped(file, count * self._size)
                return held.view(self._dtype).reshape((count, *self._row))
        if len(parts) == 1:
            return parts[0]
        out = np.empty((count, *self._row), dtype=self._dtype)
        parts.reverse()
        done = 0
        while parts:  # each part is let go as soon as it is copied
            part = parts.pop()
            out[done : done + len(part)] = part
            done += len(part)
        return out

    def _write(self, file: IO[bytes]) -> None:
        try:
            for part in self._parts:
                file.write(np.ascontiguousarray(part, dtype=self._dtype).data)
        except OSError as error:
            raise _full(error) from error
        self._parts = []


def _temporary() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(prefix="dedup-")
    except OSError as error:
        raise _full(error) from error


def _take(file: IO[bytes], size: int) -> None:
    """Take room on the disk, where the system can; a mapped file could not say that it is full."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        file.truncate(size)


def _full(error: OSError) -> BadOutput:
    return BadOutput(
        f"what does not fit into memory cannot be stored ({error.strerror or error})",
        where=tempfile.gettempdir(),
        remedy="Set TMPDIR to a folder with room, or raise the memory setting.",
    )
