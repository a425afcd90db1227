"""The distinct words of a few texts, and how many texts of the index have each.

What a scan learns of its words it learns of all at once (terms.py). A story brings some hundred,
and asking for them one array at a time costs more than counting them; here one loop does it all.
It says the same: which words of a text are its rarest, and what each weighs.

Time O(words * log vocabulary), and less where slots are spread evenly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dedup.buckets import distinct, pairs_within
from dedup.index.keyed import FINEST, rarest_two
from dedup.index.words import Counts
from dedup.kernels import I32, I64, U64, kernel, read_only
from dedup.ragged import rows_at
from dedup.sorting import sort_spans
from dedup.tokens import Tokens
from dedup.vocabulary import HEAVIEST, PRIOR

_DROPPED = np.uint64(64 - FINEST)  # bits of a stem
_FIRST = np.int64(0)


@dataclass(frozen=True, eq=False, slots=True)
class Bags:
    """The distinct words of each text.

    words: uint64 (entries,), the finest slot of each word (keyed.py), sorted within its text.
    texts: int32 (entries,), how many texts have a word of its slot in the vocabulary.
    weights: float64 (entries,), what such a word weighs (vocabulary.py); 0 for all but the first
        word of one slot.
    totals: float64 (texts,), the weight of each text.
    offsets: int64 (texts + 1,); the words of text k are offsets[k]:offsets[k + 1].
    shift: what takes a finest slot to one of the vocabulary.
    """

    words: U64
    texts: I32
    weights: np.ndarray
    totals: np.ndarray
    offsets: I64
    shift: np.uint64

    @classmethod
    def of(cls, tokens: Tokens, counts: Counts, change: Counts, texts: int) -> Bags:
        """counts, change: of words, which add up to those of the index; texts: how many it has."""
        words, size = tokens.stems >> _DROPPED, len(tokens.stems)
        sort_spans(words, np.empty(size, dtype=np.int32), tokens.offsets)
        out = cls(
            words, np.empty(size, dtype=np.int32), np.empty(size), np.zeros(len(tokens)),
            np.zeros(len(tokens) + 1, dtype=np.int64), np.uint64(FINEST - counts.bits),
        )  # fmt: skip
        _count(
            out.words, read_only(tokens.offsets), out.shift,
            read_only(counts.slots), read_only(counts.counts),
            read_only(change.slots), read_only(change.counts), float(texts),
            out.texts, out.weights, out.totals, out.offsets,
        )  # fmt: skip
        return out

    def take(self, rows: I64) -> Bags:
        """Those of some texts, in the order of `rows`."""
        if len(rows) == len(self.totals) and np.array_equal(rows, np.arange(len(rows))):
            return self
        at, offsets = rows_at(self.offsets, rows)
        return Bags(
            self.words[at], self.texts[at], self.weights[at], self.totals[rows], offsets, self.shift
        )

    def rarest(self) -> U64:
        """The keys that texts are looked up by: each two of a text's rarest words; sorted.

        A word that no other text has makes none.
        """
        return np.sort(self._rarest()[0])

    def sharing(self, *, bucket: int) -> I64:
        """Pairs of texts with one of these keys in common, each once, as a scan makes them."""
        keys, owners = self._rarest()
        return distinct(pairs_within(keys, owners, bound=bucket), len(self.totals))

    def _rarest(self) -> tuple[U64, I64]:
        return rarest_two(self.words, self.texts, self.offsets, least=2)


@kernel
def _place(slots: I64, first: int, value: int, bits: int) -> int:
    """The first place from `first` on whose slot is not below a value.

    Slots are hashes of so many bits: how large a value is tells about where it stands, and what
    stands there tells how far away. From there on ever longer steps are made.
    """
    count, step = len(slots), np.int64(1)
    if first >= count:
        return count
    at = min(max(first, (value * count) >> bits), count - 1)
    at = min(max(first, at + (((value - slots[at]) * count) >> bits)), count - 1)
    low, high = at, at
    if slots[at] < value:
        while high < count and slots[high] < value:
            low, high, step = high + 1, high + step, 2 * step
        high = min(high, count)
    else:
        while low >= first and slots[low] >= value:
            low, high, step = low - step, low, 2 * step
        low = max(low + 1, first)
    while low < high:
        middle = (low + high) >> 1
        if slots[middle] < value:
            low = middle + 1
        else:
            high = middle
    return int(low)


@kernel
def _count(
    words: U64, bounds: I64, shift: np.uint64, slots: I64, counts: I32, changed: I64, change: I32,
    everything: float, texts: I32, weights: np.ndarray, totals: np.ndarray, offsets: I64,
) -> None:  # fmt: skip
    """Leave each text's sorted words there once, and write what is counted of them, and weights."""
    size = math.log(everything + PRIOR)
    bits = np.int64(FINEST) - np.int64(shift)
    for k in range(len(bounds) - 1):
        start, n = offsets[k], offsets[k]
        at, by = _FIRST, _FIRST
        for i in range(bounds[k], bounds[k + 1]):
            if n > start and words[n - 1] == words[i]:
                continue
            slot = np.int64(words[i] >> shift)
            again = n > start and words[n - 1] >> shift == words[i] >> shift
            words[n] = words[i]
            at, by = _place(slots, at, slot, bits), _place(changed, by, slot, bits)
            found = np.int32(0)
            if at < len(slots) and slots[at] == slot:
                found += counts[at, 0]
            if by < len(changed) and changed[by] == slot:
                found += change[by, 0]
            texts[n] = found
            weights[n] = 0.0
            if not again:
                weights[n] = HEAVIEST * (size - math.log(found + 1.0)) / size
            totals[k] += weights[n]
            n += 1
        offsets[k + 1] = n
