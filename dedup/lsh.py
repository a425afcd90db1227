"""Locality-sensitive hashing: candidate pairs whose signatures agree on all rows of a band.

The slots of a signature are cut into bands, as evenly as can be. A pair of Jaccard similarity J
agrees on a band of r rows with probability J**r, so it is found with 1 - prod(1 - J**r) over the
bands. `bands` takes the fewest bands, hence the longest, that find the share `recall` of the pairs
at `threshold`; all slots are used. The chance counts what a signature can see: it is over the draw
of the permutations, for sets of many shingles.

Time O(spans * bands), one band in memory at a time.

Indyk and Motwani, "Approximate nearest neighbors: towards removing the curse of dimensionality",
STOC 1998. Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from dedup.buckets import Repeats, distinct, pairs_within
from dedup.errors import BadSetting
from dedup.kernels import I64, U32, U64, kernel, spread
from dedup.minhash import EMPTY, Signatures
from dedup.settings import DEFAULTS, check
from dedup.tokens import mix


@cache
def bands(permutations: int, *, threshold: float, recall: float) -> tuple[int, ...]:
    """The rows of each band: the fewest bands that find `recall` of the pairs at `threshold`.

    Raises:
        BadSetting: even bands of one row would find less.
    """
    check(permutations=permutations, threshold=threshold, recall=recall)
    for count in range(1, permutations + 1):
        rows = tuple(len(part) for part in np.array_split(np.arange(permutations), count))
        if expected_recall(rows, threshold) >= recall:
            return rows
    raise BadSetting(
        f"{permutations} permutations cannot find {recall:g} of the pairs at {threshold:g}",
        remedy="Raise permutations or threshold, or lower recall.",
    )


def expected_recall(rows: Sequence[int], jaccard: float) -> float:
    """The chance that a pair of this Jaccard similarity agrees on at least one band."""
    return float(1 - np.prod([1 - jaccard**r for r in rows]))


def candidates(
    signatures: Signatures,
    *,
    threshold: float = DEFAULTS.threshold,
    recall: float = DEFAULTS.recall,
    bucket: int = DEFAULTS.bucket,
    threads: int = DEFAULTS.threads,
) -> I64:
    """Pairs of spans that agree on a band, int64 (pairs, 2), each once, sorted, the lower first.

    Raises:
        BadSetting: a number is outside its range, or no bands reach `recall`.
    """
    cut = bands(signatures.rows.shape[1], threshold=threshold, recall=recall)
    count = len(signatures)
    ends = np.cumsum(cut).tolist()

    def pairs_of(band: tuple[int, int]) -> I64:
        keys = np.empty(count, dtype=np.uint64)
        _band_keys(signatures.rows, band[0], band[1], keys)
        repeats = Repeats(count)
        repeats.add(keys)
        items = repeats.positions(keys)
        items = items[signatures.rows[items, 0] != EMPTY]
        return distinct(pairs_within(keys[items], items, bound=bucket), count)

    found = np.empty((0, 2), dtype=np.int64)
    starts = [0, *ends[:-1]]
    for pairs in spread(pairs_of, zip(starts, ends, strict=True), threads=threads):
        found = np.concatenate((found, pairs))
        if len(found) > 4_000_000:  # a pair that many bands find is kept once
            found = distinct(found, count)
    return distinct(found, count)


def keys(signatures: Signatures, *, threshold: float, recall: float) -> U64:
    """The key of every band, uint64 (spans, bands)."""
    cut = bands(signatures.rows.shape[1], threshold=threshold, recall=recall)
    ends = np.cumsum(cut).tolist()
    out = np.empty((len(cut), len(signatures)), dtype=np.uint64)
    for band, (first, last) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        _band_keys(signatures.rows, first, last, out[band])
    return out.T


@kernel
def _band_keys(rows: U32, first: int, last: int, keys: U64) -> None:
    """Chain slots first:last of every row into one key."""
    for d in range(rows.shape[0]):
        key = np.uint64(first)
        for k in range(first, last):
            key = mix(key ^ np.uint64(rows[d, k])) + np.uint64(0x9E3779B97F4A7C15)
        keys[d] = mix(key)
