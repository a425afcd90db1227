"""The distinct words of texts with their weights, and candidate pairs from the rare ones.

What is told again in other words shares no run with what it retells, but the names, figures and
dates it is about. These are the heaviest words of both. Each two of a text's KEPT heaviest words
make a key, and texts under one key are candidates: two texts must have two such words in common.

A word that no other text has makes no key. In a corpus of up to `few` texts there is nothing to be
learned about which words are rare, and each text is compared with each.

Time O(words log words) a text for sorting; KEPT * (KEPT - 1) / 2 keys a text.

Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning", ICDE
2006, section 4 (the rarest elements of a set as its prefix).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.compare import sort_spans
from dedup.kernels import I32, I64, U8, U64, kernel
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens, mix
from dedup.vocabulary import NAME, NUMBER, PLAIN, Vocabulary

KEPT = 8  # words a text
FEW = 400  # texts, of which each is compared with each
_FIRST = np.int64(0)


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """The distinct words of some texts, each text's sorted by hash.

    values: uint64 (terms,). weights: float32 (terms,).
    classes: uint8 (terms,), PLAIN, NAME or NUMBER.
    texts: int32 (terms,), how many texts of the corpus have the word.
    words: int64 (texts,), how many words each text has, repeated ones counted each time.
    offsets: int64 (texts + 1,); the terms of text k are offsets[k]:offsets[k + 1].
    """

    values: U64
    weights: np.ndarray
    classes: U8
    texts: I32
    words: I64
    offsets: I64


@dataclass(frozen=True, eq=False, slots=True)
class Keys:
    """Keys of some texts: those of text k are values[offsets[k]:offsets[k + 1]], uint64."""

    values: U64
    offsets: I64


def terms(tokens: Tokens, words: Vocabulary) -> Terms:
    """The distinct words of each text."""
    values = tokens.stems.copy()
    places = np.empty(len(values), dtype=np.int32)
    sort_spans(values, places, tokens.offsets)
    slots = words.slots(tokens.stems)
    classes = np.full(len(values), PLAIN, dtype=np.uint8)
    offsets = np.zeros(len(tokens) + 1, dtype=np.int64)
    _distinct(values, places, tokens.offsets, tokens.flags, words.names[slots], classes, offsets)
    used = int(offsets[-1])
    slots = words.slots(values[:used])
    return Terms(
        values[:used], words.weights[slots], classes[:used], words.texts[slots],
        np.diff(tokens.offsets), offsets,
    )  # fmt: skip


def rare_pairs(held: Terms) -> Keys:
    """A key for each two of a text's heaviest words that another text has too."""
    count = len(held.offsets) - 1
    room = KEPT * (KEPT - 1) // 2
    values = np.empty(count * room, dtype=np.uint64)
    offsets = np.zeros(count + 1, dtype=np.int64)
    _pair_up(held.values, held.weights, held.texts, held.offsets, values, offsets)
    return Keys(values[: offsets[-1]], offsets)


@kernel
def _distinct(
    values: U64, places: I32, bounds: I64, flags: U8, names: np.ndarray, classes: U8, offsets: I64
) -> None:
    """Move each text's sorted words together, each once, and say what each is."""
    n = _FIRST
    for k in range(len(bounds) - 1):
        start = n
        for i in range(bounds[k], bounds[k + 1]):
            place = bounds[k] + places[i]
            flag = flags[place]
            own = np.uint8(PLAIN)
            if flag & FIGURE:
                own = np.uint8(NUMBER)
            elif names[place] or (flag & CAPITAL and not flag & OPENS):
                own = np.uint8(NAME)
            if n > start and values[n - 1] == values[i]:
                classes[n - 1] = max(classes[n - 1], own)
                continue
            values[n], classes[n] = values[i], own
            n += 1
        offsets[k + 1] = n


@kernel
def _pair_up(
    words: U64, weights: np.ndarray, texts: I32, bounds: I64, values: U64, offsets: I64
) -> None:
    """Write the keys of every text; equal weights go by hash, the lower first."""
    kept = np.empty(KEPT, dtype=np.int64)
    n = _FIRST
    for k in range(len(bounds) - 1):
        size = _FIRST
        for i in range(bounds[k], bounds[k + 1]):
            if texts[i] < 2 or (size == KEPT and weights[i] <= weights[kept[size - 1]]):
                continue
            slot = size if size < KEPT else size - 1
            while slot > 0 and weights[kept[slot - 1]] < weights[i]:
                kept[slot] = kept[slot - 1]
                slot -= 1
            kept[slot] = i
            size = min(size + 1, np.int64(KEPT))
        for x in range(size):
            for y in range(x + 1, size):
                low, high = min(kept[x], kept[y]), max(kept[x], kept[y])  # sorted by hash
                values[n] = mix(mix(words[low]) + words[high])
                n += 1
        offsets[k + 1] = n
