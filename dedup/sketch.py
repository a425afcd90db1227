"""From texts to what a search for near-duplicates needs, in one pass and without what lies between.

Of each text stay its words, counted, the fingerprint of all of them, and a key for each band of its
signature (lsh.py): 12 bytes and 4 a band. Words, shingles and signatures are made for BATCH texts
at a time, in memory that is used again for the next ones and so stays in the processor's cache;
that is what makes the pass fast, for it does nothing that the steps do not do one after the other.

A key is the top half of the band's own: two bands that differ have one key with a probability of
2**-32, which makes a few candidates more and no pair, for candidates are compared exactly.

Time O(bytes + shingles * permutations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.hashes import chain_words
from dedup.kernels import I32, I64, U8, U32, U64, kernel, read_only
from dedup.lsh import chain
from dedup.minhash import minima, permutations
from dedup.ragged import offsets_of
from dedup.shingles import roll
from dedup.tokens import FoldTable, cut_words

BATCH = 32  # texts
_HALF = np.uint64(32)


@dataclass(frozen=True, eq=False, slots=True)
class Sketches:
    """A column for each text.

    words: int32 (texts,). fingerprints: uint64 (texts,); equal words, equal fingerprint.
    keys: uint32 (bands, texts).
    """

    words: I32
    fingerprints: U64
    keys: U32

    @classmethod
    def room(cls, texts: int, bands: int) -> Sketches:
        """Columns to be filled."""
        return cls(
            np.empty(texts, dtype=np.int32),
            np.empty(texts, dtype=np.uint64),
            np.empty((bands, texts), dtype=np.uint32),
        )


class Sketcher:
    """Fills columns for texts of one kind of shingle, signature and bands."""

    def __init__(self, *, width: int, permutations: int, seed: int, rows: list[int]) -> None:
        """rows: of each band, as lsh.bands gives them."""
        self.width = width
        self.a, self.b = _drawn(permutations, seed)
        self.cuts = offsets_of(np.array(rows))

    def fill(
        self, buffer: U8, starts: I64, ends: I64, table: FoldTable, out: Sketches, first: int
    ) -> None:
        """Sketch the texts starts[k]:ends[k] of `buffer` into the columns from row `first` on."""
        if not len(starts):
            return
        sizes = np.add.reduceat((ends - starts) // 2 + 1, np.arange(0, len(starts), BATCH))
        room = int(sizes.max())
        hashes = np.empty((2, room), np.uint64)
        bounds = np.empty((2, BATCH + 1), dtype=np.int64)
        _sketch(
            read_only(buffer), read_only(starts), read_only(ends),
            table.kinds, table.index, table.bounds, table.pool,
            self.width, self.a, self.b, self.cuts, hashes, np.empty(0, np.int64),
            np.empty(0, np.uint8), bounds, np.empty((BATCH, len(self.a)), dtype=np.uint32),
            first, out.words, out.fingerprints, out.keys,
        )  # fmt: skip


_drawn = permutations


@kernel
def _sketch(
    buffer: U8, starts: I64, ends: I64, kinds: U8, index: I32, bounds: I32, pool: U8,
    width: int, a: U32, b: U32, cuts: I64,
    hashes: U64, none: I64, flags: U8, offsets: I64, rows: U32,
    row: int, words: I32, fingerprints: U64, keys: U32,
) -> None:  # fmt: skip
    """Take the steps for every batch; hashes, offsets and rows are the memory they share.

    row: of the columns, where the first text goes. none, flags: empty.
    """
    for first in range(0, len(starts), BATCH):
        last = min(first + BATCH, len(starts))
        size = last - first
        of_words, of_shingles = offsets[0, : size + 1], offsets[1, : size + 1]
        of_words[0] = 0
        cut_words(
            buffer, starts[first:last], ends[first:last], kinds, index, bounds, pool,
            hashes[0], hashes[1, :0], none, none, flags, of_words,
        )  # fmt: skip
        chain_words(hashes[0], of_words, fingerprints[row + first : row + last])
        of_shingles[0] = 0
        for k in range(size):
            count = of_words[k + 1] - of_words[k]
            words[row + first + k] = count
            of_shingles[k + 1] = of_shingles[k] + (max(count - width + 1, 1) if count else 0)
        roll(hashes[0], of_words, width, hashes[1], of_shingles)
        minima(hashes[1], of_shingles, a, b, rows[:size])
        for band in range(len(cuts) - 1):
            for k in range(size):
                key = chain(rows[k], cuts[band], cuts[band + 1])
                keys[band, row + first + k] = np.uint32(key >> _HALF)
