"""What the corpus knows of its words: how rare each is, and which stand in well-worn runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dedup.kernels import I64
from dedup.terms import Terms, terms
from dedup.tokens import Tokens
from dedup.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True, eq=False, slots=True)
class Background:
    """Known of the words of all texts.

    words: how rare each is.
    terms: the distinct words of each text.
    worn: bool (words of all texts,), whether it stands in a run that many texts have.
    offsets: int64 (texts + 1,), the words of each text in `worn`.
    """

    words: Vocabulary
    terms: Terms
    worn: np.ndarray
    offsets: I64

    @classmethod
    def of(cls, tokens_of: Callable[[I64], Tokens], count: int) -> Background:
        """Learn it from the words of all texts, with no run taken for well worn."""
        tokens = tokens_of(np.arange(count, dtype=np.int64))
        size = len(tokens.values)
        words = vocabulary([tokens], texts=count, words=size)
        worn = np.zeros(size, dtype=np.bool_)
        return cls(words, terms(tokens, words), worn, tokens.offsets)
