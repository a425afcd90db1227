"""The distinct words of texts, with their weights, and which of them weigh most.

What is told again in other words shares no run with what it retells, but the names, figures and
dates it is about. These are the heaviest words of both, and by them it is found (rare.py). A word
that no other text has is not among them.

Time O(words log words) a text for sorting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dedup.kernels import I32, I64, U64, chunks, kernel, spread
from dedup.ragged import rows_at, sizes_of
from dedup.scratch import Scratch
from dedup.settings import DEFAULTS
from dedup.sorting import sort_spans
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens
from dedup.vocabulary import NAME, NUMBER, Vocabulary

KEPT = 7  # words a text
_TERMS = 200_000  # that a thread looks up at a time
CLASS_BITS, CLASS = np.int32(2), np.int32(3)
_FIRST = np.int64(0)
_ZERO, _TWO, _HALF = np.uint64(0), np.uint64(2), np.uint64(32)
_LOW, _NO_SIGN = np.uint64(2**32 - 1), np.int32(2**31 - 1)


@dataclass(frozen=True, eq=False, slots=True)
class Drafts:
    """The distinct words of some texts as each text alone shows them, in the order of their slots.

    codes: int32 (terms,), the slot of each in a vocabulary, and in the low two bits PLAIN, NAME or
        NUMBER by how the text writes it.
    words: int32 (texts,), how many words each text has, repeated ones counted each time.
    offsets: int64 (texts + 1,); the terms of text k are offsets[k]:offsets[k + 1].
    """

    codes: I32
    words: I32
    offsets: I64

    def __len__(self) -> int:
        return len(self.words)

    def take(self, rows: I64) -> Drafts:
        """The words of some texts, in the order of `rows`."""
        at, offsets = rows_at(self.offsets, rows)
        return Drafts(self.codes[at], self.words[rows], offsets)


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """The same with what the corpus knows of them.

    codes, words, offsets: as in Drafts; a word is a NAME also where the corpus knows it for one.
    totals: float64 (texts, 2), the weight of each text's terms; of the names and figures of them.
    heaviest: int32 (texts, KEPT), the slots of the heaviest words of each that another text has
        too, -1 behind the last; of equal weights the lower slot goes first.
    weights: float32 (slots,), of each word of the vocabulary.
    """

    codes: I32
    words: I32
    totals: np.ndarray
    heaviest: I32
    offsets: I64
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.words)

    def settled(self) -> Terms:
        """The same without `heaviest`, which is needed only to look for pairs."""
        return replace(self, heaviest=self.heaviest[:0].copy())


def terms(tokens: Tokens, words: Vocabulary) -> Terms:
    """The distinct words of each text."""
    return known(draft(tokens, words.bits), words)


def draft(tokens: Tokens, bits: int) -> Drafts:
    """The distinct words of each text, in a vocabulary whose slots have numbers of so many bits."""
    places = tokens.stems >> np.uint64(64 - bits)
    flags = tokens.flags
    name = (flags & CAPITAL != 0) & (flags & OPENS == 0)
    held = (places << _TWO) | np.where(flags & FIGURE != 0, NUMBER, name * NAME).astype(np.uint64)
    sort_spans(held, np.empty(len(held), dtype=np.int32), tokens.offsets)
    codes = np.empty(len(held), dtype=np.int32)
    offsets = np.zeros(len(tokens) + 1, dtype=np.int64)
    _distinct(held, tokens.offsets, codes, offsets)
    lengths = sizes_of(tokens.offsets).astype(np.int32)
    return Drafts(codes[: int(offsets[-1])].copy(), lengths, offsets)


def known(
    held: Drafts,
    words: Vocabulary,
    *,
    threads: int = DEFAULTS.threads,
    scratch: Scratch | None = None,
) -> Terms:
    """The words of some texts with what the corpus knows of them.

    Their columns are taken over: `held` is not to be used afterwards.
    scratch: where the further columns stand.

    Raises:
        BadOutput: the disk has no room for them.
    """
    room = scratch or Scratch()
    totals = room.zeros((len(held), 2), np.float64, sought=True)
    heaviest = room.zeros((len(held), KEPT), np.int32, sought=True)
    marked = np.where(words.names, -words.weights, words.weights)  # one look-up tells both
    alone = words.weights.min(where=words.texts < 2, initial=np.inf).astype(np.float32)

    def rate(texts: slice) -> None:
        own = slice(held.offsets[texts.start], held.offsets[texts.stop])
        offsets = held.offsets[texts.start : texts.stop + 1] - own.start
        heaviest[texts] = -1
        _rate(
            held.codes[own], marked, marked.view(np.int32), alone.view(np.int32), offsets,
            totals[texts], heaviest[texts],
        )  # fmt: skip

    for _ in spread(rate, chunks(sizes_of(held.offsets), _TERMS), threads=threads):
        pass
    return Terms(held.codes, held.words, totals, heaviest, held.offsets, words.weights)


@kernel
def _distinct(held: U64, bounds: I64, codes: I32, offsets: I64) -> None:
    """Write each text's sorted words, each once with its highest class."""
    n = _FIRST
    for k in range(len(bounds) - 1):
        start = n
        for i in range(bounds[k], bounds[k + 1]):
            term = np.int32(held[i])
            n -= n > start and codes[n - 1] >> CLASS_BITS == term >> CLASS_BITS
            codes[n] = term
            n += 1
        offsets[k + 1] = n


@kernel
def _rate(
    codes: I32, marked: np.ndarray, bits: I32, alone: np.int32,
    bounds: I64, totals: np.ndarray, heaviest: I32,
) -> None:  # fmt: skip
    """Rate the words of each text; heaviest is filled from the front.

    marked: float32 (slots,), the weight of each word, below 0 if it is a name. bits: the same as
    they are stored: of numbers above 0 they sort as the numbers do. alone: the least bits of a word
    that no other text has.
    """
    longest = _FIRST
    for k in range(len(bounds) - 1):
        longest = max(longest, bounds[k + 1] - bounds[k])
    keys = np.empty(longest, dtype=np.uint64)  # weight, then slot, the lower one heavier
    for k in range(len(bounds) - 1):
        first, size = bounds[k], bounds[k + 1] - bounds[k]
        everything, facts = 0.0, 0.0
        for i in range(size):
            slot = codes[first + i] >> CLASS_BITS
            weight, stored = np.float64(marked[slot]), bits[slot] & _NO_SIGN
            named = np.int32(weight < 0.0)
            kind = max(codes[first + i] & CLASS, named)  # NAME is between PLAIN and NUMBER
            codes[first + i] = (slot << CLASS_BITS) | kind
            everything += abs(weight)
            facts += abs(weight) if kind else 0.0
            key = (np.uint64(stored) << _HALF) | (_LOW - np.uint64(slot))
            keys[i] = key if stored < alone else _ZERO
        totals[k, 0], totals[k, 1] = everything, facts
        last = ~_ZERO
        for place in range(KEPT):
            most = _ZERO
            for i in range(size):
                most = max(most, keys[i] if keys[i] < last else _ZERO)
            if most == _ZERO:
                break
            heaviest[k, place] = np.int32(_LOW - (most & _LOW))
            last = most
