"""Candidate pairs from rare words: texts that have two of their heaviest words in common.

The texts that have a word among their heaviest stand in one list, and what they have beside it is
sorted there: texts that come together have both words. A list is looked at in the processor's
cache, as a rule, and what stands in it once is left out before anything is sorted.

Two words that many texts have make a large bucket, in which each text is paired with the earliest
alone (buckets.py). In a corpus of up to FEW texts there is nothing to be learned about which words
are rare, and each text is compared with each.

Time O(texts + pairs), and once more O(texts) for every nine million texts. Memory 28 bytes a text,
of nine million at a time; and of a word that very many texts have, its list with what stands beside
it, 56 bytes a text, and its pairs, are held whole.

Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning", ICDE
2006, section 4 (the rarest elements of a set as its prefix).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedup.buckets import bits_of, once, unpacked
from dedup.kernels import I32, I64, U64, chunks, kernel, spread
from dedup.ragged import offsets_of
from dedup.settings import DEFAULTS, cores
from dedup.sorting import sort_spans

FEW = 400  # texts, of which each is compared with each
_POSTINGS = 64_000_000  # texts in lists that are held together: 0.3 GB
_LISTED = 150_000  # texts in lists that a thread looks at together
_COUNTED = 4_000_000  # words that are counted together
_ODD = np.uint64(0x9E3779B97F4A7C15)
_ONE, _SIX, _LOW6 = np.uint64(1), np.uint64(6), np.uint64(63)
_HALF, _LOW = np.uint64(32), np.uint64(2**32 - 1)
_AHEAD = 64  # texts of which the words are fetched from memory together
_FEWEST_BITS, _MOST_BITS = 9, 18  # of a place in a bitmap


def candidates(
    heaviest: I32,
    *,
    bucket: int = DEFAULTS.word_bucket,
    threads: int = DEFAULTS.threads,
) -> I64:
    """Pairs of texts that have two words in common, int64 (pairs, 2), each once, sorted."""
    found = [np.empty(0, dtype=np.int64), *sharing(heaviest, bucket=bucket, threads=threads)]
    return unpacked(once(np.concatenate(found), threads=threads), len(heaviest))


def sharing(
    heaviest: I32,
    *,
    bucket: int = DEFAULTS.word_bucket,
    threads: int = DEFAULTS.threads,
) -> Iterator[I64]:
    """Pairs of texts that have two words in common, packed (buckets.py), some at a time.

    heaviest: int32 (texts, words), the slots of some words of each, -1 behind the last.
    A pair comes once for each two words.
    """
    parts = chunks(np.full(len(heaviest), heaviest.shape[1]), _COUNTED)
    sizes = np.zeros(int(heaviest.max(initial=-1)) + 2, dtype=np.int64)
    for counts in spread(lambda part: _count(heaviest[part]), parts, threads=threads):
        sizes[: len(counts)] += counts
    sizes = sizes[1:]
    for words in chunks(sizes, _POSTINGS):
        yield from _sharing(heaviest, words, sizes[words], bucket=bucket, threads=threads)


def _count(heaviest: I32) -> I64:
    """How many texts have each slot, in the place behind it."""
    return np.asarray(np.bincount(heaviest.ravel() + 1))


def _sharing(
    heaviest: I32, words: slice, sizes: I64, *, bucket: int, threads: int
) -> Iterator[I64]:
    """The pairs of which the lower word is among these. sizes: of their lists."""
    offsets = offsets_of(sizes)
    texts = np.empty(int(offsets[-1]), dtype=np.int32)

    def post(part: slice) -> None:
        _post(heaviest, words.start + part.start, offsets[part].copy(), texts)

    def pair(part: slice) -> I64:
        return _paired(heaviest, words.start, part, offsets, texts, bucket=bucket)

    workers = threads or cores()
    for _ in spread(post, chunks(sizes, -(-int(offsets[-1]) // workers) + 1), threads=workers):
        pass
    yield from spread(pair, chunks(sizes, _LISTED), threads=threads)


def _paired(heaviest: I32, low: int, words: slice, offsets: I64, texts: I32, *, bucket: int) -> I64:
    """The pairs of some words. low: the first of all words; words: which of them.

    offsets, texts: the list of each word.
    """
    cuts = offsets[words.start : words.stop + 1]
    room = int(cuts[-1] - cuts[0]) * heaviest.shape[1]
    values = np.empty(room, dtype=np.uint64)
    bounds = np.zeros(len(cuts), dtype=np.int64)
    _join(heaviest, low + words.start, cuts, texts, values, bounds)
    values = values[: bounds[-1]]
    sort_spans(values, np.empty(len(values), dtype=np.int32), bounds)
    bits = bits_of(len(heaviest))
    out = np.empty(0, dtype=np.int64)
    out = np.empty(_pair(values, bounds, bucket, bits, out), dtype=np.int64)
    _pair(values, bounds, bucket, bits, out)
    return out


@kernel
def _post(heaviest: I32, low: int, ends: I64, texts: I32) -> None:
    """Write each text into the lists of its words from `low` on; ends: of each list so far."""
    for text in range(len(heaviest)):
        for k in range(heaviest.shape[1]):
            word = heaviest[text, k] - low
            if 0 <= word < len(ends):
                texts[ends[word]] = text
                ends[word] += 1


@kernel
def _join(heaviest: I32, low: int, offsets: I64, texts: I32, values: U64, bounds: I64) -> int:
    """Write for each word which higher ones its texts have: those that two of them may have.

    values: such a word in the upper half, the text in the lower one; of word k they are
    values[bounds[k]:bounds[k + 1]], in the order of the texts.
    """
    once = np.zeros(1 << (_MOST_BITS - 6), dtype=np.uint64)
    twice = np.zeros(1 << (_MOST_BITS - 6), dtype=np.uint64)
    n, touched = np.int64(0), np.int64(0)
    for word in range(len(offsets) - 1):
        start = n
        for first in range(offsets[word], offsets[word + 1], _AHEAD):
            last = min(first + _AHEAD, offsets[word + 1])
            for i in range(first, last):
                touched += heaviest[texts[i], 0] ^ heaviest[texts[i], -1]
            for i in range(first, last):
                text = np.uint64(texts[i])
                for k in range(heaviest.shape[1]):
                    other = heaviest[texts[i], k]
                    values[n] = (np.uint64(other) << _HALF) | text
                    n += np.int64(other > low + word)
        bits = np.int64(_FEWEST_BITS)
        while bits < _MOST_BITS and n - start > 1 << (bits - 3):
            bits += 1
        shift = np.uint64(64 - bits)
        for i in range(1 << (bits - 6)):
            once[i] = twice[i] = 0
        for i in range(start, n):
            slot = ((values[i] >> _HALF) * _ODD) >> shift
            bit = _ONE << (slot & _LOW6)
            twice[slot >> _SIX] |= once[slot >> _SIX] & bit
            once[slot >> _SIX] |= bit
        end, n = n, start
        for i in range(start, end):
            slot = ((values[i] >> _HALF) * _ODD) >> shift
            values[n] = values[i]
            n += np.int64((twice[slot >> _SIX] >> (slot & _LOW6)) & _ONE)
        bounds[word + 1] = n
    return int(touched)


@kernel
def _pair(values: U64, bounds: I64, bound: int, bits: int, out: I64) -> int:
    """Write the pairs of every bucket, packed, as far as there is room; how many there are."""
    n = np.int64(0)
    for k in range(len(bounds) - 1):
        i = bounds[k]
        while i < bounds[k + 1]:
            j = i + 1
            while j < bounds[k + 1] and values[j] >> _HALF == values[i] >> _HALF:
                j += 1
            lasts = j if j - i <= bound else i + 1
            for x in range(i, lasts):
                first = np.int64(values[x] & _LOW) << bits
                for y in range(x + 1, j):
                    if n < len(out):
                        out[n] = first | np.int64(values[y] & _LOW)
                    n += 1
            i = j
    return int(n)
