"""Two texts, compared exactly: what they share, where, and what only one of them has.

Jaccard similarity and containment are counted over the sets of shingles, not estimated. Where the
texts agree is found by greedy string tiling: of all runs of at least `shingle` words that stand in
both, the longest is taken first, then the longest that is left, each word used once. Moved sentences
are found, which an alignment in order would miss. A text whose shingles nearly all repeat is tiled
from its ends only.

Words outside the tiles that stand nowhere in the other text are counted as figures, names or plain
words: a template differs in figures and names, an edit in plain words.

Time O(words * log words) a text and O(words) a pair; a run that occurs more than CROWD times in a
text starts no tile of its own. Memory is that of the texts of one chunk of pairs.

Wise, "YAP3: improved detection of similarities in computer program and other texts", SIGCSE 1996
(tiling). Broder, "On the resemblance and containment of documents", SEQUENCES 1997, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I32, I64, U8, U64, kernel
from dedup.settings import DEFAULTS
from dedup.shingles import shingle
from dedup.tokens import ALONE, CAPITAL, FIGURE, OPENS, Tokens

CROWD = 4  # places of one shingle in one text; more are a table or a refrain
_BITS = np.uint64(21)  # a run's length and places, packed to be sorted: paragraphs are far shorter
_MASK = np.uint64(2**21 - 1)
_DIAGONAL = np.uint64(2**21 + 1)
_COLUMNS = (
    "shared", "left_shingles", "right_shingles", "left_words", "right_words",
    "tiled", "longest", "tiled_plain", "longest_plain",
    "left_figures", "right_figures", "left_names", "right_names", "left_plain", "right_plain",
)  # fmt: skip


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
        tiled_plain, longest_plain: the same, but for figures, names and titles; a character of a
        script without spaces counts half.
        left_figures, left_names, left_plain and their right twins: words outside the tiles that
        the other text has nowhere.
        """
        column: I32 = self.counts[:, _COLUMNS.index(name)]
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

    def take(self, rows: I64) -> Comparison:
        """The comparison of some pairs only, in the order of `rows`."""
        sizes = np.diff(self.offsets)[rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(sizes, out=offsets[1:])
        places = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], sizes)
        return Comparison(self.counts[rows], self.tiles[places], offsets)


def joined(parts: list[Comparison]) -> Comparison:
    """Comparisons of consecutive pairs as one."""
    if not parts:
        empty = np.empty((0, len(_COLUMNS)), dtype=np.int32)
        return Comparison(empty, np.empty((0, 3), dtype=np.int32), np.zeros(1, dtype=np.int64))
    sizes = np.concatenate([np.diff(part.offsets) for part in parts])
    return Comparison(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.tiles for part in parts]),
        np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes))),
    )


def compare(tokens: Tokens, pairs: I64, *, width: int = DEFAULTS.shingle) -> Comparison:
    """Compare the texts of each pair, int64 (pairs, 2), positions in `tokens`.

    width: words a shingle, and least words a tile.
    """
    shingles = shingle(tokens, width=width)
    values, places = shingles.values.copy(), np.empty(len(shingles.values), dtype=np.int32)
    sort_spans(values, places, shingles.offsets)
    words = tokens.values.copy()
    sort_spans(words, np.empty(len(words), dtype=np.int32), tokens.offsets)
    sizes = np.diff(tokens.offsets)
    rooms = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]]) // width + 1
    starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(rooms)))
    counts = np.zeros((len(pairs), len(_COLUMNS)), dtype=np.int32)
    tiles = np.empty((int(starts[-1]), 3), dtype=np.int32)
    used = np.zeros(len(pairs), dtype=np.int64)
    longest = int(sizes.max(initial=0))
    _compare(
        pairs, width,
        tokens.values, tokens.flags, words, tokens.offsets,
        values, places, shingles.offsets,
        np.empty((2, longest + 1), dtype=np.uint8),
        np.empty(CROWD * CROWD * longest + 2, dtype=np.uint64),
        np.empty(CROWD * CROWD * longest + 2, dtype=np.int32),
        counts, tiles, starts, used,
    )  # fmt: skip
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(used)))
    kept = np.arange(offsets[-1]) + np.repeat(starts[:-1] - offsets[:-1], used)
    return Comparison(counts, tiles[kept], offsets)


@kernel
def _sort(values: U64, places: I32, first: int, last: int) -> None:
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


@kernel
def sort_spans(values: U64, places: I32, offsets: I64) -> None:
    """Sort every span, after numbering its values 0, 1, … in `places`."""
    for k in range(len(offsets) - 1):
        for i in range(offsets[k], offsets[k + 1]):
            places[i] = i - offsets[k]
        _sort(values, places, offsets[k], offsets[k + 1])


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
def _run(words: U64, a: int, a_end: int, b: int, b_end: int) -> int:
    """How many words agree from a and b on."""
    n = 0
    while a + n < a_end and b + n < b_end and words[a + n] == words[b + n]:
        n += 1
    return n


@kernel
def _compare(
    pairs: I64, width: int,
    words: U64, flags: U8, sorted_words: U64, offsets: I64,
    values: U64, places: I32, shingle_offsets: I64,
    marks: U8, runs: U64, spare: I32,
    counts: I32, tiles: I32, starts: I64, used: I64,
) -> None:  # fmt: skip
    """Fill a row of counts for each pair, and its tiles from starts[p] on, used[p] of them."""
    for p in range(len(pairs)):
        left, right = pairs[p, 0], pairs[p, 1]
        a, a_end = offsets[left], offsets[left + 1]
        b, b_end = offsets[right], offsets[right + 1]
        row = counts[p]
        for q in range(max(a_end - a, b_end - b)):
            marks[0, q] = 0
            marks[1, q] = 0
        found = 0
        shared, left_distinct, right_distinct = 0, 0, 0
        x, x_end = shingle_offsets[left], shingle_offsets[left + 1]
        y, y_end = shingle_offsets[right], shingle_offsets[right + 1]
        while x < x_end or y < y_end:  # merge the two sorted lists, a group of equals at a time
            i, j = x, y
            value = values[x] if x < x_end else values[y]
            if y < y_end and values[y] < value:
                value = values[y]
            while i < x_end and values[i] == value:
                i += 1
            while j < y_end and values[j] == value:
                j += 1
            left_distinct += i > x
            right_distinct += j > y
            if i > x and j > y:
                shared += 1
                if i - x <= CROWD and j - y <= CROWD:
                    for s in range(x, i):
                        for t in range(y, j):
                            runs[found] = (np.uint64(places[s]) << _BITS) | np.uint64(places[t])
                            found += 1
            x, y = i, j
        row[0], row[1], row[2] = shared, left_distinct, right_distinct
        row[3], row[4] = a_end - a, b_end - b

        # A seed whose predecessor is a seed lies inside that one's run. The others grow both ways:
        # back too, where the predecessor was too crowded to be a seed.
        for s in range(found):
            spare[s] = 0
        _sort(runs, spare, 0, found)
        kept = 0
        for s in range(found):
            i, j = np.int64(runs[s] >> _BITS), np.int64(runs[s] & _MASK)
            if i == 0 or j == 0 or not _holds(runs, 0, found, runs[s] - _DIAGONAL):
                spare[kept] = s
                kept += 1
        for k in range(kept):
            s = spare[k]
            i, j = np.int64(runs[s] >> _BITS), np.int64(runs[s] & _MASK)
            while i > 0 and j > 0 and words[a + i - 1] == words[b + j - 1]:
                i -= 1
                j -= 1
            size = _run(words, a + i, a_end, b + j, b_end)
            runs[k] = (
                ((_MASK - np.uint64(size)) << (_BITS + _BITS))
                | (np.uint64(i) << _BITS)
                | np.uint64(j)
            )
        size = _run(words, a, a_end, b, b_end)  # from the start and to the end, whatever the seeds
        if size >= width:
            runs[kept] = (_MASK - np.uint64(size)) << (_BITS + _BITS)
            kept += 1
        size = 0
        while size < min(a_end - a, b_end - b) and words[a_end - 1 - size] == words[b_end - 1 - size]:
            size += 1
        if size >= width:
            runs[kept] = (
                ((_MASK - np.uint64(size)) << (_BITS + _BITS))
                | (np.uint64(a_end - a - size) << _BITS)
                | np.uint64(b_end - b - size)
            )
            kept += 1
        for k in range(kept):
            spare[k] = 0
        _sort(runs, spare, 0, kept)

        # The longest run first; of a later one, what is still free.
        n = 0
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
                    slot = starts[p] + n
                    tiles[slot, 0], tiles[slot, 1], tiles[slot, 2] = i + q - free, j + q - free, free
                    plain = 0
                    for f in range(a + i + q - free, a + i + q):
                        if not flags[f] & FIGURE and (flags[f] & OPENS or not flags[f] & CAPITAL):
                            plain += 1 if flags[f] & ALONE else 2
                    n += 1
                    row[5] += free
                    row[6] = max(row[6], free)
                    row[7] += plain
                    row[8] = max(row[8], plain)
                free = 0
        for k in range(1, n):  # by place in the left text
            slot = starts[p] + k
            first, second, size = tiles[slot, 0], tiles[slot, 1], tiles[slot, 2]
            while slot > starts[p] and tiles[slot - 1, 0] > first:
                for q in range(3):
                    tiles[slot, q] = tiles[slot - 1, q]
                slot -= 1
            tiles[slot, 0], tiles[slot, 1], tiles[slot, 2] = first, second, size
        used[p] = n
        row[7] >>= 1
        row[8] >>= 1

        for side in range(2):
            own, own_end = (a, a_end) if side == 0 else (b, b_end)
            other, other_end = (b, b_end) if side == 0 else (a, a_end)
            for i in range(own, own_end):
                if marks[side, i - own] == 0 and not _holds(
                    sorted_words, other, other_end, words[i]
                ):
                    kind = 13
                    if flags[i] & FIGURE:
                        kind = 9
                    elif flags[i] & CAPITAL and not flags[i] & OPENS:
                        kind = 11
                    row[kind + side] += 1
