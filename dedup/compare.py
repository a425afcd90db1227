"""Two texts, compared exactly: what they share, where, and what only one of them has.

Jaccard similarity and containment are counted over the sets of shingles, not estimated. Where the
texts agree is found by greedy string tiling: of all runs of at least `width` words that stand in
both, the longest is taken first, then of each next one what is still free. So moved
sentences are found, which an alignment in order would miss. A text whose shingles nearly all repeat
is tiled from its ends only.

Words outside the tiles that stand nowhere in the other text are counted as figures, names or plain
words: a template differs in figures and names, an edit in plain words. A figure or name that both
texts have, each in its own spelling (facts.py), is no difference.

Texts are shorter than 2**21 words each, as paragraphs are. Time O(words * log words) a text and
O(words) a pair; a run that occurs more than CROWD times in a text starts no tile of its own. Memory
is that of the texts of one chunk of pairs.

Wise, "YAP3: improved detection of similarities in computer program and other texts", SIGCSE 1996
(tiling). Broder, "On the resemblance and containment of documents", SEQUENCES 1997, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.facts import is_figure, same_fact, tells
from dedup.kernels import I32, I64, U8, U64, kernel
from dedup.ragged import end_to_end, rows_at, spans_at
from dedup.settings import DEFAULTS
from dedup.sides import Sides, ready
from dedup.sorting import sort_span
from dedup.tokens import ALONE, CAPITAL, FIGURE, OPENS, Tokens

CROWDED = 32  # facts of one text that are looked for in another spelling; more are a table
CROWD = 4  # places of one shingle in one text; more are a table or a refrain
_BITS = np.uint64(21)  # a run's length and places, packed to be sorted: paragraphs are far shorter
_MASK = np.uint64(2**21 - 1)
_DIAGONAL = np.uint64(2**21 + 1)
# A plain 0 has a type of its own, for which numba would compile once more.
_FIRST = np.int64(0)
_NOWHERE = -2
_MISSING = 2  # marks a word that the other text has nowhere; 1 marks one in a tile
COLUMNS = (  # each right twin stands behind its left one
    "shared", "left_shingles", "right_shingles", "left_words", "right_words",
    "tiled", "longest", "tiled_plain", "longest_plain",
    "left_figures", "right_figures", "left_names", "right_names", "left_plain", "right_plain",
)  # fmt: skip

_SHARED, _LEFT_SHINGLES, _RIGHT_SHINGLES, _LEFT_WORDS, _RIGHT_WORDS = range(5)
_TILED, _LONGEST, _TILED_PLAIN, _LONGEST_PLAIN = range(5, 9)
_LEFT_FIGURES, _RIGHT_FIGURES, _LEFT_NAMES, _RIGHT_NAMES, _LEFT_PLAIN, _RIGHT_PLAIN = range(9, 15)


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """Columns of one row a pair.

    counts: int32 (pairs, columns), see the properties.
    tiles: int32 (tiles, 3): first word in the left text, in the right text, words; in the order
        of the left text.
    offsets: int64 (pairs + 1,); the tiles of pair k are offsets[k]:offsets[k + 1].
    """

    counts: I32
    tiles: I32
    offsets: I64

    def __len__(self) -> int:
        return len(self.counts)

    def column(self, name: str) -> I32:
        """One count of every pair, int32 (pairs,).

        shared, left_shingles, right_shingles: distinct shingles in both, in the left, the right.
        left_words, right_words: words of the text.
        tiled, longest: words in all tiles, in the longest.
        tiled_plain, longest_plain: the same, but for figures, names and titles as the left text
        writes them; a character of a script without spaces counts half.
        left_figures, left_names, left_plain and their right twins: words outside the tiles that
        the other text has nowhere.
        """
        column: I32 = self.counts[:, COLUMNS.index(name)]
        return column

    @property
    def jaccard(self) -> np.ndarray:
        """Shared shingles as a part of all, float64 (pairs,)."""
        shared = self.column("shared")
        union = self.column("left_shingles") + self.column("right_shingles") - shared
        return np.asarray(shared / np.maximum(union, 1))

    @property
    def left_containment(self) -> np.ndarray:
        """The part of the left text's shingles that the right text has, float64 (pairs,)."""
        return np.asarray(self.column("shared") / np.maximum(self.column("left_shingles"), 1))

    @property
    def right_containment(self) -> np.ndarray:
        """The part of the right text's shingles that the left text has, float64 (pairs,)."""
        return np.asarray(self.column("shared") / np.maximum(self.column("right_shingles"), 1))

    def part(self, rows: slice) -> Comparison:
        """The comparison of consecutive pairs only, without a copy of their columns."""
        bounds = self.offsets[rows.start : rows.stop + 1]
        tiles = self.tiles[bounds[0] : bounds[-1]]
        return Comparison(self.counts[rows], tiles, bounds - bounds[0])

    def take(self, rows: I64) -> Comparison:
        """The comparison of some pairs only, in the order of `rows`."""
        places, offsets = rows_at(self.offsets, rows)
        return Comparison(self.counts[rows], self.tiles[places], offsets)


def joined(parts: list[Comparison]) -> Comparison:
    """Comparisons of consecutive pairs as one."""
    if not parts:
        empty = np.empty((0, len(COLUMNS)), dtype=np.int32)
        return Comparison(empty, np.empty((0, 3), dtype=np.int32), np.zeros(1, dtype=np.int64))
    return Comparison(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.tiles for part in parts]),
        end_to_end([part.offsets for part in parts]),
    )


def compare(tokens: Tokens, pairs: I64, *, width: int = DEFAULTS.shingle) -> Comparison:
    """Compare the texts of each pair, int64 (pairs, 2), positions in `tokens`.

    width: words a shingle, and least words a tile.
    """
    return compare_sides(ready(tokens, width=width), pairs)


def compare_sides(sides: Sides, pairs: I64) -> Comparison:
    """The same of texts that are ready for it, positions in `sides`."""
    shingles, width = sides.shingles, sides.shingles.width
    sizes = np.diff(sides.offsets)
    rooms = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]]) // width + 1
    starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(rooms)))
    counts = np.zeros((len(pairs), len(COLUMNS)), dtype=np.int32)
    tiles = np.empty((int(starts[-1]), 3), dtype=np.int32)
    used = np.zeros(len(pairs), dtype=np.int64)
    longest = int(sizes[pairs].max(initial=0))
    _compare(
        pairs, width,
        sides.values, sides.stems, sides.flags, sides.words, sides.offsets,
        shingles.values, sides.places, shingles.offsets, sides.distinct,
        np.empty((2, longest + 1), dtype=np.uint8),
        np.empty(CROWD * CROWD * longest + 2, dtype=np.uint64),
        np.empty(CROWD * CROWD * longest + 2, dtype=np.int32),
        counts, tiles, starts, used,
    )  # fmt: skip
    kept, offsets = spans_at(starts[:-1], used)
    return Comparison(counts, tiles[kept], offsets)


@kernel
def _holds(values: U64, first: int, last: int, value: np.uint64) -> bool:
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


@kernel
def _packed(size: int, i: int, j: int) -> np.uint64:
    """A run as one number; the longest sorts first, then by its places."""
    return ((_MASK - np.uint64(size)) << (_BITS + _BITS)) | (np.uint64(i) << _BITS) | np.uint64(j)


@kernel
def _intersect(
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
    row[_SHARED], row[_LEFT_SHINGLES], row[_RIGHT_SHINGLES] = shared, left, right
    return found


@kernel
def _grow(
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
        if i == 0 or j == 0 or not _holds(runs, _FIRST, found, runs[s] - _DIAGONAL):
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
def _follow(
    values: U64, places: I32, x: int, x_end: int, y: int, y_end: int, width: int,
    runs: U64, beside: I32, row: I32,
) -> int:  # fmt: skip
    """What `_intersect` and `_grow` do, of two texts in which no shingle stands twice; how many.

    A place then has one place in the other text beside it or none, and a run is where both go on.
    """
    size, shared = x_end - x, np.int64(0)
    row[_LEFT_SHINGLES], row[_RIGHT_SHINGLES] = size, y_end - y
    for i in range(size + 2):  # one for what is beside nothing, and one behind the last
        beside[i] = _NOWHERE
    while x < x_end and y < y_end:
        left, right = values[x], values[y]
        beside[places[x] if left == right else size + 1] = places[y]
        shared += left == right
        x += left <= right
        y += right <= left
    row[_SHARED] = shared
    beside[size] = _NOWHERE
    kept, i = np.int64(0), np.int64(0)
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
def _tile(runs: U64, kept: int, width: int, marks: U8, tiles: I32, start: int) -> int:
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


@kernel
def _measure(flags: U8, a: int, tiles: I32, start: int, count: int, row: I32) -> None:
    """Add up the words of the tiles, and the plain ones among them."""
    for t in range(start, start + count):
        first, size = a + tiles[t, 0], tiles[t, 2]
        halves = 0
        for i in range(first, first + size):
            if not flags[i] & FIGURE and (flags[i] & OPENS or not flags[i] & CAPITAL):
                halves += 1 if flags[i] & ALONE else 2
        row[_TILED] += size
        row[_LONGEST] = max(row[_LONGEST], size)
        row[_TILED_PLAIN] += halves
        row[_LONGEST_PLAIN] = max(row[_LONGEST_PLAIN], halves)
    row[_TILED_PLAIN] >>= 1
    row[_LONGEST_PLAIN] >>= 1


@kernel
def _miss(
    words: U64, flags: U8, own: int, own_end: int, others: U64, other: int, other_end: int,
    marks: U8, side: int, row: I32,
) -> None:  # fmt: skip
    """Count the words of one side that are in no tile and nowhere in the other text; mark them."""
    for i in range(own, own_end):
        if marks[side, i - own] == 0 and not _holds(others, other, other_end, words[i]):
            row[_column(words, flags, i) + side] += 1
            marks[side, i - own] = _MISSING


@kernel
def _column(words: U64, flags: U8, i: int) -> int:
    """Where word i is counted if only one text has it."""
    if is_figure(words, flags, i):
        return _LEFT_FIGURES
    return _LEFT_NAMES if flags[i] & CAPITAL and not flags[i] & OPENS else _LEFT_PLAIN


@kernel
def _reconcile(
    words: U64, stems: U64, flags: U8, a: int, a_end: int, b: int, b_end: int, marks: U8, row: I32
) -> None:  # fmt: skip
    """Take back what was counted of facts that both sides have, each in its own spelling."""
    tried = 0
    for i in range(a, a_end):
        if marks[0, i - a] != _MISSING or not tells(words, flags, i):
            continue
        tried += 1
        if tried > CROWDED:
            break
        for j in range(b, b_end):
            if marks[1, j - b] == _MISSING and same_fact(
                words, stems, flags, a, i, a_end, b, j, b_end
            ):
                row[_column(words, flags, i)] -= 1
                row[_column(words, flags, j) + 1] -= 1
                marks[1, j - b] = 0
                break


@kernel
def _compare(
    pairs: I64, width: int,
    words: U64, stems: U64, flags: U8, sorted_words: U64, offsets: I64,
    values: U64, places: I32, shingle_offsets: I64, distinct: I32,
    marks: U8, runs: U64, spare: I32,
    counts: I32, tiles: I32, starts: I64, used: I64,
) -> None:  # fmt: skip
    """Fill a row of counts for each pair, and its tiles from starts[p] on, used[p] of them."""
    for p in range(len(pairs)):
        left, right = pairs[p, 0], pairs[p, 1]
        a, a_end = offsets[left], offsets[left + 1]
        b, b_end = offsets[right], offsets[right + 1]
        row = counts[p]
        row[_LEFT_WORDS], row[_RIGHT_WORDS] = a_end - a, b_end - b
        for q in range(max(a_end - a, b_end - b)):
            marks[0, q] = 0
            marks[1, q] = 0
        x, x_end = shingle_offsets[left], shingle_offsets[left + 1]
        y, y_end = shingle_offsets[right], shingle_offsets[right + 1]
        plain = distinct[left] == x_end - x and distinct[right] == y_end - y
        if plain and min(a_end - a, b_end - b) >= width:
            kept = _follow(values, places, x, x_end, y, y_end, width, runs, spare, row)
        else:
            found = _intersect(values, places, x, x_end, y, y_end, runs, row)
            kept = _grow(words, a, a_end, b, b_end, width, runs, spare, found)
        used[p] = _tile(runs, kept, width, marks, tiles, starts[p])
        _measure(flags, a, tiles, starts[p], used[p], row)
        for side in range(2):
            own, own_end = (a, a_end) if side == 0 else (b, b_end)
            other, other_end = (b, b_end) if side == 0 else (a, a_end)
            _miss(words, flags, own, own_end, sorted_words, other, other_end, marks, side, row)
        if row[_LEFT_FIGURES] + row[_LEFT_NAMES] + row[_RIGHT_FIGURES] + row[_RIGHT_NAMES] > 0:
            _reconcile(words, stems, flags, a, a_end, b, b_end, marks, row)
