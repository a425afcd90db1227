"""The distinct words of texts with their weights, and candidate pairs from the rare ones.

What is told again in other words shares no run with what it retells, but the names, figures and
dates it is about. These are the heaviest words of both. Each two of a text's KEPT heaviest words
make a key, and texts under one key are candidates: two texts must have two such words in common.

A word that no other text has makes no key. In a corpus of up to FEW texts there is nothing to be
learned about which words are rare, and each text is compared with each.

Time O(words log words) a text for sorting; KEPT * (KEPT - 1) / 2 keys a text.

Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning", ICDE
2006, section 4 (the rarest elements of a set as its prefix).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.kernels import I32, I64, U8, U64, kernel
from dedup.ragged import end_to_end
from dedup.sorting import sort_spans
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens, mix
from dedup.vocabulary import NAME, NUMBER, PLAIN, Vocabulary

KEPT = 7  # words a text
FEW = 400  # texts, of which each is compared with each
_FIRST = np.int64(0)
_TWO, _THREE, _HALF = np.uint64(2), np.uint64(3), np.uint64(32)


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """The distinct words of some texts, each text's in the order of their slots.

    slots: int32 (terms,), the place of each in the vocabulary.
    weights: float32 (terms,), of each in the vocabulary, held here since it is read in this order.
    classes: uint8 (terms,), PLAIN, NAME or NUMBER.
    words: int32 (texts,), how many words each text has, repeated ones counted each time.
    totals: float64 (texts, 2), the weight of each text's terms; of the names and figures of them.
    offsets: int64 (texts + 1,); the terms of text k are offsets[k]:offsets[k + 1].
    """

    slots: I32
    weights: np.ndarray
    classes: U8
    words: I32
    totals: np.ndarray
    offsets: I64

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, eq=False, slots=True)
class Keys:
    """Keys of some texts: those of text k are values[offsets[k]:offsets[k + 1]], uint64."""

    values: U64
    offsets: I64


def terms(tokens: Tokens, words: Vocabulary) -> Terms:
    """The distinct words of each text."""
    places = words.slots(tokens.stems)
    held = (places.astype(np.uint64) << _TWO) | _classes(tokens, words.names[places])
    sort_spans(held, np.empty(len(held), dtype=np.int32), tokens.offsets)
    kept = np.empty(len(held), dtype=np.int32)
    classes = np.empty(len(held), dtype=np.uint8)
    offsets = np.zeros(len(tokens) + 1, dtype=np.int64)
    _distinct(held, tokens.offsets, kept, classes, offsets)
    used = int(offsets[-1])
    lengths = np.diff(tokens.offsets).astype(np.int32)
    slots, classes = kept[:used].copy(), classes[:used].copy()
    weights = words.weights[slots]
    totals = np.stack(
        (_sums(weights, offsets), _sums(weights * (classes != PLAIN), offsets)), axis=1
    )
    return Terms(slots, weights, classes, lengths, totals, offsets)


def _sums(values: np.ndarray, offsets: I64) -> np.ndarray:
    """The sum of each row, whatever stands beside it; float64 (rows,)."""
    out = np.zeros(len(offsets) - 1)
    filled = np.flatnonzero(np.diff(offsets))
    if len(filled):
        out[filled] = np.add.reduceat(values.astype(np.float64), offsets[filled])
    return out


def joined(parts: list[Terms]) -> Terms:
    """The terms of consecutive texts as one."""
    return Terms(
        np.concatenate([np.empty(0, dtype=np.int32), *(part.slots for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.float32), *(part.weights for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(part.classes for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.int32), *(part.words for part in parts)]),
        np.concatenate([np.empty((0, 2)), *(part.totals for part in parts)]),
        end_to_end([part.offsets for part in parts]),
    )


def rare_pairs(held: Terms, words: Vocabulary, part: slice) -> Keys:
    """A key for each two of the heaviest words of some texts that another text has too."""
    bounds = held.offsets[part.start : part.stop + 1]
    room = KEPT * (KEPT - 1) // 2
    values = np.empty((len(bounds) - 1) * room, dtype=np.uint64)
    offsets = np.zeros(len(bounds), dtype=np.int64)
    _pair_up(held.slots, words.weights, words.texts, bounds, values, offsets)
    return Keys(values[: offsets[-1]], offsets)


def _classes(tokens: Tokens, names: np.ndarray) -> U64:
    """PLAIN, NAME or NUMBER for each word, uint64 (tokens,)."""
    flags = tokens.flags
    name = names | ((flags & CAPITAL != 0) & (flags & OPENS == 0))
    return np.asarray(np.where(flags & FIGURE != 0, NUMBER, np.where(name, NAME, PLAIN)), np.uint64)


@kernel
def _distinct(held: U64, bounds: I64, slots: I32, classes: U8, offsets: I64) -> None:
    """Take each text's sorted words apart again, each once with its highest class."""
    n = _FIRST
    for k in range(len(bounds) - 1):
        start = n
        for i in range(bounds[k], bounds[k + 1]):
            slot = np.int32(held[i] >> _TWO)
            n -= n > start and slots[n - 1] == slot
            slots[n], classes[n] = slot, np.uint8(held[i] & _THREE)
            n += 1
        offsets[k + 1] = n


@kernel
def _pair_up(
    slots: I32, weights: np.ndarray, texts: I32, bounds: I64, values: U64, offsets: I64
) -> None:
    """Write the keys of every text; of equal weights the lower slot goes first."""
    kept = np.empty(KEPT, dtype=np.int64)
    n = _FIRST
    for k in range(len(bounds) - 1):
        size = _FIRST
        for i in range(bounds[k], bounds[k + 1]):
            word = np.int64(slots[i])
            if texts[word] < 2 or (size == KEPT and weights[word] <= weights[kept[size - 1]]):
                continue
            place = size if size < KEPT else size - 1
            while place > 0 and weights[kept[place - 1]] < weights[word]:
                kept[place] = kept[place - 1]
                place -= 1
            kept[place] = word
            size = min(size + 1, np.int64(KEPT))
        for x in range(size):
            for y in range(x + 1, size):
                low, high = min(kept[x], kept[y]), max(kept[x], kept[y])
                values[n] = mix((np.uint64(low) << _HALF) | np.uint64(high))
                n += 1
        offsets[k + 1] = n
