"""What the corpus knows of its words: how rare each is, and which stand in well-worn runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup.kernels import I64, U8
from dedup.terms import Terms, terms
from dedup.tokens import Tokens
from dedup.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True, eq=False, slots=True)
class Background:
    """Known of the words of all texts.

    words: how rare each is.
    terms: the distinct words of each text.
    worn: uint8 (words of all texts / 8,), a bit a word, the lowest first: whether it stands in a
        run that many texts have.
    offsets: int64 (texts + 1,), the words of each text there.
    """

    words: Vocabulary
    terms: Terms
    worn: U8
    offsets: I64

    @classmethod
    def of(cls, tokens_of: Callable[[I64], Tokens], count: int) -> Background:
        """Learn it from the words of all texts, with no run taken for well worn."""
        tokens = tokens_of(np.arange(count, dtype=np.int64))
        size = len(tokens.values)
        words = vocabulary([tokens], texts=count, words=size)
        return cls(words, terms(tokens, words), np.zeros(-(-size // 8), np.uint8), tokens.offsets)

    def are_worn(self, words: I64) -> np.ndarray:
        """Whether some words stand in such runs, bool, in the shape of `words`."""
        bits = self.worn[words >> 3]
        bits >>= (words & 7).astype(np.uint8)
        bits &= 1
        return np.asarray(bits.view(np.bool_))
