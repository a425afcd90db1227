"""Locality-sensitive hashing: candidate pairs whose signatures agree on all rows of a band.

The slots of a signature are cut into bands, as evenly as can be. A pair of Jaccard similarity J
agrees on a band of r rows with probability J**r, so it is found with 1 - prod(1 - J**r) over the
bands. `bands` takes the fewest bands, hence the longest, that find the share `recall` of the pairs
at `threshold`; all slots are used. The chance counts what a signature can see: it is over the draw
of the permutations, for sets of many shingles.

Time O(spans * bands), memory 4 bytes a span and band, and 10 to 12 a span and thread.

Indyk and Motwani, "Approximate nearest neighbors: towards removing the curse of dimensionality",
STOC 1998. Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import local

import numpy as np

from dedup.buckets import Repeats, once, packed, pairs_within, unpacked
from dedup.errors import BadSetting
from dedup.kernels import I64, U32, U64, inlined, kernel, spread
from dedup.minhash import EMPTY, Signatures
from dedup.ragged import offsets_of
from dedup.scratch import release
from dedup.settings import DEFAULTS, check
from dedup.sorting import sort_numbers

_HELD = 4_000_000  # pairs
_ODD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
_TOP = ~np.uint64(2**32 - 1)


def bands(permutations: int, *, threshold: float, recall: float) -> list[int]:
    """The rows of each band: the fewest bands that find `recall` of the pairs at `threshold`.

    Raises:
        BadSetting: even bands of one row would find less.
    """
    check(permutations=permutations, threshold=threshold, recall=recall)
    for count in range(1, permutations + 1):
        rows = [len(part) for part in np.array_split(np.arange(permutations), count)]
        if expected_recall(rows, threshold) >= recall:
            return rows
    raise BadSetting(
        f"{permutations} permutations cannot find {recall:g} of the pairs at {threshold:g}",
        remedy="Raise permutations or threshold, or lower recall.",
    )


def expected_recall(rows: list[int], jaccard: float) -> float:
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
    filled = np.flatnonzero(signatures.rows[:, 0] != EMPTY)
    keys = band_keys(signatures, cut)[:, filled]
    return np.asarray(filled[agreeing(list(keys), bucket=bucket, threads=threads)])


def band_keys(signatures: Signatures, cut: list[int]) -> U32:
    """The top half of each band's key, uint32 (bands, spans); cut: the rows of each band.

    Two bands that differ have one with a probability of 2**-32, which makes a candidate too many.
    """
    bounds = offsets_of(np.array(cut))
    out = np.empty((len(cut), len(signatures)), dtype=np.uint32)
    _band_keys(signatures.rows, bounds, out)
    return out


def agreeing(
    keys: Sequence[U32],
    *,
    chosen: I64 | None = None,
    bucket: int = DEFAULTS.bucket,
    threads: int = DEFAULTS.threads,
) -> I64:
    """Pairs of spans that have a key in common, as `candidates` gives them.

    keys: of each band, as `band_keys` gives them.
    chosen: int64 (items,), the spans that count, if not all; pairs are of positions among them.
    """
    count = len(keys[0]) if chosen is None else len(chosen)
    room = local()  # of each thread, for one band after the other: fresh memory is dear

    def pairs_of(band: int) -> I64:
        if not hasattr(room, "keys"):
            room.keys, room.repeats = np.empty(count, dtype=np.uint64), Repeats(count)
        else:
            room.repeats.forget()
        narrow = keys[band] if chosen is None else keys[band][chosen]
        own: U64 = np.left_shift(narrow, _HALF, out=room.keys, dtype=np.uint64)
        repeats: Repeats = room.repeats
        repeats.add(own)
        items = repeats.positions(own)
        entries = sort_numbers(own[items] | items.astype(np.uint64), above=32)
        items = (entries & ~_TOP).astype(np.int64)
        entries &= _TOP
        return packed(pairs_within(entries, items, bound=bucket, ordered=True), count)

    found, held = [np.empty(0, dtype=np.int64)], 0
    for pairs in spread(pairs_of, range(len(keys)), threads=threads):
        found.append(pairs)
        held += len(pairs)
        release()
        if held > max(_HELD, len(found[0])):  # a pair that many bands find is kept once
            found = [once(np.concatenate(found), threads=threads)]
            held = 0
    return unpacked(once(np.concatenate(found), threads=threads), count)


@kernel
def _band_keys(rows: U32, bounds: I64, keys: U32) -> None:
    """Chain the slots of each band of every row: a row is small, and stays in the cache."""
    for d in range(rows.shape[0]):
        for band in range(len(bounds) - 1):
            keys[band, d] = np.uint32(chain(rows[d], bounds[band], bounds[band + 1]) >> _HALF)


@inlined
def chain(row: U32, first: int, last: int) -> np.uint64:
    """The key of slots first:last, two of them at a time."""
    key: np.uint64 = np.uint64(first)
    k = first
    while k + 1 < last:
        key ^= np.uint64(row[k]) | (np.uint64(row[k + 1]) << _HALF)
        key *= _ODD
        key ^= key >> _HALF
        k += 2
    if k < last:
        key = (key ^ np.uint64(row[k])) * _ODD
        key ^= key >> _HALF
    return key * _ODD
