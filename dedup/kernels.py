"""How kernels are compiled, and how they are spread over threads.

A kernel is a plain loop over arrays that numba compiles once after install and keeps on disk. It
gives up the interpreter's lock, so a pool of threads runs as many kernels as there are cores;
numba's own `parallel=True` would compile for several seconds a kernel. What only kernels call is
`inner`: it compiles without the code that lets Python call it, which then must not try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice, pairwise
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numba.core import event
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys
from numpy.typing import NDArray

from dedup.settings import cores

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

Item = TypeVar("Item")
Result = TypeVar("Result")
Scalar = TypeVar("Scalar", bound=np.generic)


class _Kept(FunctionCache):
    """Kernels on disk, loaded without the modules that only compiling needs: a sixth of a second.

    numba would import and register them before it looks; when a kernel is not there, the compiler
    does so by itself.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled kernel for these types, or None."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)  # type: ignore[no-untyped-call]


def _compiled(function: Any, **options: Any) -> Any:
    """Compile at the first call, and keep it on disk where there is a place for that."""
    options = {"nogil": True, "no_cfunc_wrapper": True, **options}
    compiled = njit(**options)(function)
    with suppress(RuntimeError):  # neither the package nor the user's cache folder takes files
        compiled._cache = _Kept(function)  # type: ignore[no-untyped-call]
    return compiled


kernel: Callable[[Any], Any] = _compiled
inner: Callable[[Any], Any] = partial(_compiled, no_cpython_wrapper=True)
inlined: Callable[[Any], Any] = partial(_compiled, inline="always")


def spread(
    work: Callable[[Item], Result], items: Iterable[Item], *, threads: int
) -> Iterator[Result]:
    """Results of `work` for each item, in the order of the items, on so many threads.

    No more than two items a thread are under way at once, so that memory stays bounded.
    """
    workers = threads or cores()
    queue = iter(items)
    if workers == 1:
        yield from map(work, queue)
        return
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(work, item) for item in islice(queue, 2 * workers)]
        while running:
            first = running.pop(0)
            yield first.result()
            running.extend(pool.submit(work, item) for item in islice(queue, 1))


def read_only(column: NDArray[Scalar]) -> NDArray[Scalar]:
    """The same column, not to be written to: a kernel is compiled once for all that are so."""
    fixed = column.view()
    fixed.setflags(write=False)
    return fixed


def chunks(sizes: I64, limit: int) -> list[slice]:
    """Cut positions 0..len(sizes) into slices whose sizes add up to about `limit` each."""
    if not len(sizes):
        return []
    if int(sizes.sum()) < limit:
        return [slice(0, len(sizes))]
    part = np.cumsum(sizes) // max(1, limit)
    cuts = np.flatnonzero(np.diff(part)) + 1
    bounds = [0, *cuts.tolist(), len(sizes)]
    return [slice(a, b) for a, b in pairwise(bounds)]


def slices(count: int, limit: int) -> list[slice]:
    """Positions 0..count in slices of `limit` each; the last may be shorter."""
    return [slice(first, min(first + limit, count)) for first in range(0, count, limit)]


@contextmanager
def on_compile(notify: Callable[[], None]) -> Iterator[None]:
    """Call `notify` once, when the first kernel has to be compiled rather than loaded."""

    class Listener(event.Listener):
        told = False

        def on_start(self, event: Any) -> None:  # noqa: ARG002 (as numba calls it)
            if not self.told:
                self.told = True
                notify()

        def on_end(self, event: Any) -> None:
            pass

    with event.install_listener("numba:compile", Listener()):
        yield
