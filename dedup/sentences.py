"""Whether a sentence of one text says again what a sentence of the other says.

A long paragraph that retells another in one of its sentences is, as a whole, little like it. So the
sentences are compared, each with each: by the weight of the words that both have, whatever the
order, with the words of well-worn runs left out.

Time O(sentences * words) a pair, of its first SENTENCES sentences; memory the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dedup.background import Background
from dedup.kernels import I64
from dedup.ragged import offsets_of, rows_at, sizes_of, spans_at
from dedup.sorting import run_ends
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens

SENTENCES = 32  # of a text; more are a document without paragraphs
_SHORTEST = 5  # words of a sentence that says anything
SHARED = 20.0  # weight of the words in both, as of two that no other text has
_PLAIN = 3  # of these that are neither names nor figures: a list of names is no retelling
_CONTAINED = 0.45  # of the weight of the lighter sentence, in the other
_ALIKE = 0.15  # weighted Jaccard similarity of the two


@dataclass(frozen=True, eq=False, slots=True)
class Sentences:
    """The distinct words of each sentence of some texts.

    keys: int64 (words,), sorted: the sentence, then the word's slot in the vocabulary.
    facts: bool (words,), whether it is a name or a figure. offsets: int64 (sentences + 1,).
    totals: float64 (sentences,), the weight of its words; 0 where it has too few.
    firsts: int64 (texts + 1,), the sentences of each text.
    bits: of a slot's number.
    """

    keys: I64
    facts: np.ndarray
    offsets: I64
    totals: np.ndarray
    firsts: I64
    bits: int


def say_the_same(tokens: Tokens, texts: I64, pairs: I64, background: Background) -> np.ndarray:
    """Whether the two texts of each pair have such sentences, bool (pairs,).

    tokens: the words of `texts`, int64, positions in `background`. pairs: int64 (pairs, 2),
        positions in `texts`.
    """
    held = _cut(tokens, texts, background)
    left, right, owners = _each_with_each(held.firsts, pairs)
    at, offsets = rows_at(held.offsets, left)
    of = np.repeat(np.arange(len(left)), sizes_of(offsets))
    low = np.int64(2**held.bits - 1)
    wanted = (right[of] << held.bits) | (held.keys[at] & low)
    place = np.minimum(np.searchsorted(held.keys, wanted), max(len(held.keys) - 1, 0))
    both = np.flatnonzero(held.keys[place] == wanted) if len(wanted) else place
    weights = background.words.weights[wanted[both] & low]
    plain = ~(held.facts[at[both]] | held.facts[place[both]])
    shared = np.bincount(of[both], weights, len(left))
    plains = np.bincount(of[both], plain, len(left))
    lighter = np.minimum(held.totals[left], held.totals[right])
    everything = held.totals[left] + held.totals[right] - shared
    alike = (
        (lighter > 0)
        & (shared >= SHARED)
        & (plains >= _PLAIN)
        & (shared >= _CONTAINED * lighter)
        & (shared >= _ALIKE * everything)
    )
    return np.bincount(owners, alike, len(pairs)) > 0


def _cut(tokens: Tokens, texts: I64, background: Background) -> Sentences:
    """The sentences of some texts, without what is well worn."""
    flags, words = tokens.flags, background.words
    opens = flags & OPENS != 0
    begins = tokens.offsets[:-1][sizes_of(tokens.offsets) > 0]
    opens[begins] = True
    of = np.cumsum(opens) - 1
    counted = offsets_of(opens)
    sizes = np.bincount(of, minlength=int(counted[-1]))
    facts = (flags & FIGURE != 0) | ((flags & CAPITAL != 0) & (flags & OPENS == 0))
    slots = words.slots(tokens.stems)
    facts |= words.names[slots]
    worn, _ = rows_at(background.offsets, texts)
    fresh = ~background.are_worn(worn)
    held = np.sort((((of << words.bits) | slots) << 1 | facts)[fresh])
    held = held[run_ends(held >> 1)]  # of a word its last place: a fact, if any is
    keys = held >> 1
    weights = words.weights[keys & (2**words.bits - 1)]
    own = keys >> words.bits
    totals = np.bincount(own, weights, len(sizes))
    totals[sizes < _SHORTEST] = 0
    return Sentences(
        keys=keys,
        facts=(held & 1).astype(np.bool_),
        offsets=np.searchsorted(own, np.arange(len(sizes) + 1)),
        totals=totals,
        firsts=counted[tokens.offsets],
        bits=words.bits,
    )


def _each_with_each(firsts: I64, pairs: I64) -> tuple[I64, I64, I64]:
    """Each sentence of the left text of a pair with each of the right one, and the pair's row."""
    counts = np.minimum(sizes_of(firsts), SENTENCES)[pairs]
    at, offsets = spans_at(np.zeros(len(pairs), dtype=np.int64), counts.prod(axis=1))
    owners = np.repeat(np.arange(len(pairs)), sizes_of(offsets))
    across = np.maximum(counts[owners, 1], 1)
    left = firsts[pairs[owners, 0]] + at // across
    return left, firsts[pairs[owners, 1]] + at % across, owners
