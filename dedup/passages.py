"""Candidate pairs from runs of words that texts have in common.

Jaccard similarity does not see a short paragraph inside a long one, nor one copied sentence. A run
of `passage` words that stands in two texts does. Runs that many texts share are not dropped: they
make a large bucket, which pairs each text with the earliest only (buckets.py), while the rare runs
beside them pair it with every text that has them. So candidates grow with the words of the corpus.

A run that many texts share is well worn. It may be a stock phrase, or the frame of a template.

Time O(words), memory that of the repeated keys (repeated.py).
"""

from __future__ import annotations

import numpy as np

from dedup.buckets import distinct, pairs_within
from dedup.kernels import I64, U8, spread
from dedup.repeated import Repeated, in_slices
from dedup.scratch import Scratch
from dedup.settings import DEFAULTS
from dedup.sorting import run_starts

WORN = 9  # texts


def candidates(
    found: Repeated,
    count: int,
    *,
    bucket: int = DEFAULTS.bucket,
    threads: int = DEFAULTS.threads,
) -> I64:
    """Pairs of texts that share a run, int64 (pairs, 2), each once, sorted, the lower first.

    count: of all texts.
    """

    def step(part: slice) -> I64:
        keys, texts = found.keys[part], found.texts[part].astype(np.int64)
        return distinct(pairs_within(keys, texts, bound=bucket, ordered=True), count)

    parts = in_slices(found)
    pairs = spread(step, parts, threads=threads if len(parts) > 1 else 1)
    return distinct(
        np.concatenate([np.empty((0, 2), dtype=np.int64), *pairs]), count, threads=threads
    )


def well_worn(
    found: Repeated,
    offsets: I64,
    *,
    width: int = DEFAULTS.passage,
    scratch: Scratch | None = None,
) -> U8:
    """The words that lie in a run which WORN texts or more have, as Background has them.

    found: of the runs of `width` words. offsets: int64 (texts + 1,), the words of each text.
    scratch: where the column stands that is made into bits, a byte a word.

    Raises:
        BadOutput: the disk has no room for it.
    """
    out = (scratch or Scratch()).zeros((int(offsets[-1]),), np.bool_, sought=True)
    for part in in_slices(found):
        held, owners = found.keys[part], found.texts[part]
        of_key = run_starts(held)
        keys = np.cumsum(of_key) - 1
        texts = np.bincount(keys, of_key | run_starts(owners))
        rows = np.flatnonzero(texts[keys] >= WORN)
        first = offsets[owners[rows]] + found.places[part][rows]
        last = offsets[owners[rows] + 1]
        for step in range(width):
            out[np.minimum(first + step, last - 1)] = True
    return np.packbits(out, bitorder="little")
