"""Compared pairs, one part behind the other, in columns that may be larger than memory.

A pair takes 130 bytes, 75 more for the sample of its longest run, and 44 a shared run. Where that
is much the columns stand in files (scratch.py), and are read from there some rows at a time.
"""

from __future__ import annotations

import numpy as np

from dedup import compare, weigh
from dedup.compare import Comparison
from dedup.compared import Compared
from dedup.furniture import LongestRuns
from dedup.ragged import offsets_of, sizes_of
from dedup.scratch import Growing, Scratch
from dedup.weigh import Weights


class Gathering:
    """Compared pairs of one part after the other."""

    def __init__(self, scratch: Scratch) -> None:
        """scratch: where they stand if they are many."""
        self._pairs = Growing(scratch, np.int64, (2,))
        self._by_runs = Growing(scratch, np.uint8)
        self._counts = Growing(scratch, np.int32, (len(compare.COLUMNS),))
        self._sizes = Growing(scratch, np.int64)
        self._tiles = Growing(scratch, np.int32, (3,))
        self._runs = Growing(scratch, np.int64, (4,))
        self._sums = Growing(scratch, np.float32, (len(weigh.COLUMNS),))
        self._bigrams = Growing(scratch, np.int32, (3,))
        self._worn = Growing(scratch, np.int32)
        self._embedded = Growing(scratch, np.bool_)
        self._alone = Growing(scratch, np.bool_)
        self._keys = Growing(scratch, np.uint64)
        self._key_counts = Growing(scratch, np.int32)

    def add(self, part: Compared) -> None:
        """Append some.

        Raises:
            BadOutput: the disk has no room for them.
        """
        for column, values in (
            (self._pairs, part.pairs),
            (self._by_runs, part.by_runs),
            (self._counts, part.found.counts),
            (self._sizes, sizes_of(part.found.offsets)),
            (self._tiles, part.found.tiles),
            (self._runs, part.runs),
            (self._sums, part.weights.sums),
            (self._bigrams, part.bigrams),
            (self._worn, part.worn),
            (self._embedded, part.longest.embedded),
            (self._alone, part.longest.alone),
            (self._keys, part.longest.keys),
            (self._key_counts, part.longest.counts),
        ):
            column.add(values)

    def whole(self) -> Compared:
        """All of them. The gathering is empty then."""
        offsets = offsets_of(self._sizes.whole())
        return Compared(
            pairs=self._pairs.whole(),
            by_runs=self._by_runs.whole(),
            found=Comparison(self._counts.whole(), self._tiles.whole(), offsets),
            runs=self._runs.whole(),
            weights=Weights(self._sums.whole()),
            bigrams=self._bigrams.whole(),
            worn=self._worn.whole(),
            longest=LongestRuns(
                self._embedded.whole(),
                self._alone.whole(),
                self._keys.whole(),
                self._key_counts.whole(),
            ),
        )
