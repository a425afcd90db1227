"""Matches: pairs of texts that are more than candidates, of one kind each.

They are put in order once all are known, those that were found after the others among them, and
written once: where they are many their columns stand in files (scratch.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dedup.buckets import packed
from dedup.compare import COLUMNS, Comparison, joined
from dedup.furniture import NOTHING_PASTED, Pasted
from dedup.kernels import I64, U8, spread
from dedup.ragged import offsets_of, rows_at, sizes_of
from dedup.scratch import Growing, Scratch, passed
from dedup.settings import DEFAULTS

_ROWS = 50_000  # that a thread puts in order at a time


@dataclass(frozen=True, eq=False, slots=True)
class Matches:
    """Pairs of texts whose kind is not `none`, sorted by left, then right.

    pairs: int64 (matches, 2), texts; the left one was seen first.
    kinds: uint8 (matches,), positions in KINDS.
    found: the comparison of each pair.
    pasted: the runs of inline furniture; matches that rest on one alone are left out.
    runs: int64 (tiles, 4), the bytes of each tile of `found` in the corpus buffer: start and end
        in the left text, start and end in the right one, each at its first occurrence.
    """

    pairs: I64
    kinds: U8
    found: Comparison
    runs: I64
    pasted: Pasted = NOTHING_PASTED

    def __len__(self) -> int:
        return len(self.pairs)

    def take(self, rows: I64) -> Matches:
        """Some of the matches, in the order of `rows`."""
        tiles, offsets = rows_at(self.found.offsets, rows)
        found = Comparison(self.found.counts[rows], self.found.tiles[tiles], offsets)
        return Matches(self.pairs[rows], self.kinds[rows], found, self.runs[tiles], self.pasted)

    def part(self, rows: slice) -> Matches:
        """Consecutive matches, without a copy of their columns."""
        low, high = self.found.offsets[[rows.start, rows.stop]].tolist()
        found = self.found.part(rows)
        return Matches(self.pairs[rows], self.kinds[rows], found, self.runs[low:high], self.pasted)


NO_MATCHES = Matches(
    np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.uint8), joined([]),
    np.empty((0, 4), dtype=np.int64),
)  # fmt: skip


def in_order(parts: Sequence[Matches], count: int) -> Matches:
    """Matches as one, in the order of their pairs, which are of `count` texts."""
    if not parts:
        return NO_MATCHES
    pairs = np.concatenate([part.pairs for part in parts])
    whole = Matches(
        pairs,
        np.concatenate([part.kinds for part in parts]),
        joined([part.found for part in parts]),
        np.concatenate([part.runs for part in parts]),
    )
    return whole.take(np.argsort(packed(pairs, count)))


def woven(
    loose: Matches,
    order: I64,
    more: Matches,
    count: int,
    *,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Matches:
    """Matches in the order of their pairs, with more among them; no pair is there twice.

    loose: in any order, and others may be among them. order: int64, the rows of those that stay,
        in the order of their pairs. more: in the order of theirs. count: of all texts.
    scratch: where the columns stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    at = np.searchsorted(packed(loose.pairs[order], count), packed(more.pairs, count))
    cuts = [slice(k, min(k + _ROWS, len(order))) for k in range(0, len(order) + 1, _ROWS)]

    def weave(part: slice) -> Matches:
        old = loose.take(order[part])
        low, high = np.searchsorted(at, [part.start, part.start + _ROWS]).tolist()
        return _inserted(old, more.part(slice(low, high)), at[low:high] - part.start)

    room = scratch or Scratch()
    pairs, counts = Growing(room, np.int64, (2,)), Growing(room, np.int32, (len(COLUMNS),))
    tiles, runs = Growing(room, np.int32, (3,)), Growing(room, np.int64, (4,))
    kinds, sizes = Growing(room, np.uint8), Growing(room, np.int32)
    for part in spread(weave, cuts, threads=threads if len(cuts) > 1 else 1):
        for column, values in (
            (pairs, part.pairs),
            (kinds, part.kinds),
            (counts, part.found.counts),
            (tiles, part.found.tiles),
            (sizes, sizes_of(part.found.offsets).astype(np.int32)),
            (runs, part.runs),
        ):
            column.add(values)
        passed()
    found = Comparison(counts.whole(), tiles.whole(), offsets_of(sizes.whole()))
    return Matches(pairs.whole(), kinds.whole(), found, runs.whole(), loose.pasted)


def _inserted(old: Matches, more: Matches, at: I64) -> Matches:
    """Matches with more of them, each put before the row `at`."""
    if not len(more):
        return old
    sizes = sizes_of(more.found.offsets)
    places = np.repeat(old.found.offsets[at], sizes)
    found = Comparison(
        np.insert(old.found.counts, at, more.found.counts, axis=0),
        np.insert(old.found.tiles, places, more.found.tiles, axis=0),
        offsets_of(np.insert(sizes_of(old.found.offsets), at, sizes)),
    )
    return Matches(
        np.insert(old.pairs, at, more.pairs, axis=0),
        np.insert(old.kinds, at, more.kinds),
        found,
        np.insert(old.runs, places, more.runs, axis=0),
        old.pasted,
    )
