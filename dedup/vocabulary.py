"""How rare each word is in the corpus, and whether it is a name.

A word is counted once for each distinct text that has it. Counts stand in a table of slots, by the
top bits of the hash of its stem (tokens.py), so memory is fixed however large the vocabulary; two
words that share a slot are both taken for more common than they are.

The weight of a word is its inverse document frequency, ln((texts + 10) / (count + 1)), scaled so
that a word that next to no text has weighs 10, however large the corpus: a paragraph is judged in
five stories as in five thousand. The ten texts are a prior for small corpora, in which no word is
much rarer than another.

Time O(words), memory 16 bytes a slot, of at most 2**22 slots.

Sparck Jones, "A statistical interpretation of term specificity and its application in retrieval",
Journal of Documentation 28(1), 1972.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dedup.kernels import I32, I64, U8, U64, kernel
from dedup.scratch import zeros
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens

PLAIN, NAME, NUMBER = 0, 1, 2
PRIOR = 10.0
HEAVIEST = 10.0
_NAMES = 0.8  # of a word's places inside a sentence: one that is capital in more is a name
_BITS, _FEWEST_BITS = 22, 18  # of a slot's number


@dataclass(frozen=True, eq=False, slots=True)
class Vocabulary:
    """The words of a corpus, by slot.

    texts: int32 (slots,), how many distinct texts have the word.
    weights: float32 (slots,), its inverse document frequency.
    names: bool (slots,), whether it is nearly always written with a capital.
    """

    texts: I32
    weights: np.ndarray
    names: np.ndarray

    @property
    def bits(self) -> int:
        """Of a slot's number."""
        return (len(self.texts) - 1).bit_length()

    def slots(self, words: U64) -> I64:
        """The slot of each word, int64."""
        return np.asarray(words >> np.uint64(64 - self.bits), dtype=np.int64)


def vocabulary(parts: Iterable[Tokens], *, texts: int, words: int) -> Vocabulary:
    """Count the words of all texts, given in parts.

    texts, words: how many there are of each in all parts together.
    """
    counts = counted(parts, slot_bits(words))
    return Vocabulary(counts[0].copy(), *rated(counts, texts))


def counted(parts: Iterable[Tokens], bits: int) -> I32:
    """Count for each slot its texts, its capitals inside sentences, and its places there.

    int32 (3, slots). bits: of a slot's number.
    """
    # Beside the counts of a slot stands the last text that had it: one line of the cache holds all.
    table = zeros((2**bits, 4), np.int32)
    done = 0
    for tokens in parts:
        _count(tokens.stems, tokens.flags, tokens.offsets, np.uint64(64 - bits), done, table)
        done += len(tokens)
    return table.T[:3]


def slot_bits(words: int) -> int:
    """Bits of a slot's number where so many words are counted."""
    return min(_BITS, max(_FEWEST_BITS, (words // 2).bit_length()))


def rated(counts: I32, texts: int) -> tuple[np.ndarray, np.ndarray]:
    """The weight of each slot, and whether it is a name.

    counts: as `counted` gives them.
    """
    each = np.arange(int(counts[0].max(initial=0)) + 1)
    return weights(each, texts)[counts[0]], named(counts)


def weights(counts: np.ndarray, texts: int) -> np.ndarray:
    """The weight of words that so many of all texts have, float32."""
    everything = texts + PRIOR
    found = HEAVIEST * np.log(everything / (counts + 1.0)) / np.log(everything)
    return np.asarray(found.astype(np.float32))


def named(counts: I32) -> np.ndarray:
    """Which slots are names; counts: as `counted` gives them."""
    return np.asarray((counts[1] > _NAMES * counts[2]) & (counts[2] > 0))


@kernel
def _count(values: U64, flags: U8, offsets: I64, shift: np.uint64, done: int, table: I32) -> None:
    """Count for each slot its texts, its capitals inside sentences, and its places there.

    table[slot, 3] is the number of the last text that had it, from 1.
    """
    for k in range(len(offsets) - 1):
        for i in range(offsets[k], offsets[k + 1]):
            slot = np.int64(values[i] >> shift)
            if table[slot, 3] != done + k + 1:
                table[slot, 3] = done + k + 1
                table[slot, 0] += 1
            inside = np.int32(flags[i] & OPENS == 0)
            table[slot, 2] += inside
            table[slot, 1] += inside & np.int32(flags[i] & (CAPITAL | FIGURE) == CAPITAL)
