"""What the texts and stories that come in are to be found by, later (keys.py)."""

from __future__ import annotations

from functools import cache

import numpy as np

from dedup.alike import JACCARD, story_signatures
from dedup.index.keys import BAND, RUN, WORD, keys_of, packed
from dedup.index.words import Counts, LocalVocabulary, slots_of
from dedup.kernels import I64, U64
from dedup.lsh import band_keys
from dedup.lsh import bands as bands_of
from dedup.minhash import Signatures
from dedup.shingles import shingle
from dedup.terms import KEPT
from dedup.tokens import Tokens

WORDS = KEPT  # of a text, the rarest when it came, of which each two make a key
FINEST = 22  # bits of a slot, in the key of a word
_BITS = np.int64(FINEST)


def runs(tokens: Tokens, numbers: I64, *, passage: int) -> U64:
    """Postings of the runs of texts with these numbers."""
    found = shingle(tokens, width=passage)
    return packed(keys_of(found.values, RUN), np.repeat(numbers, np.diff(found.offsets)))


def distinct_words(tokens: Tokens, numbers: I64) -> tuple[I64, I64]:
    """The distinct words of texts: the number of the text, and the finest slot."""
    holders = np.repeat(np.arange(len(tokens)), np.diff(tokens.offsets))
    pairs = np.sort((holders << _BITS) | slots_of(tokens.stems, FINEST))
    pairs = pairs[np.diff(pairs, prepend=-1) != 0]
    return numbers[pairs >> _BITS], pairs & np.int64(2**FINEST - 1)


def rare_words(words: list[tuple[I64, I64]], counts: Counts) -> U64:
    """Postings of the rarest words of texts, given as `distinct_words` gives them."""
    if not words:
        return np.empty(0, dtype=np.uint64)
    numbers = np.concatenate([one for one, _ in words])
    finest = np.concatenate([slots for _, slots in words])
    slots = finest >> np.int64(FINEST - counts.bits)
    used = np.sort(slots)
    used = used[np.diff(used, prepend=-1) != 0]
    texts = counts.rows(used)[:, 0][np.searchsorted(used, slots)]
    owners = np.cumsum(np.diff(numbers, prepend=numbers[:1]) != 0)  # words of a text are together
    order = np.argsort((owners << np.int64(32)) | texts, kind="stable")  # and sorted by slot
    owners, keys = _two_and_two(numbers[order], finest[order], WORDS)
    return packed(keys, owners)


def _two_and_two(owners: I64, words: I64, most: int) -> tuple[I64, U64]:
    """Each two of the first `most` words of each owner, as keys, and whose they are."""
    first = np.searchsorted(owners, owners)
    left = np.arange(len(owners))
    rank = left - first
    sides = []
    for step in range(1, most):
        right = left + step
        paired = (rank + step < most) & (right < len(owners))
        paired[paired] = owners[right[paired]] == owners[left[paired]]
        sides.append(np.stack((left[paired], right[paired])))
    both = np.concatenate(sides, axis=1)
    low, high = np.sort(words[both], axis=0).astype(np.uint64)
    return owners[both[0]], keys_of((low << np.uint64(32)) | high, WORD)


def rare_pairs(tokens: Tokens, vocabulary: LocalVocabulary) -> U64:
    """The keys of words that a scan looks some texts up by (terms.py)."""
    owners, finest = distinct_words(tokens, np.arange(len(tokens)))
    slots = vocabulary.local(finest >> np.int64(FINEST - vocabulary.bits))
    known = vocabulary.texts[slots] >= 2
    owners, finest, slots = owners[known], finest[known], slots[known]
    order = np.lexsort((slots, -vocabulary.weights[slots], owners))
    return _two_and_two(owners[order], finest[order], KEPT)[1]


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
