"""Matches that are found after the others, by what the comparison of two texts does not show.

They are compared as all matches are, called `rewritten`, and put in their places among the others.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedup.compare import Comparison, compare, joined
from dedup.kernels import I64, chunks, spread
from dedup.kinds import REWRITTEN
from dedup.match import Matches, run_bytes
from dedup.settings import DEFAULTS
from dedup.sides import present
from dedup.tokens import Tokens

_WORDS = 250_000  # of texts that a thread compares at a time


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

    def step(part: slice) -> tuple[I64, Comparison]:
        texts = present(pairs[part], len(sizes))
        tokens, local = tokens_of(texts), np.searchsorted(texts, pairs[part])
        kept = np.flatnonzero(tell(tokens, texts, local))
        found = compare(tokens, local[kept], width=width) if len(kept) else joined([])
        return part.start + kept, found

    parts = chunks(sizes[pairs].sum(axis=1), _WORDS)
    done = list(spread(step, parts, threads=threads))
    kept = np.concatenate([np.empty(0, dtype=np.int64), *(rows for rows, _ in done)])
    found = joined([one for _, one in done])
    runs = run_bytes(pairs[kept], found, tokens_of, sizes, threads=threads)
    return Matches(pairs[kept], np.full(len(kept), REWRITTEN, dtype=np.uint8), found, runs)


def inserted(matches: Matches, more: Matches, count: int) -> Matches:
    """Both, in the order of their pairs, which are of `count` texts."""
    pairs = matches.pairs
    rows = np.searchsorted(
        pairs[:, 0] * count + pairs[:, 1], more.pairs[:, 0] * count + more.pairs[:, 1]
    )
    tiles = np.repeat(matches.found.offsets[rows], np.diff(more.found.offsets))
    sizes = np.insert(np.diff(matches.found.offsets), rows, np.diff(more.found.offsets))
    found = Comparison(
        np.insert(matches.found.counts, rows, more.found.counts, axis=0),
        np.insert(matches.found.tiles, tiles, more.found.tiles, axis=0),
        np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes))),
    )
    return Matches(
        np.insert(pairs, rows, more.pairs, axis=0),
        np.insert(matches.kinds, rows, more.kinds),
        found,
        np.insert(matches.runs, tiles, more.runs, axis=0),
        matches.pasted,
    )
