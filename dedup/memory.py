"""Fresh memory: how much there is, in large pages, and touched before it is needed.

The first touch of a page costs as much as writing it; a large page is touched once for 512. What
the texts of a large file will take, a thread touches while the command is still loading its modules
on another core. So nothing is imported here that takes long.
"""

from __future__ import annotations

import mmap
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread

GROWS = sys.platform == "linux"  # memory in its place, by its pages
_PAGE = 1 << 21  # bytes of a large page
_TAKEN = 6  # bytes of memory a byte of text, about
_EASY = 3  # a job that takes less than this part of the memory that it may is easy
_UNKNOWN = 8 << 30  # bytes taken for free where the system does not tell
_LARGE = 1 << 26  # bytes of a file that is worth a thread
_MAPPED_AT_MOST, _FREE_AT_TOP = -4, -1  # M_MMAP_MAX and M_TRIM_THRESHOLD of malloc.h
_STEP = 1 << 24  # bytes that are touched at a time, and waited for


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


def easy(text: int, memory: int) -> bool:
    """Whether a job on so many bytes of text fits easily into the memory that it may use."""
    return text * _TAKEN <= memory // _EASY


def anonymous(size: int) -> mmap.mmap:
    """Memory of zeros that can grow where it is, without being copied.

    Raises:
        MemoryError: there is not so much.
    """
    with suppress(IndexError):  # there is none, or another thread was first
        if len(_touched[0].held) == _whole_pages(size):
            return _touched.pop().take()
    return _fresh(size)


def resize(held: mmap.mmap, size: int) -> None:
    """Make it larger.

    Raises:
        MemoryError: there is not so much.
    """
    try:
        held.resize(_whole_pages(size))
    except OSError as error:
        raise MemoryError from error
    _in_large_pages(held)


def keep_freed() -> None:
    """Let memory that is freed stay with the process, for the next that is asked for.

    The C library would give every large array back at once, and a fresh one costs as much as
    writing it. What stays is given back where it is much (`scratch.release`). This is for a whole
    process to decide, so the command does it, and the library does not.
    """
    import ctypes

    with suppress(AttributeError, OSError):  # another C library
        choose = ctypes.CDLL(None).mallopt
        for option, value in ((_MAPPED_AT_MOST, 0), (_FREE_AT_TOP, 2**31 - 1)):
            choose(option, value)


def give_back() -> None:
    """Return memory that was freed to the system, where the C library can."""
    _trim()(0)


@cache
def _trim() -> Callable[[int], int]:
    import ctypes

    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):  # another C library
        return lambda _: 0
    return trim


def touch_ahead(paths: Sequence[str], memory: int = 0) -> None:
    """Begin to touch what the texts of these files will take, if that is one large file.

    memory: bytes that the job may use; 0 is half of what is free.
    """
    if len(paths) != 1 or not paths[0].endswith(".jsonl") or not GROWS:
        return
    with suppress(OSError, ValueError, MemoryError):  # whoever reads the file will say it
        path = Path(paths[0])
        size = path.stat().st_size if path.is_file() else 0
        if size >= _LARGE and easy(size, memory or free_memory() // 2):
            _touched.append(_Touched(_fresh(size)))


def forget_touched() -> None:
    """Give back what was touched and not taken."""
    with suppress(IndexError):
        _touched.pop().take().close()


class _Touched:
    """Memory that a thread touches until it is taken."""

    def __init__(self, held: mmap.mmap) -> None:
        self.held = held
        self._wanted = False
        self._thread = Thread(target=self._touch, daemon=True)
        self._thread.start()

    def take(self) -> mmap.mmap:
        """The memory, of which nothing more is touched."""
        self._wanted = True
        self._thread.join()
        return self.held

    def _touch(self) -> None:
        """Write zeros, with the interpreter's lock given up."""
        import ctypes

        first = ctypes.addressof(ctypes.c_char.from_buffer(self.held))
        for start in range(0, len(self.held), _STEP):
            if self._wanted:
                break
            ctypes.memset(first + start, 0, min(_STEP, len(self.held) - start))


_touched: list[_Touched] = []


def _fresh(size: int) -> mmap.mmap:
    try:
        held = mmap.mmap(-1, _whole_pages(size), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError from error
    _in_large_pages(held)
    return held


def _whole_pages(size: int) -> int:
    """So many that memory begins with a large page, and keeps its large pages when it moves."""
    return -(-size // _PAGE) * _PAGE


def _in_large_pages(held: mmap.mmap) -> None:
    with suppress(OSError, AttributeError):  # a system that has none
        held.madvise(mmap.MADV_HUGEPAGE)
