"""What the corpus knows of its words, taken for some texts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.background import Background
from dedup.terms import joined
from dedup.vocabulary import vocabulary
from tests.conftest import numbered, offsets_of

worn_words = st.lists(st.lists(st.booleans(), max_size=6), min_size=1, max_size=6)


@given(texts=worn_words, chosen=st.lists(st.integers(0, 5), max_size=8))
def test_worn_words_are_those_of_the_texts_in_their_order(texts, chosen):
    chosen = [text for text in chosen if text < len(texts)]
    flat = np.array([worn for text in texts for worn in text], dtype=bool)
    words = vocabulary([], texts=0, words=0)
    known = Background(words, joined([]), flat, offsets_of(texts))

    found = known.worn_in(np.array(chosen, dtype=np.int64))

    assert found.tolist() == [worn for text in chosen for worn in texts[text]]


def test_learned_from_the_words_alone_nothing_is_worn():
    tokens = numbered([1, 2, 3], [], [1, 2])

    known = Background.of(lambda _: tokens, len(tokens))

    assert known.worn_in(np.array([0, 1, 2])).tolist() == [False] * 5
    assert known.words.texts[known.words.slots(tokens.stems)].tolist() == [2, 2, 1, 2, 2]
