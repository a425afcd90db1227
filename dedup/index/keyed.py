"""What the texts and stories that come in are to be found by, later (keys.py)."""

from __future__ import annotations

from functools import cache

import numpy as np

from dedup.alike import JACCARD, story_signatures
from dedup.index.keys import BAND, RUN, WORD, keys_of, packed
from dedup.index.words import Counts
from dedup.kernels import I32, I64, U64, kernel
from dedup.lsh import band_keys
from dedup.lsh import bands as bands_of
from dedup.minhash import Signatures
from dedup.ragged import sizes_of
from dedup.shingles import shingle
from dedup.sorting import run_starts, sort_spans
from dedup.terms import KEPT
from dedup.tokens import Tokens

WORDS = KEPT  # of a text, the rarest when it came, of which each two make a key
FINEST = 22  # bits of a slot, in the key of a word
_HALF = np.uint64(32)
_FIRST = np.int64(0)


def runs(tokens: Tokens, numbers: I64, *, passage: int) -> U64:
    """Postings of the runs of texts with these numbers."""
    found = shingle(tokens, width=passage)
    return packed(keys_of(found.values, RUN), np.repeat(numbers, sizes_of(found.offsets)))


def distinct_words(tokens: Tokens, numbers: I64) -> tuple[I64, I64]:
    """The distinct words of texts: the number of the text, and the finest slot, sorted in it."""
    slots = tokens.stems >> np.uint64(64 - FINEST)
    sort_spans(slots, np.empty(len(slots), dtype=np.int32), tokens.offsets)
    fresh = np.ones(len(slots) + 1, dtype=np.bool_)
    np.not_equal(slots[1:], slots[:-1], out=fresh[1:-1])
    fresh[tokens.offsets] = True
    holders = np.repeat(numbers, sizes_of(tokens.offsets))
    return holders[fresh[:-1]], slots[fresh[:-1]].astype(np.int64)


def rare_words(words: list[tuple[I64, I64]], counts: Counts) -> U64:
    """Postings of the rarest words of texts, given as `distinct_words` gives them."""
    if not words:
        return np.empty(0, dtype=np.uint64)
    numbers = np.concatenate([one for one, _ in words])
    finest = np.concatenate([slots for _, slots in words])
    texts = counts.texts(finest >> np.int64(FINEST - counts.bits))
    first = np.flatnonzero(run_starts(numbers))  # words of a text are together
    offsets = np.append(first, len(numbers))
    keys, owners = rarest_two(finest.astype(np.uint64), texts, offsets, least=0)
    return packed(keys, numbers[first][owners])


def rarest_two(words: U64, texts: I32, offsets: I64, *, least: int) -> tuple[U64, I64]:
    """The keys of each two of the rarest words of some texts, and which text's each is.

    words: the finest slots of its distinct words, sorted in a text. texts: int32, how many texts
        have each. offsets: int64 (texts + 1,). least: of texts that have a word.
    """
    room = (len(offsets) - 1) * WORDS * (WORDS - 1) // 2
    keys, owners = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.int64)
    count = _pair_up(words, texts, offsets, least, keys, owners)
    return keys_of(keys[:count], WORD), owners[:count]


@kernel
def _pair_up(words: U64, texts: I32, offsets: I64, least: int, keys: U64, owners: I64) -> int:
    """Write each two of the WORDS words of every text that fewest texts have; how many."""
    kept, few = np.empty(WORDS, dtype=np.uint64), np.empty(WORDS, dtype=np.int32)
    n = _FIRST
    for k in range(len(offsets) - 1):
        size = _FIRST
        for i in range(offsets[k], offsets[k + 1]):
            if texts[i] < least or (size == WORDS and texts[i] >= few[size - 1]):
                continue
            place = size if size < WORDS else size - 1
            while place > 0 and few[place - 1] > texts[i]:
                kept[place], few[place] = kept[place - 1], few[place - 1]
                place -= 1
            kept[place], few[place] = words[i], texts[i]
            size = min(size + 1, np.int64(WORDS))
        for x in range(size):
            for y in range(x + 1, size):
                low, high = min(kept[x], kept[y]), max(kept[x], kept[y])
                keys[n], owners[n] = (low << _HALF) | high, k
                n += 1
    return int(n)


def bands(signatures: Signatures, texts: I64, bounds: I64, *, recall: float) -> tuple[U64, I64]:
    """The keys of whole stories, uint64 (stories, bands), and which stories have any.

    texts: int64 (paragraphs,), the row of each paragraph's text in `signatures`, or -1; story s has
        the paragraphs bounds[s]:bounds[s + 1].
    """
    whole = story_signatures(signatures, texts, bounds)
    rows = band_keys(whole, _cut(whole.rows.shape[1], recall)).T
    told = np.searchsorted(np.flatnonzero(texts >= 0), bounds)
    stories = np.flatnonzero(np.diff(told))
    keys = keys_of(rows[stories].reshape(-1).astype(np.uint64), BAND)
    return keys.reshape(len(stories), rows.shape[1]), stories


@cache
def _cut(permutations: int, recall: float) -> list[int]:
    """The rows of each band of a story's signature."""
    return bands_of(permutations, threshold=JACCARD, recall=recall)
