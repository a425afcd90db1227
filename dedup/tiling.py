"""Where two texts agree: greedy string tiling.

Of all runs of at least `width` words that stand in both texts, the longest is taken first, then of
each next one what is still free. So moved sentences are found, which an alignment in order would
miss. Runs grow from the shingles that both have. A text whose shingles nearly all repeat is tiled
from its ends only: one that stands more than CROWD times in a text starts no run.

Texts are shorter than 2**21 words each, as paragraphs are. Time O(shingles) a pair, with a sort of
the runs.

Wise, "YAP3: improved detection of similarities in computer program and other texts", SIGCSE 1996.
"""

from __future__ import annotations

import numpy as np

from dedup.kernels import I32, U8, U64, inner, kernel
from dedup.sorting import sort_span

CROWD = 4  # places of one shingle in one text; more are a table or a refrain
_BITS = np.uint64(21)  # a run's length and places, packed to be sorted: paragraphs are far shorter
_MASK = np.uint64(2**21 - 1)
_DIAGONAL = np.uint64(2**21 + 1)
_NOWHERE = -2
# A plain 0 has a type of its own, for which numba would compile once more.
_FIRST = np.int64(0)
SHARED, LEFT_SHINGLES, RIGHT_SHINGLES = range(3)  # what is counted on the way, columns of `row`


@inner
def holds(values: U64, first: int, last: int, value: np.uint64) -> bool:
    """Whether sorted values[first:last] has `value`."""
    while first < last:
        middle = (first + last) >> 1
        if values[middle] < value:
            first = middle + 1
        elif values[middle] > value:
            last = middle
        else:
            return True
    return False


@inner
def _packed(size: int, i: int, j: int) -> np.uint64:
    """A run as one number; the longest sorts first, then by its places."""
    return ((_MASK - np.uint64(size)) << (_BITS + _BITS)) | (np.uint64(i) << _BITS) | np.uint64(j)


@kernel
def intersect(
    values: U64, places: I32, x: int, x_end: int, y: int, y_end: int, seeds: U64, row: I32
) -> int:
    """Count distinct shingles into row[:3], and pack the places of shared ones; how many places."""
    found, shared, left, right = 0, 0, 0, 0
    while x < x_end or y < y_end:  # merge two sorted lists, a group of equals at a time
        i, j = x, y
        value = values[x] if x < x_end else values[y]
        if y < y_end and values[y] < value:
            value = values[y]
        while i < x_end and values[i] == value:
            i += 1
        while j < y_end and values[j] == value:
            j += 1
        left += i > x
        right += j > y
        if i > x and j > y:
            shared += 1
            if i - x <= CROWD and j - y <= CROWD:
                for s in range(x, i):
                    for t in range(y, j):
                        seeds[found] = (np.uint64(places[s]) << _BITS) | np.uint64(places[t])
                        found += 1
        x, y = i, j
    row[SHARED], row[LEFT_SHINGLES], row[RIGHT_SHINGLES] = shared, left, right
    return found


@kernel
def grow(
    words: U64,
    a: int,
    a_end: int,
    b: int,
    b_end: int,
    width: int,
    runs: U64,
    spare: I32,
    found: int,
) -> int:
    """Turn the seeds in runs[:found] into maximal runs, the longest first; how many.

    A seed whose predecessor is a seed lies inside that one's run. The others grow both ways: back
    too, where the predecessor was too crowded to be a seed.
    """
    for s in range(found):
        spare[s] = 0
    sort_span(runs, spare, _FIRST, found)
    kept = 0
    for s in range(found):
        i, j = np.int64(runs[s] >> _BITS), np.int64(runs[s] & _MASK)
        if i == 0 or j == 0 or not holds(runs, _FIRST, found, runs[s] - _DIAGONAL):
            spare[kept] = s
            kept += 1
    for k in range(kept):
        seed = runs[spare[k]]
        i, j = np.int64(seed >> _BITS), np.int64(seed & _MASK)
        while i > 0 and j > 0 and words[a + i - 1] == words[b + j - 1]:
            i -= 1
            j -= 1
        size = 0
        while a + i + size < a_end and b + j + size < b_end:
            if words[a + i + size] != words[b + j + size]:
                break
            size += 1
        runs[k] = _packed(size, i, j)
    shorter = min(a_end - a, b_end - b)  # from the start and to the end, whatever the seeds
    size = 0
    while size < shorter and words[a + size] == words[b + size]:
        size += 1
    if size >= width:
        runs[kept] = _packed(size, _FIRST, _FIRST)
        kept += 1
    size = 0
    while size < shorter and words[a_end - 1 - size] == words[b_end - 1 - size]:
        size += 1
    if size >= width:
        runs[kept] = _packed(size, a_end - a - size, b_end - b - size)
        kept += 1
    for k in range(kept):
        spare[k] = 0
    sort_span(runs, spare, _FIRST, kept)
    return kept


@kernel
def follow(
    values: U64, places: I32, x: int, x_end: int, y: int, y_end: int, width: int,
    runs: U64, beside: I32, row: I32,
) -> int:  # fmt: skip
    """What `intersect` and `grow` do, of two texts in which no shingle stands twice; how many.

    A place then has one place in the other text beside it or none, and a run is where both go on.
    """
    size, shared, kept, i = x_end - x, 0, 0, 0
    row[LEFT_SHINGLES], row[RIGHT_SHINGLES] = size, y_end - y
    for k in range(size + 2):  # one behind the last, and one for what is beside nothing
        beside[k] = _NOWHERE
    while x < x_end and y < y_end:
        left, right = values[x], values[y]
        beside[places[x] if left == right else size + 1] = places[y]
        shared += left == right
        x += left <= right
        y += right <= left
    row[SHARED] = shared
    beside[size] = _NOWHERE
    while i < size:
        first = i
        i += 1
        if beside[first] >= 0:
            while beside[i] == beside[i - 1] + 1:
                i += 1
            runs[kept] = _packed(i - first + width - 1, first, beside[first])
            kept += 1
    for k in range(kept):
        beside[k] = 0
    sort_span(runs, beside, _FIRST, kept)
    return kept


@kernel
def tile(runs: U64, kept: int, width: int, marks: U8, tiles: I32, start: int) -> int:
    """Write tiles from tiles[start] on: the longest run, then what is free of each later one."""
    n = start
    for k in range(kept):
        size = np.int64(_MASK - (runs[k] >> (_BITS + _BITS)))
        i = np.int64((runs[k] >> _BITS) & _MASK)
        j = np.int64(runs[k] & _MASK)
        free = 0
        for q in range(size + 1):
            if q < size and marks[0, i + q] == 0 and marks[1, j + q] == 0:
                free += 1
                continue
            if free >= width:
                for f in range(q - free, q):
                    marks[0, i + f] = 1
                    marks[1, j + f] = 1
                slot = n  # by place in the left text
                while slot > start and tiles[slot - 1, 0] > i + q - free:
                    for c in range(3):
                        tiles[slot, c] = tiles[slot - 1, c]
                    slot -= 1
                tiles[slot, 0], tiles[slot, 1], tiles[slot, 2] = i + q - free, j + q - free, free
                n += 1
            free = 0
    return n - start
