"""Matches that are found after the others, by what the comparison of two texts does not show.

They are compared as all matches are, called `rewritten`, and put in their places among the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dedup.buckets import packed
from dedup.compare import COLUMNS, Comparison, compare_sides, joined
from dedup.compared import bytes_of
from dedup.kernels import I64, chunks, spread
from dedup.kinds import REWRITTEN
from dedup.match import Matches
from dedup.ragged import sizes_of
from dedup.scratch import Growing, Scratch, passed
from dedup.settings import DEFAULTS
from dedup.sides import present, ready
from dedup.tokens import Tokens

_WORDS = 250_000  # of texts that a thread compares at a time
_ROWS = 200_000  # matches that are copied at a time
_NO_RUNS = np.empty((0, 4), dtype=np.int64)


def told_again(
    pairs: I64,
    tell: Callable[[Tokens, I64, I64], np.ndarray],
    tokens_of: Callable[[I64], Tokens],
    sizes: I64,
    *,
    width: int = DEFAULTS.shingle,
    threads: int = DEFAULTS.threads,
) -> Matches:
    """Those of the pairs that are told to be retellings, int64 (pairs, 2), sorted; as matches.

    tell: which of some pairs are, given the words of their texts, these texts, and the pairs as
        positions among them; called from several threads.
    tokens_of: the words of some texts. sizes: int64 (texts,), how many words each has.
    """

    def step(part: slice) -> tuple[I64, Comparison, I64]:
        texts = present(pairs[part], len(sizes))
        tokens, local = tokens_of(texts), np.searchsorted(texts, pairs[part])
        kept = np.flatnonzero(tell(tokens, texts, local))
        if not len(kept):
            return kept, joined([]), _NO_RUNS
        sides = ready(tokens, width=width)
        found = compare_sides(sides, local[kept])
        return part.start + kept, found, bytes_of(sides, local[kept], found)

    parts = chunks(sizes[pairs].sum(axis=1), _WORDS)
    done = list(spread(step, parts, threads=threads))
    kept = np.concatenate([np.empty(0, dtype=np.int64), *(rows for rows, _, _ in done)])
    return Matches(
        pairs[kept],
        np.full(len(kept), REWRITTEN, dtype=np.uint8),
        joined([found for _, found, _ in done]),
        np.concatenate([_NO_RUNS, *(runs for _, _, runs in done)]),
    )


def inserted(
    matches: Matches, added: Sequence[Matches], count: int, *, scratch: Scratch | None = None
) -> Matches:
    """All of them, in the order of their pairs, which are of `count` texts; no pair is there twice.

    added: what is put among the matches. scratch: where the columns stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    if not any(map(len, added)):
        return matches
    more = _in_order(added, count)
    room = scratch or Scratch()
    pairs, counts = Growing(room, np.int64, (2,)), Growing(room, np.int32, (len(COLUMNS),))
    tiles, runs = Growing(room, np.int32, (3,)), Growing(room, np.int64, (4,))
    kinds, sizes = Growing(room, np.uint8), [np.zeros(1, dtype=np.int64)]
    known = packed(matches.pairs, count)
    rows = np.searchsorted(known, packed(more.pairs, count))
    del known
    for first in range(0, len(matches) + 1, _ROWS):
        part = slice(first, min(first + _ROWS, len(matches)))
        low, high = np.searchsorted(rows, [first, first + _ROWS])
        own, at = slice(low, high), rows[low:high] - first
        old, new = matches.found.part(part), more.found.part(slice(low, high))
        places = np.repeat(old.offsets[at], sizes_of(new.offsets))
        pairs.add(np.insert(matches.pairs[part], at, more.pairs[own], axis=0))
        kinds.add(np.insert(matches.kinds[part], at, more.kinds[own]))
        counts.add(np.insert(old.counts, at, new.counts, axis=0))
        tiles.add(np.insert(old.tiles, places, new.tiles, axis=0))
        sizes.append(np.insert(sizes_of(old.offsets), at, sizes_of(new.offsets)))
        held, fresh = (
            one.runs[one.found.offsets[of.start] : one.found.offsets[of.stop]]
            for one, of in ((matches, part), (more, own))
        )
        runs.add(np.insert(held, places, fresh, axis=0))
        passed()
    found = Comparison(counts.whole(), tiles.whole(), np.cumsum(np.concatenate(sizes)))
    return Matches(pairs.whole(), kinds.whole(), found, runs.whole(), matches.pasted)


def _in_order(parts: Sequence[Matches], count: int) -> Matches:
    """Matches as one, in the order of their pairs."""
    pairs = np.concatenate([part.pairs for part in parts])
    whole = Matches(
        pairs,
        np.concatenate([part.kinds for part in parts]),
        joined([part.found for part in parts]),
        np.concatenate([part.runs for part in parts]),
    )
    return whole.take(np.argsort(packed(pairs, count)))
