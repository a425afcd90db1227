"""Two texts, compared exactly: what they share, where, and what only one of them has.

Jaccard similarity and containment are counted over the sets of shingles, not estimated. Where the
texts agree is found by greedy string tiling (tiling.py).

Words outside the tiles that stand nowhere in the other text are counted as figures, names or plain
words: a template differs in figures and names, an edit in plain words. A figure or name that both
texts have, each in its own spelling (facts.py), is no difference.

Time O(words * log words) a text and O(words) a pair. Memory is that of the texts of one chunk of
pairs.

Broder, "On the resemblance and containment of documents", SEQUENCES 1997, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.facts import is_figure, same_fact, tells
from dedup.kernels import I32, I64, U8, U64, inner, kernel
from dedup.ragged import end_to_end, offsets_of, rows_at, sizes_of, spans_at
from dedup.settings import DEFAULTS
from dedup.sides import Sides, ready
from dedup.tiling import CROWD, RIGHT_SHINGLES, follow, grow, holds, intersect, tile
from dedup.tokens import ALONE, CAPITAL, FIGURE, OPENS, Tokens

CROWDED = 32  # facts of one text that are looked for in another spelling; more are a table
_MISSING = 2  # marks a word that the other text has nowhere; 1 marks one in a tile
COLUMNS = (  # each right twin stands behind its left one
    "shared", "left_shingles", "right_shingles", "left_words", "right_words",
    "tiled", "longest", "tiled_plain", "longest_plain",
    "left_figures", "right_figures", "left_names", "right_names", "left_plain", "right_plain",
)  # fmt: skip

_LEFT_WORDS, _RIGHT_WORDS = range(RIGHT_SHINGLES + 1, 5)
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
    sizes = sizes_of(sides.offsets)
    rooms = np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]]) // width + 1
    starts = offsets_of(rooms)
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


@inner
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


@inner
def _miss(
    words: U64, flags: U8, own: int, own_end: int, others: U64, other: int, other_end: int,
    marks: U8, side: int, row: I32,
) -> None:  # fmt: skip
    """Count the words of one side that are in no tile and nowhere in the other text; mark them."""
    for i in range(own, own_end):
        if marks[side, i - own] == 0 and not holds(others, other, other_end, words[i]):
            row[_column(words, flags, i) + side] += 1
            marks[side, i - own] = _MISSING


@inner
def _column(words: U64, flags: U8, i: int) -> int:
    """Where word i is counted if only one text has it."""
    if is_figure(words, flags, i):
        return _LEFT_FIGURES
    return _LEFT_NAMES if flags[i] & CAPITAL and not flags[i] & OPENS else _LEFT_PLAIN


@inner
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
            kept = follow(values, places, x, x_end, y, y_end, width, runs, spare, row)
        else:
            found = intersect(values, places, x, x_end, y, y_end, runs, row)
            kept = grow(words, a, a_end, b, b_end, width, runs, spare, found)
        used[p] = tile(runs, kept, width, marks, tiles, starts[p])
        _measure(flags, a, tiles, starts[p], used[p], row)
        for side in range(2):
            own, own_end = (a, a_end) if side == 0 else (b, b_end)
            other, other_end = (b, b_end) if side == 0 else (a, a_end)
            _miss(words, flags, own, own_end, sorted_words, other, other_end, marks, side, row)
        if row[_LEFT_FIGURES] + row[_LEFT_NAMES] + row[_RIGHT_FIGURES] + row[_RIGHT_NAMES] > 0:
            _reconcile(words, stems, flags, a, a_end, b, b_end, marks, row)
