"""Sorting many short lists that stand one behind the other.

Hashes are put near their places by their size, and then moved the rest of the way: time O(n) a list
of n. Other numbers are sorted by Shell's sort, in place and quick to compile, about O(n ** 1.3).

Long lists of numbers are sorted by their bytes, the lowest first: five times as fast as NumPy does
on processors for which it has no vectors. Very long ones are dealt out by the highest byte before,
so that each part of them is sorted in the processor's cache, on a thread of its own.

Shell, "A high-speed sorting procedure", Communications of the ACM 2(7), 1959.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from dedup.kernels import I32, I64, U64, inner, kernel, slices, spread

_BYTE = np.uint64(0xFF)
_FEW = 60_000  # numbers, which NumPy sorts in milliseconds, with nothing to be compiled before
_MANY = 500_000  # numbers, of which the highest byte is sorted first, and the rest in the cache
_DEALT = 1_000_000  # that a thread deals out at a time
_NEAR = 8  # steps that a value is moved on average, at most


def among(held: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Which values are among `held`, which is sorted; bool, in the shape of `values`."""
    if not len(held):
        return np.zeros(values.shape, dtype=np.bool_)
    return np.asarray(held[np.minimum(np.searchsorted(held, values), len(held) - 1)] == values)


def run_starts(values: np.ndarray) -> np.ndarray:
    """Where a value differs from the one before it, bool; the first one does."""
    out = np.empty(len(values), dtype=np.bool_)
    out[:1] = True
    np.not_equal(values[1:], values[:-1], out=out[1:])
    return out


def run_ends(values: np.ndarray) -> np.ndarray:
    """Where a value differs from the one behind it, bool; the last one does."""
    out = np.empty(len(values), dtype=np.bool_)
    out[-1:] = True
    np.not_equal(values[1:], values[:-1], out=out[:-1])
    return out


@inner
def sort_span(values: U64, places: I32, first: int, last: int) -> None:
    """Sort values[first:last] and their places along, by value, then place (Shell's sort)."""
    gap = 1
    while gap < (last - first) // 9:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(first + gap, last):
            value, place = values[i], places[i]
            j = i
            while j >= first + gap and (
                values[j - gap] > value or (values[j - gap] == value and places[j - gap] > place)
            ):
                values[j], places[j] = values[j - gap], places[j - gap]
                j -= gap
            values[j], places[j] = value, place
        gap //= 3


def sort_numbers(values: np.ndarray, *, above: int = 0, threads: int = 1) -> np.ndarray:
    """The same numbers sorted, uint64, or int64 and none below 0.

    values: not to be used afterwards.
    above: by their bits below this one, a multiple of 8, the numbers are sorted already.
    """
    if len(values) < _FEW:
        values.sort()
        return values
    spare = np.empty_like(values)
    bits = int(values.max()).bit_length()
    given, other = values.view(np.uint64), spare.view(np.uint64)
    if len(values) < _MANY or bits - 8 <= above:
        return spare if _by_bytes(given, other, above, bits) else values

    def deal(part: slice, ends: I64, counting: bool) -> None:
        _deal(given[part], np.uint64(bits - 8), ends, counting, other)

    def sort(part: slice) -> bool:
        return bool(_by_bytes(other[part], given[part], above, bits - 8))

    cuts = dealt(len(values), 256, deal, threads=threads)
    parts = [slice(*cut) for cut in pairwise(cuts)]
    turned = [*spread(sort, parts, threads=threads)]
    return values if turned[0] else spare


def dealt(
    count: int, bins: int, deal: Callable[[slice, I64, bool], None], *, threads: int
) -> list[int]:
    """Deal entries out to bins, in which they keep their order; where each bin begins and ends.

    deal: given a slice of the entries and int64 (bins,), counts into it how many go into each; or,
        not counting, puts each where its bin has come to, and counts on.
    """
    parts = slices(count, _DEALT)
    ends = np.zeros((len(parts), bins), dtype=np.int64)
    for _ in spread(lambda k: deal(parts[k], ends[k], True), range(len(parts)), threads=threads):
        pass
    bounds = np.append(0, np.cumsum(ends.sum(axis=0))).tolist()
    ends[:] = (np.cumsum(ends.T) - ends.T.ravel()).reshape(ends.T.shape).T
    for _ in spread(lambda k: deal(parts[k], ends[k], False), range(len(parts)), threads=threads):
        pass
    return bounds


@kernel
def sort_spans(values: U64, places: I32, offsets: I64) -> None:
    """Sort every span, after numbering its values 0, 1, … in `places`.

    Hashes are spread evenly, so each is first put near its place; what is then left to be moved is
    little. Where it is not, Shell's sort takes over.
    """
    longest = 1
    for k in range(len(offsets) - 1):
        longest = max(longest, offsets[k + 1] - offsets[k])
    held = np.empty(longest, dtype=np.uint64)
    slots = np.empty(longest, dtype=np.int32)
    ends = np.empty(longest + 1, dtype=np.int32)
    for k in range(len(offsets) - 1):
        first, size = offsets[k], offsets[k + 1] - offsets[k]
        least, most = ~np.uint64(0), np.uint64(0)
        for i in range(size):
            held[i] = values[first + i]
            least, most = min(least, held[i]), max(most, held[i])
            ends[i + 1] = 0
        scale = size / (np.float64(most - least) + 1.0)
        for i in range(size):
            slots[i] = min(np.int64(np.float64(held[i] - least) * scale), size - 1)
            ends[slots[i] + 1] += 1
        ends[0] = 0
        for i in range(size):
            ends[i + 1] += ends[i]
        for i in range(size):
            place = first + ends[slots[i]]
            ends[slots[i]] += 1
            values[place], places[place] = held[i], i
        moved = 0
        for i in range(first + 1, first + size):
            value, place = values[i], places[i]
            j = i
            while j > first and values[j - 1] > value:
                values[j], places[j] = values[j - 1], places[j - 1]
                j -= 1
            values[j], places[j] = value, place
            moved += i - j
            if moved > _NEAR * size:
                sort_span(values, places, first, first + size)
                break


@kernel
def _deal(values: U64, shift: np.uint64, ends: I64, counting: bool, out: U64) -> None:
    """Count the values of each bin into `ends`; or write each where its bin has come to."""
    for i in range(len(values)):
        number = values[i] >> shift
        at = ends[number]
        if not counting:
            out[at] = values[i]
        ends[number] = at + 1


@kernel
def _by_bytes(values: U64, spare: U64, above: int, bits: int) -> bool:
    """Put values into the order of each of these bytes; whether they end up in `spare`."""
    ends = np.empty(256, dtype=np.int64)
    turned = False
    for low in range(above, bits, 8):
        shift = np.uint64(low)
        ends[:] = 0
        for i in range(len(values)):
            ends[(values[i] >> shift) & _BYTE] += 1
        before = np.int64(0)
        for byte in range(256):
            before, ends[byte] = before + ends[byte], before
        for i in range(len(values)):
            byte = (values[i] >> shift) & _BYTE
            spare[ends[byte]] = values[i]
            ends[byte] += 1
        values, spare = spare, values
        turned = not turned
    return turned
