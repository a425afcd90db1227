"""Candidate pairs that share a passage, however unlike the rest of them is.

Jaccard similarity does not see a short paragraph inside a long one, nor one copied sentence. A run
of `passage` words that stands in two texts does. Runs that many texts share are not dropped: they
make a large bucket, which pairs each text with the earliest only (buckets.py), while the rare runs
beside them pair it with every text that has them. So candidates grow with the words of the corpus.

Two passes over the shingles: the first marks in a bitmap which occur twice, the second collects
only those. Time O(words), memory a byte a word for the bitmaps and 16 bytes a repeated run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dedup.buckets import Repeats, distinct, pairs_within
from dedup.kernels import I64, U64, spread
from dedup.settings import DEFAULTS
from dedup.shingles import Shingles


def candidates(
    parts: Sequence[slice],
    shingles_of: Callable[[slice], Shingles],
    *,
    words: int,
    bucket: int = DEFAULTS.bucket,
    threads: int = DEFAULTS.threads,
) -> I64:
    """Pairs of texts that share a shingle, int64 (pairs, 2), each once, sorted, the lower first.

    parts: positions of the texts, cut into consecutive slices from 0.
    shingles_of: the shingles of one part; called twice a part, from several threads.
    words: of all texts together, for the size of the bitmaps.
    """
    repeats = Repeats(words)
    for shingles in spread(shingles_of, parts, threads=threads):
        repeats.add(shingles.values)

    def repeated(part: slice) -> tuple[U64, I64]:
        shingles = shingles_of(part)
        places = repeats.positions(shingles.values)
        texts = np.searchsorted(shingles.offsets, places, side="right") - 1 + part.start
        return shingles.values[places], texts

    found = list(spread(repeated, parts, threads=threads))
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    keys = np.concatenate([keys for keys, _ in found])
    texts = np.concatenate([texts for _, texts in found])
    count = parts[-1].stop
    return distinct(pairs_within(keys, texts, bound=bucket), count)
