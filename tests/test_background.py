"""What the corpus knows of its words, taken for some texts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.background import Background
from tests.conftest import numbered, packed_bits


def test_learned_from_the_words_alone_nothing_is_worn():
    tokens = numbered([1, 2, 3], [], [1, 2])

    known = Background.of(lambda _: tokens, len(tokens))

    assert known.are_worn(np.arange(5)).tolist() == [False] * 5
    assert known.offsets.tolist() == [0, 3, 3, 5]
    assert known.words.texts[known.words.slots(tokens.stems)].tolist() == [2, 2, 1, 2, 2]


@given(st.lists(st.booleans(), max_size=40), st.data())
def test_each_word_has_a_bit_of_its_own(worn, data):
    tokens = numbered(range(len(worn)))
    asked = data.draw(st.lists(st.integers(0, len(worn) - 1), max_size=20)) if worn else []

    known = Background.of(lambda _: tokens, 1)
    known = replace(known, worn=packed_bits(worn))

    assert known.are_worn(np.array(asked, dtype=np.int64)).tolist() == [worn[k] for k in asked]
