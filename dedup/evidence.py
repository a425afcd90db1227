"""Why two texts that share no long run are held to be the same background: the words they share.

Of the words that a retold text has from the other, the MOST heaviest, as it writes them; names and
figures before the others, and of these none so short that it is likely a particle.

Time O(words of the retold texts), with a sort.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup.kernels import I64
from dedup.kinds import REWRITTEN
from dedup.matches import Matches
from dedup.ragged import sizes_of
from dedup.sorting import among, run_starts
from dedup.tokens import CAPITAL, FIGURE, OPENS, Tokens
from dedup.vocabulary import Vocabulary

MOST = 8  # words a match
_SHORT = 4  # bytes
_TOGETHER = 1_000  # matches that are looked at together


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """The words that speak for each retelling, in the order of the later text.

    matches: int64 (words,), the match of each; sorted.
    places: int64 (words, 2), its bytes in the corpus buffer.
    """

    matches: I64
    places: I64

    def __len__(self) -> int:
        return len(self.matches)


def evidence(matches: Matches, tokens_of: Callable[[I64], Tokens], words: Vocabulary) -> Evidence:
    """Find what joins the texts of each match that is `rewritten`."""
    rows = np.flatnonzero(matches.kinds == REWRITTEN)
    parts = [
        _of_some(matches, rows[first : first + _TOGETHER], tokens_of, words)
        for first in range(0, len(rows), _TOGETHER)
    ]
    none = np.empty(0, dtype=np.int64)
    return Evidence(
        np.concatenate([none, *(part.matches for part in parts)]),
        np.concatenate([none.reshape(0, 2), *(part.places for part in parts)]),
    )


def _of_some(
    matches: Matches, rows: I64, tokens_of: Callable[[I64], Tokens], words: Vocabulary
) -> Evidence:
    """What joins the texts of some matches."""
    texts, places = np.unique(matches.pairs[rows], return_inverse=True)
    tokens, sides = tokens_of(texts), places.reshape(-1, 2)
    slots = words.slots(tokens.stems)
    left, _ = _words(tokens, slots, sides[:, 0], len(words.texts))
    right, at = _words(tokens, slots, sides[:, 1], len(words.texts))
    order = np.argsort(right, kind="stable")
    first = np.sort(order[run_starts(right[order])])
    shared = first[among(np.sort(left), right[first])]
    facts, telling = _facts(tokens)[at[shared]], _telling(tokens)[at[shared]]
    shared, facts = shared[telling], facts[telling]
    owners = right[shared] // len(words.texts)
    order = np.lexsort((shared, -words.weights[slots[at[shared]]], ~facts, owners))
    rank = np.arange(len(order)) - np.searchsorted(owners[order], owners[order])
    kept = np.sort(shared[order[rank < MOST]])
    of, at = right[kept] // len(words.texts), at[kept]
    return Evidence(rows[of], np.stack((tokens.starts[at], tokens.ends[at]), axis=1))


def _facts(tokens: Tokens) -> np.ndarray:
    """Which words are figures, or names inside a sentence, bool (tokens,)."""
    flags = tokens.flags
    return np.asarray((flags & FIGURE != 0) | ((flags & CAPITAL != 0) & (flags & OPENS == 0)))


def _telling(tokens: Tokens) -> np.ndarray:
    """Which words are facts or longer than _SHORT bytes, bool (tokens,)."""
    return np.asarray(_facts(tokens) | (tokens.ends - tokens.starts > _SHORT))


def _words(tokens: Tokens, slots: I64, texts: I64, span: int) -> tuple[I64, I64]:
    """Every word of some texts as row * span + slot, and its position in `tokens`."""
    sizes = sizes_of(tokens.offsets)[texts]
    rows = np.repeat(np.arange(len(texts)), sizes)
    starts = tokens.offsets[texts] - (np.cumsum(sizes) - sizes)
    at = np.arange(len(rows)) + np.repeat(starts, sizes)
    return rows * span + slots[at], at
