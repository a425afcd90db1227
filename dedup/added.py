"""Matches that are found after the others, by what the comparison of two texts does not show.

They are compared as all matches are, and called `rewritten`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dedup.compare import Comparison, compare_sides, joined
from dedup.compared import bytes_of
from dedup.kernels import I64, chunks, spread
from dedup.kinds import REWRITTEN
from dedup.matches import Matches
from dedup.settings import DEFAULTS
from dedup.sides import present, ready
from dedup.tokens import Tokens

_WORDS = 250_000  # of texts that a thread compares at a time
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
