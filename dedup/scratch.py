"""Room for columns that are larger than memory: above a bound they stand in a file without a name.

A column grows by appending, or is laid out at once. While it is small it is an array in memory,
which grows where it is, by its pages, and is not copied. Above 1/_SHARE of the memory that may be
used, for there are some forty such columns, it is a temporary file, mapped, of which the system
keeps in memory what fits: results are the same, byte for byte. The few columns that are read here
and there, which is slow from a file, may be larger. A job that is known to fit into memory easily
has no such file.

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
from pathlib import Path
from typing import IO, Any

import numpy as np

from dedup.errors import BadOutput
from dedup.memory import GROWS, anonymous, easy, free_memory, give_back, resize

_LEAST = 1 << 20  # bytes: a smaller column is never worth a file
_SHARE, _SOUGHT = 128, 4
_SMALL = 4  # a process that takes less than this part of the memory that it may is small
_MUCH = 512 << 20  # bytes of files in memory, those of the program among them: more is let go


_MAPPED: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()  # the columns of all jobs
_JOBS: weakref.WeakSet[Scratch] = weakref.WeakSet()  # those that are under way
_LISTED = threading.Lock()


def release() -> None:
    """Let the system take back what it can: mapped columns, and memory that was freed.

    Columns are read again where they are needed. Memory that threads free in small pieces would
    otherwise stay with the process, which comes to as much as is in use. Both cost time, so neither
    is done while the process is small beside what it may use, nor the latter while what is no file
    of it is.
    """
    if not _MAPPED:
        return
    with _LISTED:
        held, jobs = list(_MAPPED), list(_JOBS)
    every, of_files = _resident()
    small = min((job.memory for job in jobs), default=0) // _SMALL
    if held and every >= small:
        _let_go(held)
        if every - of_files >= small:
            give_back()


def passed() -> None:
    """After a part of a pass: let mapped columns go if much of them stands in memory.

    What is read here and there brings far more of a file into memory than was looked at.
    """
    if not _MAPPED:
        return
    with _LISTED:
        held = list(_MAPPED)
    if held and _resident()[1] > _MUCH:
        _let_go(held)


def _let_go(held: list[mmap.mmap]) -> None:
    for mapped in held:
        if hasattr(mapped, "madvise"):
            mapped.madvise(mmap.MADV_DONTNEED)


def _resident() -> tuple[float, float]:
    """Bytes of the process that stand in memory, and those of files among them.

    Where the system does not tell: endless, and none.
    """
    try:
        _, every, of_files = Path("/proc/self/statm").read_bytes().split()[:3]
        return int(every) * mmap.PAGESIZE, int(of_files) * mmap.PAGESIZE
    except (OSError, ValueError):
        return math.inf, 0.0


class Scratch:
    """Where the columns of one job stand."""

    def __init__(self, memory: int | None = None) -> None:
        """memory: bytes that may be used; 0 is half of what is free.

        Without it that is looked up once a column is worth a file: few jobs come to that.
        """
        self._memory = free_memory() // 2 if memory == 0 else memory
        self._easy = False
        with _LISTED:
            _JOBS.add(self)

    @property
    def memory(self) -> int:
        """Bytes that the job may use."""
        if self._memory is None:
            self._memory = free_memory() // 2
        return self._memory

    def expect(self, text: int) -> None:
        """The job is on so many bytes of text: where they are few, its columns need no file."""
        self._easy = self._easy or easy(text, self.memory)

    def fits(self, size: int, *, sought: bool = False) -> bool:
        """Whether a column of so many bytes stands in memory.

        sought: it is read here and there, not along.
        """
        if size <= _LEAST:
            return True
        return size <= self.memory // (1 if self._easy else _SOUGHT if sought else _SHARE)

    def zeros(self, shape: tuple[int, ...], dtype: Any, *, sought: bool = False) -> np.ndarray:
        """An array of zeros. sought: read here and there, not along.

        Raises:
            BadOutput: the disk has no room for it.
        """
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if self.fits(size, sought=sought):
            return zeros(shape, dtype)
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
        if self.fits(values.nbytes):
            return values
        column = Growing(self, values.dtype, values.shape[1:])
        column.add(values)
        whole: np.ndarray = column.whole()
        return whole

    def mapped(self, file: IO[bytes], size: int) -> np.ndarray:
        """The bytes of an open file, uint8 (size,); it may be closed then."""
        mapped = mmap.mmap(file.fileno(), size)
        with _LISTED:
            _MAPPED.add(mapped)
        return np.frombuffer(mapped, dtype=np.uint8)


class Growing:
    """A column that is appended to, and then taken whole."""

    def __init__(
        self,
        scratch: Scratch,
        dtype: Any,
        row: tuple[int, ...] = (),
        *,
        sought: bool = False,
        alike: int = 1,
    ) -> None:
        """row: the shape of one value, if that is not a single number.

        sought: it will be read here and there, not along. alike: how many such columns grow
        together, and have the room of one.
        """
        self._scratch, self._dtype, self._row = scratch, np.dtype(dtype), row
        self._size = self._dtype.itemsize * math.prod(row)
        self._sought, self._alike = sought, alike
        self._parts: list[np.ndarray] = []  # while they are small
        self._held: mmap.mmap | None = None  # then all of it, with room for more
        self._file: IO[bytes] | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, values: np.ndarray) -> None:
        """Append values. They are not copied while the column is small: do not change them.

        Raises:
            BadOutput: the disk has no room for them.
            MemoryError: nor has memory, of a column that is to stand there.
        """
        done = self._count * self._size
        self._count += len(values)
        size = self._count * self._size
        if self._file is None and not self._fits(size):
            self._file = _temporary()
            self._move(self._file, done)
        if self._file is not None:
            self._write(self._file, values)
            return
        if size > _LEAST and GROWS:
            self._append(values, done, size)
        else:
            self._parts.append(values)

    def _fits(self, size: int) -> bool:
        return self._scratch.fits(self._alike * size, sought=self._sought)

    def _append(self, values: np.ndarray, done: int, size: int) -> None:
        """Copy values behind the bytes that are done, where there is to be room for `size`."""
        if self._held is None:
            self._held = anonymous(size)
            values, self._parts, done = np.concatenate([*self._parts, values]), [], 0
        elif len(self._held) < size:
            resize(self._held, max(size, 2 * len(self._held)))
        # The room has no name: a profiler that keeps the frame would keep it from growing later.
        np.frombuffer(self._held, self._dtype, values.size, done)[...] = values.reshape(-1)

    def whole(self) -> Any:
        """All of it, an array. The column is empty then."""
        parts, held, file, count = self._parts, self._held, self._file, self._count
        self._parts, self._held, self._file, self._count = [], None, None, 0
        if file is not None:
            with file:
                try:
                    file.flush()
                except OSError as error:
                    raise _full(error) from error
                mapped: np.ndarray = self._scratch.mapped(file, count * self._size)
                return mapped.view(self._dtype).reshape((count, *self._row))
        if held is not None:
            values = np.frombuffer(held, dtype=self._dtype)
            return values[: count * math.prod(self._row)].reshape((count, *self._row))
        if len(parts) == 1:
            return parts[0]
        none = np.empty((0, *self._row), dtype=self._dtype)
        return np.concatenate([none, *parts], dtype=self._dtype)

    def _move(self, file: IO[bytes], size: int) -> None:
        """Write what is there, so many bytes, to the file."""
        held, parts = self._held, self._parts
        self._held, self._parts = None, []
        if held is not None:
            parts = [np.frombuffer(held, dtype=self._dtype)[: size // self._dtype.itemsize]]
        for part in parts:
            self._write(file, part)

    def _write(self, file: IO[bytes], values: np.ndarray) -> None:
        try:
            file.write(np.ascontiguousarray(values, dtype=self._dtype).data)
        except OSError as error:
            raise _full(error) from error


def zeros(shape: int | tuple[int, ...], dtype: Any) -> np.ndarray:
    """An array of zeros in memory, in large pages where the system has them.

    The first touch of a page costs as much as writing it: a large page is touched once for 512.
    shape, dtype: as NumPy takes them.

    Raises:
        MemoryError: there is not so much.
    """
    count = math.prod((shape,) if isinstance(shape, int) else shape)
    size = count * np.dtype(dtype).itemsize
    if size <= _LEAST or not GROWS:
        return np.zeros(shape, dtype=dtype)
    return np.frombuffer(anonymous(size), dtype=dtype, count=count).reshape(shape)


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
